// Listings of keys for a terminal.
#pragma once

#include <string>

#include "heed/examples/cli/config/table.h"

namespace heed {

/// The keys that every configuration has, with their meaning, range and default.
std::string key_listing(const ConfigTable& table);

/// What each chooser can choose, with what each is and its own keys.
std::string choice_listing(const ConfigTable& table);

}  // namespace heed
