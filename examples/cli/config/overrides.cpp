#include "heed/examples/cli/config/overrides.h"

#include <algorithm>
#include <utility>

#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

bool is_string_key(const ConfigTable& table, const std::string& path) {
  const auto& entries = table.entries();
  return std::any_of(entries.begin(), entries.end(), [&](const ConfigEntry& entry) {
    return entry.path == path && entry.kind == ValueKind::string;
  });
}

/// A bare word becomes a string, so that nobody has to quote for the shell and for JSON.
JsonValue parse_value(const std::string& text, bool wants_string) {
  const bool is_json_string_or_more = std::string_view("\"[{").find(text[0]) != std::string::npos;
  if (!wants_string || is_json_string_or_more) {
    try {
      return read_json(text);
    } catch (const JsonError&) {
      if (is_json_string_or_more) throw;
    }
  }
  return text;
}

}  // namespace

std::vector<Override> parse_overrides(const ConfigTable& table,
                                      const std::vector<std::string>& sets,
                                      std::vector<ConfigFault>& faults) {
  std::vector<Override> overrides;
  for (const std::string& set : sets) {
    const std::string place = "--set " + printable(set, 200);
    const auto fault = [&](const std::string& message) { faults.push_back({place, message}); };
    const size_t equals = set.find('=');
    const std::string path = set.substr(0, equals);
    if (set.size() > json_size_limit || first_invalid_utf8(set) < set.size()) {
      fault("an override must be UTF-8 and no longer than a file");
    } else if (equals == std::string::npos) {
      fault("expected KEY=VALUE; write --set train.lr=0.001");
    } else if (path.empty()) {
      fault("an override must name a key before \"=\"; write --set train.lr=0.001");
    } else if (equals + 1 == set.size()) {
      fault("an override must have a value after \"=\"; the empty string is '\"\"'");
    } else {
      try {
        JsonValue value = parse_value(set.substr(equals + 1), is_string_key(table, path));
        const std::string present = table.present_path(path, value.text);
        const auto same =
            std::find_if(overrides.begin(), overrides.end(),
                         [&](const Override& other) { return other.path == present; });
        if (same == overrides.end()) {
          overrides.push_back({present, path, std::move(value), place});
        } else {
          fault("the key is set twice; first by " + same->place);
        }
      } catch (const JsonError& error) {
        fault(std::string("the value is not JSON: ") + error.what());
      }
    }
  }
  return overrides;
}

}  // namespace heed
