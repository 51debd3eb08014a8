// Whether one JSON value is what its key wants.
#pragma once

#include <string>
#include <variant>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/table.h"

namespace heed {

/// What is wrong with a value: `<rule>: found <value>[; <hint>]`.
struct ValueFault {
  std::string message;
};

/// What a key wants, for a message: "an integer, at least 1".
std::string wanted(const ConfigEntry& entry);

/// The range of a number: "from 1 to 64", "greater than 0"; empty if it has none.
std::string range_text(const ConfigEntry& entry);

/// What a key that is left out means: `required`, `default 64`, `default d_model / heads`.
std::string default_text(const ConfigEntry& entry);

/// A JSON value for a message: `the string "400"`, `3.7`, `an object`.
std::string found_text(const JsonValue& value);

/// The value with the type of its key, or the rule it breaks.
std::variant<ConfigValue, ValueFault> check_value(const ConfigEntry& entry, const JsonValue& value);

}  // namespace heed
