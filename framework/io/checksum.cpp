#include "heed/framework/io/checksum.h"

#include <fmt/format.h>
#include <zlib.h>

#include <charconv>

namespace heed {

void Crc32::add(std::string_view bytes) {
  if (bytes.empty()) return;  // zlib takes a null pointer as a request to start over
  value_ = static_cast<uint32_t>(
      crc32_z(value_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string checksum_text(uint32_t checksum) {
  return fmt::format("{:08x}", checksum);
}

std::optional<uint32_t> checksum_of_text(std::string_view text) {
  uint32_t checksum = 0;
  std::from_chars(text.data(), text.data() + text.size(), checksum, 16);
  if (checksum_text(checksum) != text) return std::nullopt;
  return checksum;
}

}  // namespace heed
