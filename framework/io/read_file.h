// read_file: a file as bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "heed/framework/io/descriptor.h"

namespace heed {

/// All bytes of a regular file. Throws IoError naming the path and the reason, also for a file of
/// more than `at_most` bytes, which is not read.
std::string read_file(const std::string& path, size_t at_most, Links links = Links::follow);

/// Up to `most` bytes from the start of a file, a pipe or a device, or all that there is before its
/// end. Throws IoError `<path>: cannot <what>: <reason>`.
std::string read_start(const std::string& path, size_t most, std::string_view what = "read");

}  // namespace heed
