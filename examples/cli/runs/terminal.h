// Where text leaves the program: results on stdout, everything else on stderr.
#pragma once

#include <string>

namespace heed {

/// Writes to stdout. Throws RunError if that fails.
void write_result(const std::string& text);

/// Writes a line to stderr. As stderr is only watched, a failure ends nothing.
void say(const std::string& line);
/// The same without a line break at the end.
void write_error(const std::string& text);

}  // namespace heed
