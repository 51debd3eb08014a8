// JsonReader: members of a JSON object from a file that may be damaged or hostile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/json.h"

namespace heed {

/// Reads members of one object, of exactly the type and range that is wanted. Everything else is an
/// IoError `<place>: <fault>: <what is wrong>`.
class JsonReader {
 public:
  /// `json` outlives it. `place` and `fault` are for messages: "a.json", "not a snapshot".
  JsonReader(const JsonValue& json, std::string place, std::string fault);

  bool has(const char* name) const { return json_.find(name) != nullptr; }
  JsonReader object(const char* name) const;
  std::vector<JsonReader> objects(const char* name) const;
  const std::string& text(const char* name) const;
  std::vector<std::string> texts(const char* name) const;
  bool boolean(const char* name) const;
  /// From `least` to `most`.
  int64_t integer(const char* name, int64_t least, int64_t most) const;
  std::vector<int64_t> integers(const char* name, int64_t most) const;
  /// The value beside the text, of pairs of both.
  template <class Names>
  auto choice(const char* name, const Names& names) const {
    const std::string& given = text(name);
    for (const auto& [text, value] : names) {
      if (given == text) return value;
    }
    fail_value(name, *json_.find(name));
  }
  [[noreturn]] void fail(std::string_view what) const;

 private:
  const JsonValue& of_kind(const char* name, JsonValue::Kind kind) const;
  int64_t integer_in(const char* name, const JsonValue& json, int64_t least, int64_t most) const;
  [[noreturn]] void fail_value(const char* name, const JsonValue& json) const;

  const JsonValue& json_;
  std::string place_, fault_;
};

}  // namespace heed
