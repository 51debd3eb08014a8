// JSON with positions, duplicate names and the spelling of numbers, all of which nlohmann/json
// drops when it builds its own tree: it parses, the tree is ours.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "heed/framework/base/error.h"

namespace heed {

/// A JSON value with the offset of its first byte. `text` is the content of a string, and the
/// literal as it was written for a number, true, false and null.
struct JsonValue {
  enum class Kind { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  size_t offset = 0;
  std::string text{};
  std::vector<JsonValue> children{};  ///< of an array or an object, duplicate names included
  std::string name{};                 ///< of a member of an object
  size_t name_offset = 0;
};

/// The first rule of JSON that a text breaks, and the offset of the byte where it does.
class JsonError : public Error {
 public:
  JsonError(size_t offset, const std::string& message) : Error(message), offset_(offset) {}
  size_t offset() const { return offset_; }

 private:
  size_t offset_;
};

constexpr size_t json_size_limit = size_t{1} << 20;  ///< bytes
constexpr size_t json_depth_limit = 32;              ///< nested objects and arrays

/// Reads RFC 8259 JSON in UTF-8 and nothing else: no comments, no trailing comma, no NaN, no byte
/// order mark, within both limits. Throws JsonError.
JsonValue read_json(std::string_view text);

}  // namespace heed
