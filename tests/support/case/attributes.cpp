#include "heed/tests/support/case/attributes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heed::testing {
namespace {

bool is_integer_list(const Json& json) {
  if (!json.is_array()) return false;
  for (const Json& entry : json) {
    if (!entry.is_number_integer()) return false;
  }
  return true;
}

bool is_number(const Json& json) {
  return json.is_number() || json == "NaN" || json == "Infinity" || json == "-Infinity";
}

bool has_type(const Json& json, AttributeType type) {
  switch (type) {
    case AttributeType::integer:
      return json.is_number_integer();
    case AttributeType::number:
      return is_number(json);
    case AttributeType::flag:
      return json.is_boolean();
    case AttributeType::text:
      return json.is_string();
    case AttributeType::integers:
      return is_integer_list(json);
    case AttributeType::numbers:
      return json.is_array() && std::all_of(json.begin(), json.end(), is_number);
    case AttributeType::integer_or_integers:
      break;
  }
  return json.is_number_integer() || is_integer_list(json);
}

}  // namespace

Attribute integer(std::string name, std::optional<Json> fallback) {
  return {std::move(name), AttributeType::integer, std::move(fallback)};
}
Attribute number(std::string name, std::optional<Json> fallback) {
  return {std::move(name), AttributeType::number, std::move(fallback)};
}
Attribute flag(std::string name, std::optional<Json> fallback) {
  return {std::move(name), AttributeType::flag, std::move(fallback)};
}
Attribute text(std::string name, std::optional<Json> fallback) {
  return {std::move(name), AttributeType::text, std::move(fallback)};
}
Attribute integers(std::string name, std::optional<Json> fallback) {
  return {std::move(name), AttributeType::integers, std::move(fallback)};
}
Attribute numbers(std::string name, std::optional<Json> fallback) {
  return {std::move(name), AttributeType::numbers, std::move(fallback)};
}
Attribute integer_or_integers(std::string name, std::optional<Json> fallback) {
  return {std::move(name), AttributeType::integer_or_integers, std::move(fallback)};
}

const char* name_of(AttributeType type) {
  switch (type) {
    case AttributeType::integer:
      return "int";
    case AttributeType::number:
      return "float";
    case AttributeType::flag:
      return "bool";
    case AttributeType::text:
      return "str";
    case AttributeType::integers:
      return "int[]";
    case AttributeType::numbers:
      return "float[]";
    case AttributeType::integer_or_integers:
      break;
  }
  return "int or int[]";
}

double number_from_json(const Json& json, const std::string& what) {
  if (json.is_number()) return json.get<double>();
  if (json == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (json == "Infinity") return std::numeric_limits<double>::infinity();
  if (json == "-Infinity") return -std::numeric_limits<double>::infinity();
  throw RequestError(what + " must be a number or \"NaN\", \"Infinity\", \"-Infinity\"");
}

int64_t integer_from_json(const Json& json, const std::string& what) {
  if (!json.is_number_integer()) throw RequestError(what + " must be an integer");
  if (json.is_number_unsigned() &&
      json.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    throw RequestError(what + " is out of the range of 64-bit integers");
  }
  return json.get<int64_t>();
}

Attributes::Attributes(const std::vector<Attribute>& declared, const Json& request) {
  const Json given = request.is_null() ? Json::object() : request;
  if (!given.is_object()) throw RequestError("\"attrs\" must be an object");
  for (const auto& [name, value] : given.items()) {
    bool known = false;
    for (const Attribute& attribute : declared) known = known || attribute.name == name;
    if (!known) throw RequestError("unknown attribute \"" + name + "\"");
  }
  for (const Attribute& attribute : declared) {
    const auto found = given.find(attribute.name);
    const std::string what = "attribute \"" + attribute.name + "\"";
    if (found == given.end() || (found->is_null() && attribute.fallback)) {
      if (!attribute.fallback) throw RequestError("missing " + what);
      values_[attribute.name] = *attribute.fallback;
    } else if (has_type(*found, attribute.type)) {
      values_[attribute.name] = *found;
    } else {
      throw RequestError(what + " must be of type " + name_of(attribute.type));
    }
  }
}

int64_t Attributes::integer(const std::string& name) const {
  return integer_from_json(values_.at(name), "attribute \"" + name + "\"");
}

double Attributes::number(const std::string& name) const {
  return number_from_json(values_.at(name), "attribute \"" + name + "\"");
}

bool Attributes::flag(const std::string& name) const {
  return values_.at(name).get<bool>();
}

std::string Attributes::text(const std::string& name) const {
  return values_.at(name).get<std::string>();
}

std::vector<int64_t> Attributes::integers(const std::string& name) const {
  std::vector<int64_t> list;
  if (!has(name)) return list;
  if (!is_list(name)) return {integer(name)};
  for (const Json& entry : values_.at(name)) {
    list.push_back(integer_from_json(entry, "attribute \"" + name + "\""));
  }
  return list;
}

std::vector<double> Attributes::numbers(const std::string& name, size_t count) const {
  const Json& entries = values_.at(name);
  const std::string what = "attribute \"" + name + "\"";
  if (entries.size() != count) {
    throw RequestError(what + " must be a list of " + std::to_string(count) + " numbers");
  }
  std::vector<double> list;
  for (const Json& entry : entries) list.push_back(number_from_json(entry, what));
  return list;
}

Shape Attributes::shape(const std::string& name) const {
  const std::vector<int64_t> list = integers(name);
  return Shape(std::span(list));
}

std::optional<int64_t> Attributes::maybe_integer(const std::string& name) const {
  return has(name) ? std::optional(integer(name)) : std::nullopt;
}

}  // namespace heed::testing
