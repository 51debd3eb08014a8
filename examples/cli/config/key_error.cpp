#include "heed/examples/cli/config/key_error.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string_view>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

/// The offset of the value at a dotted path, or of the innermost object on the way to it.
size_t offset_of(const JsonValue& root, std::string_view path) {
  const JsonValue* value = &root;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('.'));
    const JsonValue* member = value->find(name);
    if (member == nullptr) break;
    value = member;
    path.remove_prefix(std::min(path.size(), name.size() + 1));
  }
  return value->offset;
}

}  // namespace

std::string place_of_key(const std::string& path, const std::string& file,
                         const std::vector<std::string>& sets) {
  for (const std::string& set : sets) {
    if (set.starts_with(path + "=")) return "--set " + set;
  }
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  try {
    const TextPosition position = position_of(text, offset_of(read_json(text), path));
    return text_of(file, ":", position.line, ":", position.column);
  } catch (const JsonError&) {
    return file;  // a pipe, which can be read only once
  }
}

}  // namespace heed
