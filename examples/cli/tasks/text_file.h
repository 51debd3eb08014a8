// Text files that a task learns from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/tasks/task.h"

namespace heed {

/// A file that a key of the configuration names.
struct NamedFile {
  std::string key;
  std::string path;
};

/// The files that the value of a key names: one, or all whose names match if the last part of the
/// path has "*" or "?" and there is no file of that name, in the order of their names. Throws
/// KeyError if none match.
std::vector<NamedFile> named_files(const std::string& key, const std::string& path);

/// The content of a file. Throws KeyError if it cannot be read, is empty or is not UTF-8.
std::string read_text_file(const NamedFile& file);

/// What a task says of a file that it has read, and of which it took `content`.
DataFile data_file(const NamedFile& file, std::string_view content);

}  // namespace heed
