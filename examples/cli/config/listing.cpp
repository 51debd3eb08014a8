#include "heed/examples/cli/config/listing.h"

#include <fmt/format.h>

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

std::string choices_of(const Chooser& chooser) {
  std::string text = fmt::format("{}: {}\n", chooser.key.path, chooser.key.help);
  for (const Alternative& alternative : chooser.alternatives) {
    text += fmt::format("\n  {:<24} {}\n", alternative.name, alternative.help);
    for (const ConfigEntry& key : alternative.keys.entries()) {
      if (!key.conditions.empty()) continue;  // listed with its own chooser
      text += fmt::format("    {:<12} {}; {}; {}\n", key.path, key.help, wanted(key),
                          default_text(key));
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
  return text;
}

std::string choice_listing(const ConfigTable& table) {
  std::string text;
  for (const Chooser& chooser : table.choosers()) text += choices_of(chooser) + "\n";
  return text;
}

}  // namespace heed
