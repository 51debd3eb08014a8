// What the program's lines of JSON have in common.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace heed {

/// The JSON on one line; bytes that are not UTF-8 (a path may have them) are replaced.
std::string json_text(const nlohmann::ordered_json& json);
/// The same with a line break.
std::string json_line(const nlohmann::ordered_json& json);

}  // namespace heed
