#include "heed/examples/cli/config/json_line.h"

#include <nlohmann/json.hpp>

namespace heed {

std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string json_line(const nlohmann::ordered_json& json) {
  return json_text(json) + "\n";
}

}  // namespace heed
