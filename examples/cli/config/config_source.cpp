#include "heed/examples/cli/config/config_source.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/read_file.h"

namespace heed {
namespace {

[[noreturn]] void fail_file(const std::string& path, const std::string& message) {
  throw ConfigError({{printable(path, std::string::npos), message}});
}

std::string text_of_stdin() {
  std::string text(json_size_limit + 1, '\0');  // one more byte, as for files
  text.resize(std::fread(text.data(), 1, text.size(), stdin));
  if (std::ferror(stdin) == 0) return text;
  fail_file("stdin", "cannot read the configuration: " + std::generic_category().message(errno));
}

/// A file, or a pipe that can be read only once.
std::string text_of_file(const std::string& path) {
  if (path.empty()) fail_file("CONFIG", "the name of the configuration is empty");
  if (path == "-") return text_of_stdin();
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    fail_file(path, "cannot read the configuration: it is a directory");
  }
  try {
    // One more byte than is read as JSON, to see that there is more.
    return read_start(path, json_size_limit + 1, "read the configuration");
  } catch (const IoError& error) {
    fail_file(path, std::string(error.what()).substr(path.size() + 2));
  }
}

}  // namespace

std::string read_config_source(const std::string& path) {
  std::string text = text_of_file(path);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark
  return text;
}

}  // namespace heed
