// Tables for a terminal.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace heed {

/// Lines of equally many cells in columns, two spaces apart; those for which `is_number` are flush
/// right. Ends with a line break.
std::string aligned(const std::vector<std::vector<std::string>>& lines,
                    const std::function<bool(size_t column)>& is_number);

}  // namespace heed
