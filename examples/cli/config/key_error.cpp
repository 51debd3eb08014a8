#include "heed/examples/cli/config/key_error.h"

#include <algorithm>
#include <string_view>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/overrides.h"
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

std::string place_of_key(const std::string& path, const ConfigOrigin& origin) {
  if (const auto set = set_of_key(path, origin.sets)) return "--set " + *set;
  if (origin.text.empty()) return origin.file;
  const TextPosition position = position_of(origin.text, offset_of(read_json(origin.text), path));
  return text_of(origin.file, ":", position.line, ":", position.column);
}

}  // namespace heed
