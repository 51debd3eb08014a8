// Text files that a task learns from.
#pragma once

#include <string>
#include <string_view>

#include "heed/examples/cli/config/keys.h"
#include "heed/examples/cli/tasks/task.h"

namespace heed {

/// The content of the file `path`, which the key task.path names. Throws KeyError if it cannot be
/// read, is empty or is not UTF-8.
std::string read_text_file(const std::string& path);

/// What a task says of a file that it has read: the one that a key names, and all that it took from
/// it.
DataFile data_file(const Value<std::string>& key, std::string_view content);

}  // namespace heed
