// The reference of all keys, as docs/config.md shows it.
#pragma once

#include <string>

#include "heed/examples/cli/config/table.h"

namespace heed {

/// Markdown: a chapter for each section, a table of its keys, and one for each of its types.
std::string markdown_reference(const ConfigTable& table);

}  // namespace heed
