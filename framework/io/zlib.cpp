#include <zlib.h>

#include "heed/framework/io/crc32.h"

namespace heed {

uint32_t crc32_of(uint32_t sum, std::string_view bytes) {
  if (bytes.empty()) return sum;  // zlib takes a null pointer as a request to start over
  return static_cast<uint32_t>(
      crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace heed
