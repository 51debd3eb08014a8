#include "heed/framework/io/checksum.h"

#include <fmt/format.h>

#include <charconv>

#include "heed/framework/io/crc32.h"

namespace heed {

void Crc32::add(std::string_view bytes) {
  value_ = crc32_of(value_, bytes);
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
