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

bool is_section(const ConfigTable& table, const std::string& path) {
  const auto& entries = table.entries();
  return std::any_of(entries.begin(), entries.end(),
                     [&](const ConfigEntry& entry) { return entry.path.starts_with(path + "."); });
}

/// A bare word becomes a string, so that nobody has to quote for the shell and for JSON.
JsonValue parse_value(const std::string& text, bool wants_string) {
  const bool is_json_string_or_more = std::string_view("\"[{").find(text[0]) != std::string::npos;
  if (!wants_string || is_json_string_or_more || text == "null") {
    try {
      return read_json(text);
    } catch (const JsonError&) {
      if (is_json_string_or_more) throw;
    }
  }
  return text;
}

/// Reads one argument after the other.
class OverrideParser {
 public:
  OverrideParser(const ConfigTable& table, std::vector<ConfigFault>& faults)
      : table_(table), faults_(faults) {}

  std::vector<Override> overrides{};

  void parse(const std::string& set) {
    place_ = "--set " + printable(set, 200);
    is_inside_ = false;
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
        add(path, parse_value(set.substr(equals + 1), is_string_key(table_, path)));
      } catch (const JsonError& error) {
        fault(std::string("the value is not JSON: ") + error.what());
      }
    }
  }

 private:
  void fault(const std::string& message) { faults_.push_back({place_, message}); }

  void add(const std::string& path, JsonValue value) {
    if (value.kind == JsonValue::Kind::object && is_section(table_, path)) {
      return add_members(path, value);
    }
    const std::string present = table_.present_path(path, value.text);
    const auto same = std::find_if(overrides.begin(), overrides.end(),
                                   [&](const Override& other) { return other.path == present; });
    if (same == overrides.end()) {
      overrides.push_back({present, path, std::move(value), place_});
    } else {
      fault((is_inside_ ? in_quotes(present) : "the key") + " is set twice; first by " +
            same->place);
    }
  }

  void add_members(const std::string& path, JsonValue& object) {
    is_inside_ = true;
    for (JsonValue& member : object.children) {
      if (member.name == "about") continue;
      const std::string inside = path + "." + member.name;
      if (member.name.find('.') == std::string::npos) {
        add(inside, std::move(member));
      } else {
        fault("unknown key " + in_quotes(inside) + "; in an object write an object");
      }
    }
  }

  const ConfigTable& table_;
  std::vector<ConfigFault>& faults_;
  std::string place_;
  bool is_inside_ = false;  ///< an object
};

}  // namespace

std::vector<Override> parse_overrides(const ConfigTable& table,
                                      const std::vector<std::string>& sets,
                                      std::vector<ConfigFault>& faults) {
  OverrideParser parser(table, faults);
  for (const std::string& set : sets) parser.parse(set);
  return std::move(parser.overrides);
}

std::optional<std::string> set_of_key(const std::string& path,
                                      const std::vector<std::string>& sets) {
  const std::string* found = nullptr;  // by a section; the key's own is nearer
  for (const std::string& set : sets) {
    const std::string name = set.substr(0, set.find('='));
    if (name == path) return set;
    if (!path.starts_with(name + ".")) continue;
    const std::string_view value =
        std::string_view(set).substr(std::min(set.size(), name.size() + 1));
    try {
      const JsonValue json = read_json(value);
      if (json.kind == JsonValue::Kind::null ||
          json.at(std::string_view(path).substr(name.size() + 1)) != nullptr)
        found = &set;
    } catch (const JsonError&) {  // no object, and refused elsewhere
    }
  }
  return found == nullptr ? std::nullopt : std::optional(*found);
}

}  // namespace heed
