#include "heed/examples/cli/config/json_reader.h"

#include "heed/framework/io/io_error.h"

namespace heed {

JsonReader::JsonReader(const JsonValue& json, std::string place, std::string fault)
    : json_(json), place_(std::move(place)), fault_(std::move(fault)) {
  if (json.kind != JsonValue::Kind::object) fail("no object");
}

JsonReader JsonReader::object(const char* name) const {
  return {of_kind(name, JsonValue::Kind::object), place_, fault_};
}

std::vector<JsonReader> JsonReader::objects(const char* name) const {
  std::vector<JsonReader> all;
  for (const JsonValue& one : of_kind(name, JsonValue::Kind::array).children) {
    all.emplace_back(one, place_, fault_);
  }
  return all;
}

const std::string& JsonReader::text(const char* name) const {
  return of_kind(name, JsonValue::Kind::string).text;
}

std::vector<std::string> JsonReader::texts(const char* name) const {
  std::vector<std::string> all;
  for (const JsonValue& one : of_kind(name, JsonValue::Kind::array).children) {
    if (one.kind != JsonValue::Kind::string) fail_value(name, one);
    all.push_back(one.text);
  }
  return all;
}

bool JsonReader::boolean(const char* name) const {
  return of_kind(name, JsonValue::Kind::boolean).text == "true";
}

int64_t JsonReader::integer(const char* name, int64_t least, int64_t most) const {
  return integer_in(name, of_kind(name, JsonValue::Kind::number), least, most);
}

std::vector<int64_t> JsonReader::integers(const char* name, int64_t most) const {
  std::vector<int64_t> all;
  for (const JsonValue& one : of_kind(name, JsonValue::Kind::array).children) {
    all.push_back(integer_in(name, one, 0, most));
  }
  return all;
}

void JsonReader::fail(std::string_view what) const {
  throw IoError(place_, ": ", fault_, ": ", what);
}

const JsonValue& JsonReader::of_kind(const char* name, JsonValue::Kind kind) const {
  const JsonValue* value = json_.find(name);
  if (value == nullptr) fail(text_of("\"", std::string_view(name), "\" is missing"));
  if (value->kind != kind) fail_value(name, *value);
  return *value;
}

int64_t JsonReader::integer_in(const char* name, const JsonValue& json, int64_t least,
                               int64_t most) const {
  const auto value = parse_number<int64_t>(json.text);
  if (json.kind != JsonValue::Kind::number || !value || *value < least || *value > most) {
    fail_value(name, json);
  }
  return *value;
}

void JsonReader::fail_value(const char* name, const JsonValue& json) const {
  fail(text_of("\"", std::string_view(name), "\" cannot be ", json_text(json)));
}

}  // namespace heed
