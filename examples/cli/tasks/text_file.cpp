#include "heed/examples/cli/tasks/text_file.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

template <class... Parts>
[[noreturn]] void fail(const NamedFile& file, const Parts&... parts) {
  throw KeyError(file.key, shown_path(file.path), ": ", parts...);
}

std::string read_bytes(const NamedFile& named) {
  const std::string& path = named.path;
  if (path.find('\0') != std::string::npos) fail(named, "a path cannot contain a NUL character");
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    fail(named, "cannot read it: it is a directory");
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
    fail(named, "cannot read it: not a regular file");
  }
  const auto reason = [] { return std::generic_category().message(errno); };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) {
    fail(named, "cannot read it: ", reason(), path_hint(path));
  }
  std::string text;
  std::array<char, 1 << 16> buffer;
  while (const size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    text.append(buffer.data(), count);
  }
  if (std::ferror(file.get()) != 0) fail(named, "cannot read it: ", reason());
  return text;
}

}  // namespace

std::vector<NamedFile> named_files(const std::string& key, const std::string& path) {
  const fs::path pattern(path);
  std::error_code error;
  const bool is_pattern = pattern.filename().string().find_first_of("*?") != std::string::npos;
  if (!is_pattern || path.find('\0') != std::string::npos || fs::exists(pattern, error)) {
    return {{key, path}};
  }
  const fs::path folder = pattern.has_parent_path() ? pattern.parent_path() : fs::path(".");
  std::vector<NamedFile> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (fnmatch(pattern.filename().c_str(), name.c_str(), FNM_PERIOD) != 0) continue;
    files.push_back({key, (pattern.parent_path() / name).string()});
  }
  if (error) fail({key, path}, "cannot read the folder: ", error.message());
  if (files.empty()) fail({key, path}, "no file has such a name");
  std::sort(files.begin(), files.end(),
            [](const NamedFile& a, const NamedFile& b) { return a.path < b.path; });
  return files;
}

std::string read_text_file(const NamedFile& file) {
  std::string text = read_bytes(file);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark is no text
  if (text.empty()) fail(file, "it is empty; use a non-empty file");
  if (const size_t at = first_invalid_utf8(text); at != text.size()) {
    fail(file, "it is not UTF-8: byte ", at, " (line ", position_of(text, at).line,
         "); convert it, for example with iconv");
  }
  return text;
}

DataFile data_file(const NamedFile& file, std::string_view content) {
  Crc32 checksum;
  checksum.add(content);
  return {file.key, file.path, checksum.value()};
}

}  // namespace heed
