// The sum behind Crc32: zlib's, or our own in a build without zlib.
#pragma once

#include <cstdint>
#include <string_view>

namespace heed {

/// Goes on with `sum`, 0 at the beginning, over more bytes.
uint32_t crc32_of(uint32_t sum, std::string_view bytes);

}  // namespace heed
