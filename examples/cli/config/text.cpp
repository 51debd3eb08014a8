#include "heed/examples/cli/config/text.h"

#include "heed/framework/base/error.h"

namespace heed {

std::string config_text(const ConfigValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return json_string(*text);
  if (const auto* number = std::get_if<double>(&value)) return text_of(*number);
  if (const auto* integer = std::get_if<int64_t>(&value)) return text_of(*integer);
  if (const auto* boolean = std::get_if<bool>(&value)) return text_of(*boolean);
  return "null";
}

}  // namespace heed
