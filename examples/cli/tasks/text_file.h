// Text files that a task learns from.
#pragma once

#include <string>

namespace heed {

/// The content of the file `path`, which the key task.path names. Throws KeyError if it cannot be
/// read, is empty or is not UTF-8.
std::string read_text_file(const std::string& path);

}  // namespace heed
