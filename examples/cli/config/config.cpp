#include "heed/examples/cli/config/config.h"

#include <algorithm>

#include "heed/examples/cli/config/text.h"
#include "heed/framework/base/error.h"

namespace heed {
namespace {

class JsonWriter {
 public:
  explicit JsonWriter(const Config& config) : config_(config) {}

  std::string write() {
    text_ = "{";
    if (!config_.about().empty()) write_about();
    write_members("", 1);
    text_ += "\n}\n";
    return std::move(text_);
  }

 private:
  void write_about() {
    start_member("about", 1);
    const auto& lines = config_.about();
    if (lines.size() == 1) {
      text_ += json_string(lines.front());
      return;
    }
    text_ += "[";
    for (const std::string& line : lines) {
      start_line(2);
      text_ += json_string(line);
    }
    text_ += "\n  ]";
  }

  /// Writes what lies under `prefix`, "" or "section.".
  void write_members(const std::string& prefix, size_t depth) {
    std::vector<std::string> written;
    for (const auto& [path, value] : config_.values()) {
      if (!path.starts_with(prefix) || value.index() == 0) continue;
      const std::string name =
          path.substr(prefix.size(), path.find('.', prefix.size()) - prefix.size());
      if (std::find(written.begin(), written.end(), name) != written.end()) continue;
      written.push_back(name);
      start_member(name, depth);
      if (prefix.size() + name.size() == path.size()) {
        text_ += config_text(value);
        continue;
      }
      text_ += "{";
      write_members(prefix + name + ".", depth + 1);
      text_.append(1, '\n').append(2 * depth, ' ') += "}";
    }
  }

  void start_line(size_t depth) {
    if (text_.back() != '{' && text_.back() != '[') text_ += ",";
    text_.append(1, '\n').append(2 * depth, ' ');
  }

  void start_member(const std::string& name, size_t depth) {
    start_line(depth);
    text_ += json_string(name) + ": ";
  }

  const Config& config_;
  std::string text_;
};

}  // namespace

const ConfigValue& Config::value(std::string_view path, ValueKind kind) const {
  const auto found = std::find_if(values_.begin(), values_.end(),
                                  [&](const auto& value) { return value.first == path; });
  if (found == values_.end()) {
    throw ValueError("config: no such key here: ", json_string(path));
  }
  const ConfigValue& value = found->second;
  const auto held = static_cast<ValueKind>(value.index() - 1);
  if (value.index() != 0 && held != kind) {
    throw ValueError("config: a key is read with another type than its own: ", json_string(path),
                     " is ", name_of(held), ", not ", name_of(kind));
  }
  return value;
}

Section Config::section(std::string_view path) const& {
  return {*this, path};
}

std::string to_json(const Config& config) {
  return JsonWriter(config).write();
}

}  // namespace heed
