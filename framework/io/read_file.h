// read_file: a file as bytes.
#pragma once

#include <cstddef>
#include <string>

namespace heed {

/// All bytes of a regular file. Throws IoError naming the path and the reason, also for a file of
/// more than `at_most` bytes, which is not read.
std::string read_file(const std::string& path, size_t at_most);

}  // namespace heed
