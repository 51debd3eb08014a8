// JSON: one tree for what the program reads and for what it writes. nlohmann/json parses and
// formats behind it; the tree has what its own drops: positions, duplicate names, the spelling of
// numbers.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "heed/framework/base/error.h"
#include "heed/framework/base/numbers.h"

namespace heed {

struct JsonMember;

/// A JSON value. `text` is the content of a string, and the literal of a number, true or false.
struct JsonValue {
  enum class Kind { null, boolean, number, string, array, object };

  JsonValue() = default;  ///< null
  JsonValue(bool value);
  JsonValue(double value);  ///< null unless it is finite
  JsonValue(std::integral auto value) : kind(Kind::number), text(std::to_string(value)) {}
  JsonValue(const char* content) : JsonValue(std::string(content)) {}
  JsonValue(std::string_view content) : JsonValue(std::string(content)) {}
  JsonValue(std::string content) : kind(Kind::string), text(std::move(content)) {}
  template <class T>
  JsonValue(const std::vector<T>& values)
      : kind(Kind::array), children(values.begin(), values.end()) {}
  JsonValue(std::initializer_list<JsonMember> members);  ///< an object: {{"step", 1}, {"loss", 2}}

  /// Adds a member to an object; null becomes one.
  JsonValue& add(std::string member_name, JsonValue value);
  /// The first member of this name, or an element that was read; nullptr if there is none.
  const JsonValue* find(std::string_view member_name) const;
  /// The value at a dotted path of first members; nullptr if there is none.
  const JsonValue* at(std::string_view path) const;
  /// Removes the members at a dotted path; whether there were any.
  bool erase(std::string_view path);

  Kind kind = Kind::null;
  std::string text;
  std::vector<JsonValue> children;  ///< of an array or an object, duplicate names included
  std::string name;   ///< of a member of an object; of an element that was read: its number, from 0
  size_t offset = 0;  ///< of the first byte in what was read
  size_t name_offset = 0;
};

/// A member of an object that is made.
struct JsonMember {
  std::string name;
  JsonValue value;
};

/// The number that a literal means; none if T cannot hold it.
template <class T>
std::optional<T> parse_number(std::string_view literal) {
  if constexpr (std::is_same_v<T, double>) {
    return read_number(literal);
  } else {
    T value{};
    const char* end = literal.data() + literal.size();
    const auto result = std::from_chars(literal.data(), end, value);
    if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
    return value;
  }
}

/// The value on one line; bytes that are not UTF-8 (a path may have them) are replaced.
std::string json_text(const JsonValue& value);
/// The same with a line break.
std::string json_line(const JsonValue& value);
/// The value as a file: a line for each member, indented by two spaces.
std::string json_file(const JsonValue& value);

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
/// order mark, within the limits. Throws JsonError.
JsonValue read_json(std::string_view text, size_t most_bytes = json_size_limit);

}  // namespace heed
