#include "heed/examples/cli/inspect/table.h"

#include <algorithm>

#include "heed/framework/base/text.h"

namespace heed {

std::string aligned(const std::vector<std::vector<std::string>>& lines,
                    const std::function<bool(size_t column)>& is_number) {
  std::vector<size_t> widths;
  for (const auto& line : lines) {
    widths.resize(line.size());
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], displayed_width(line[i]));
    }
  }
  std::string text;
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - displayed_width(line[i]), ' ');
      if (i > 0) text += "  ";
      text += is_number(i) ? padding + line[i] : line[i] + padding;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

}  // namespace heed
