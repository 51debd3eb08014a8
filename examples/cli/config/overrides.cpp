#include "heed/examples/cli/config/overrides.h"

#include <algorithm>
#include <utility>

#include "heed/examples/cli/config/check_value.h"
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
    if (value.kind == JsonValue::Kind::array && table_.list(path) != nullptr) {
      return add_elements(path, value);
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

  /// The whole list: that of the file falls away.
  void add_elements(const std::string& path, JsonValue& list) {
    if (list.children.size() > most_list_elements) {
      return fault(text_of(path, ": must have at most ", most_list_elements, " elements: found ",
                           list.children.size()));
    }
    add(path, JsonValue());
    for (JsonValue& element : list.children) {
      const std::string inside = path + "." + element.name;
      if (element.kind == JsonValue::Kind::object) {
        add_members(inside, element);
      } else {
        fault(inside + ": must be an object: found " + found_text(element));
      }
    }
  }

  const ConfigTable& table_;
  std::vector<ConfigFault>& faults_;
  std::string place_;
  bool is_inside_ = false;  ///< an object
};

/// The size of a list that an argument of --set gives as a whole; none if none does.
std::optional<size_t> size_of_list_in(const std::vector<std::string>& sets,
                                      const std::string& path) {
  for (const std::string& set : sets) {
    if (!set.starts_with(path + "=")) continue;
    try {
      const JsonValue value = read_json(std::string_view(set).substr(path.size() + 1));
      if (value.kind == JsonValue::Kind::null) return 0;
      if (value.kind == JsonValue::Kind::array) return value.children.size();
    } catch (const JsonError&) {  // refused elsewhere
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Override> parse_overrides(const ConfigTable& table,
                                      const std::vector<std::string>& sets,
                                      std::vector<ConfigFault>& faults) {
  OverrideParser parser(table, faults);
  for (const std::string& set : sets) parser.parse(set);
  return std::move(parser.overrides);
}

ConfigTable with_elements_of(const ConfigTable& table, const JsonValue& file,
                             const std::vector<std::string>& sets) {
  return table.with_elements([&](const std::string& path) {
    const JsonValue* list = file.at(path);
    const bool is_list = list != nullptr && list->kind == JsonValue::Kind::array;
    const size_t in_file = is_list ? list->children.size() : 0;
    return std::min(size_of_list_in(sets, path).value_or(in_file), most_list_elements);
  });
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
