// Text of configurations; the general helpers are those of framework/base/text.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/config/table.h"
#include "heed/framework/base/text.h"

namespace heed {

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
