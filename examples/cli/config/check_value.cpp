#include "heed/examples/cli/config/check_value.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "heed/examples/cli/config/suggest.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

using Checked = std::variant<ConfigValue, ValueFault>;

ValueFault broken(const std::string& rule, const JsonValue& value, const std::string& hint = "") {
  return {"must be " + rule + ": found " + found_text(value) + (hint.empty() ? "" : "; " + hint)};
}

Checked in_range(const ConfigEntry& entry, ConfigValue value, const JsonValue& json) {
  const bool is_high = entry.maximum.index() != 0 && entry.maximum < value;
  if (entry.is_too_low(value) || is_high) return broken(range_text(entry), json);
  return value;
}

Checked check_integer(const ConfigEntry& entry, const JsonValue& json) {
  if (json.text.find_first_of(".eE") != std::string::npos) {
    constexpr double exact = 9007199254740992.0;  // 2^53: beyond it the hint would be a guess
    const auto number = parse_number<double>(json.text);
    const bool is_whole = number && std::trunc(*number) == *number && std::abs(*number) < exact;
    return broken("an integer, without fraction or exponent", json,
                  is_whole ? "write " + std::to_string(static_cast<int64_t>(*number)) : "");
  }
  if (const auto integer = parse_number<int64_t>(json.text)) return in_range(entry, *integer, json);
  ConfigEntry bounded = entry;
  if (entry.minimum.index() == 0) bounded.minimum = std::numeric_limits<int64_t>::min();
  if (entry.maximum.index() == 0) bounded.maximum = std::numeric_limits<int64_t>::max();
  return broken(range_text(bounded), json);
}

Checked check_number(const ConfigEntry& entry, const JsonValue& json) {
  const auto number = parse_number<double>(json.text);
  if (!number) return broken("a number that fits in a 64-bit float", json);
  return in_range(entry, *number, json);
}

Checked check_string(const ConfigEntry& entry, const JsonValue& json) {
  const auto& choices = entry.choices;
  const bool is_choice = std::find(choices.begin(), choices.end(), json.text) != choices.end();
  if (choices.empty() || is_choice) return ConfigValue(json.text);
  return ValueFault{"must be one of " + list_in_quotes(choices) + ": found " +
                    in_quotes(json.text) + suggestion(json.text, choices)};
}

std::string type_text(ValueKind kind) {
  switch (kind) {
    case ValueKind::boolean:
      return "true or false";
    case ValueKind::integer:
      return "an integer";
    case ValueKind::number:
      return "a number";
    case ValueKind::string:
      break;
  }
  return "a string";
}

JsonValue::Kind json_kind(ValueKind kind) {
  switch (kind) {
    case ValueKind::boolean:
      return JsonValue::Kind::boolean;
    case ValueKind::integer:
    case ValueKind::number:
      return JsonValue::Kind::number;
    case ValueKind::string:
      break;
  }
  return JsonValue::Kind::string;
}

std::string type_hint(const ConfigEntry& entry, const JsonValue& json) {
  if (json.kind == JsonValue::Kind::null) {
    if (entry.required) return "the key has no default";
    return "leave the key out for " +
           (entry.fallback.index() == 0 ? entry.otherwise : config_text(entry.fallback));
  }
  if (entry.kind == ValueKind::string) {
    const bool is_scalar =
        json.kind == JsonValue::Kind::number || json.kind == JsonValue::Kind::boolean;
    return is_scalar && entry.choices.empty() ? "write " + in_quotes(json.text) : "";
  }
  if (json.kind != JsonValue::Kind::string) return "";
  try {
    const JsonValue inner = read_json(json.text);
    if (std::holds_alternative<ConfigValue>(check_value(entry, inner))) {
      return "write " + printable(inner.text) + " without quotes";
    }
  } catch (const JsonError&) {  // the string is just a string
  }
  return "";
}

}  // namespace

std::string wanted(const ConfigEntry& entry) {
  if (!entry.choices.empty()) return "one of " + list_in_quotes(entry.choices);
  const std::string range = range_text(entry);
  return type_text(entry.kind) + (range.empty() ? "" : ", " + range);
}

std::string range_text(const ConfigEntry& entry) {
  const bool has_minimum = entry.minimum.index() != 0;
  const bool has_maximum = entry.maximum.index() != 0;
  if (has_minimum && entry.exclusive_minimum) {
    return "greater than " + config_text(entry.minimum) +
           (has_maximum ? " and at most " + config_text(entry.maximum) : "");
  }
  if (has_minimum && has_maximum) {
    return "from " + config_text(entry.minimum) + " to " + config_text(entry.maximum);
  }
  if (has_minimum) return "at least " + config_text(entry.minimum);
  return has_maximum ? "at most " + config_text(entry.maximum) : "";
}

std::string default_text(const ConfigEntry& entry) {
  if (entry.required) return "required";
  return "default " + (entry.otherwise.empty() ? config_text(entry.fallback) : entry.otherwise);
}

std::string found_text(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::string:
      return "the string " + in_quotes(value.text);
    case JsonValue::Kind::array:
      return "an array";
    case JsonValue::Kind::object:
      return "an object";
    default:
      return printable(value.text);
  }
}

std::variant<ConfigValue, ValueFault> check_value(const ConfigEntry& entry,
                                                  const JsonValue& value) {
  if (value.kind != json_kind(entry.kind)) {
    return broken(wanted(entry), value, type_hint(entry, value));
  }
  switch (entry.kind) {
    case ValueKind::boolean:
      return ConfigValue(value.text == "true");
    case ValueKind::integer:
      return check_integer(entry, value);
    case ValueKind::number:
      return check_number(entry, value);
    case ValueKind::string:
      break;
  }
  return check_string(entry, value);
}

}  // namespace heed
