#include "heed/examples/cli/tasks/text_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

template <class... Parts>
[[noreturn]] void fail(const std::string& path, const Parts&... parts) {
  throw KeyError("task.path", printable(path, std::string::npos), ": ", parts...);
}

std::string read_bytes(const std::string& path) {
  if (path.find('\0') != std::string::npos) fail(path, "a path cannot contain a NUL character");
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) fail(path, "cannot read it: it is a directory");
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
    fail(path, "cannot read it: not a regular file");
  }
  const auto reason = [] { return std::generic_category().message(errno); };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) {
    fail(path, "cannot read it: ", reason(), "; paths are relative to the current directory");
  }
  std::string text;
  std::array<char, 1 << 16> buffer;
  while (const size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    text.append(buffer.data(), count);
  }
  if (std::ferror(file.get()) != 0) fail(path, "cannot read it: ", reason());
  return text;
}

}  // namespace

std::string read_text_file(const std::string& path) {
  std::string text = read_bytes(path);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark is no text
  if (text.empty()) fail(path, "it is empty; use a non-empty file");
  if (const size_t at = first_invalid_utf8(text); at != text.size()) {
    fail(path, "it is not UTF-8: byte ", at, " (line ", position_of(text, at).line,
         "); convert it, for example with iconv");
  }
  return text;
}

DataFile data_file(const Value<std::string>& key, std::string_view content) {
  Crc32 checksum;
  checksum.add(content);
  return {key.path(), key, checksum.value()};
}

}  // namespace heed
