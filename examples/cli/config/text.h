// Text of configurations; the general helpers are those of framework/base/text.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/config/table.h"
#include "heed/framework/base/text.h"

namespace heed {

/// Calls `visit` with the parts of a text between separators; one at its end ends the last part.
template <class Visit>
void for_each_part(std::string_view text, std::string_view separator, const Visit& visit) {
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + separator.size()));
  }
}

/// The words of a text in lines of at most `width` columns; a longer word has a line of its own.
std::vector<std::string> wrapped(std::string_view text, size_t width);

/// A value as JSON text; doubles in the shortest form that reads back equal.
std::string config_text(const ConfigValue& value);

/// A time from 0 to 10¹² seconds, the nearest to any other: "12 s", "4:30 min", "2:05 h".
std::string duration_text(double seconds);

/// A command line as a shell reads it.
std::string shell_text(const std::vector<std::string>& words);

/// A number of bytes in the unit that suits it, as "1.5 KiB".
std::string bytes_text(int64_t bytes);

}  // namespace heed
