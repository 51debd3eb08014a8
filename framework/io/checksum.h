// CRC-32 as in zlib, gzip and PNG: finds any change of up to 32 neighbouring bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heed {

/// The checksum of bytes that are given piece by piece.
class Crc32 {
 public:
  /// Goes on with these.
  void add(std::string_view bytes);
  /// Of all bytes so far.
  uint32_t value() const { return value_; }

 private:
  uint32_t value_ = 0;
};

/// Eight lower-case hexadecimal digits.
std::string checksum_text(uint32_t checksum);

/// The checksum written as such a text; nothing for any other text.
std::optional<uint32_t> checksum_of_text(std::string_view text);

}  // namespace heed
