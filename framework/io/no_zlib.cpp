#include <array>

#include "heed/framework/io/crc32.h"

namespace heed {
namespace {

/// What each value of a byte does to the sum: division by the reflected polynomial of CRC-32.
constexpr std::array<uint32_t, 256> byte_sums() {
  std::array<uint32_t, 256> sums{};
  for (uint32_t byte = 0; byte < sums.size(); ++byte) {
    uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ (sum % 2 != 0 ? 0xEDB88320 : 0);
    sums[byte] = sum;
  }
  return sums;
}

}  // namespace

uint32_t crc32_of(uint32_t sum, std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> sums = byte_sums();
  sum = ~sum;
  for (const char byte : bytes) {
    sum = (sum >> 8) ^ sums[(sum ^ static_cast<unsigned char>(byte)) & 0xFF];
  }
  return ~sum;
}

}  // namespace heed
