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

std::string types_text(const TypedSection& section) {
  std::string text = fmt::format("{}.type: {}\n", section.path, section.help);
  for (const SectionType& type : section.types) {
    text += fmt::format("\n  {:<24} {}\n", type.name, type.help);
    for (const ConfigEntry& key : type.keys) {
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
    if (!entry.condition) text += key_text(entry);
  }
  return text;
}

std::string type_listing(const ConfigTable& table) {
  std::string text;
  for (const TypedSection& section : table.sections()) text += types_text(section) + "\n";
  return text;
}

}  // namespace heed
