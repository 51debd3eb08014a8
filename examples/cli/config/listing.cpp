#include "heed/examples/cli/config/listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "heed/examples/cli/config/check_value.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

std::string key_text(const ConfigEntry& entry) {
  std::string text = "  " + entry.path + "\n";
  for (const std::string& line :
       wrapped(entry.help + "; " + wanted(entry) + "; " + default_text(entry), 70)) {
    text += "      " + line + "\n";
  }
  return text;
}

/// A name in a column of its own and a text beside it, in lines of 80 columns.
std::string row(size_t margin, const std::string& name, size_t width, const std::string& about) {
  constexpr size_t columns = 80, narrowest = 30;
  const size_t indent = margin + width + 2;
  const std::vector<std::string> lines = wrapped(about, std::max(columns - indent, narrowest));
  const std::string next_line = "\n" + std::string(indent, ' ');
  return fmt::format("{:{}}{:<{}}{}\n", "", margin, name, width + 2, fmt::join(lines, next_line));
}

std::string choices_of(const Chooser& chooser) {
  std::string text = fmt::format("{}: {}\n", chooser.key.path, chooser.key.help);
  size_t name_width = 0, key_width = 0;
  for (const Alternative& alternative : chooser.alternatives) {
    name_width = std::max(name_width, alternative.name.size());
    for (const ConfigEntry& key : alternative.keys.entries()) {
      if (key.conditions.empty()) key_width = std::max(key_width, key.path.size());
    }
  }
  for (const Alternative& alternative : chooser.alternatives) {
    text += "\n" + row(2, alternative.name, name_width, alternative.help);
    for (const ConfigEntry& key : alternative.keys.entries()) {
      if (!key.conditions.empty()) continue;  // listed with its own chooser
      text += row(4, key.path, key_width, key.help + "; " + wanted(key) + "; " + default_text(key));
    }
  }
  return text;
}

}  // namespace

std::string key_listing(const ConfigTable& table) {
  std::string text;
  for (const ConfigEntry& entry : table.entries()) {
    if (entry.conditions.empty()) text += key_text(entry);
  }
  for (const ConfigList& list : table.lists()) {
    text += "  " + list.path + "\n";
    for (const std::string& line :
         wrapped(list.help + "; a list of objects with these keys:", 70)) {
      text += "      " + line + "\n";
    }
    for (ConfigEntry entry : list.element.entries()) {
      if (!entry.conditions.empty()) continue;
      entry.path = list.path + ".0." + entry.path;
      text += key_text(entry);
    }
  }
  return text;
}

std::string choice_listing(const ConfigTable& table) {
  std::string text;
  for (const Chooser& chooser : table.choosers()) text += choices_of(chooser) + "\n";
  return text;
}

}  // namespace heed
