// Where text leaves the program: results on stdout, everything else on stderr. No control
// characters leave with it, whatever a file or a command line has: see without_controls.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

namespace heed {

/// Opens those of stdin, stdout and stderr that whoever started the program has closed, on
/// /dev/null: a file of ours would get their number, and what is written to them. To be called
/// before any file is opened.
void open_missing_streams();

/// Writes to stdout. Throws RunError if that fails.
void write_result(const std::string& text);

/// Writes a line to stderr, with the program's own name (config/program_name.h). As stderr is only
/// watched, a failure ends nothing.
void say(const std::string& line);
/// Writes at once what the program itself has made to control a terminal.
void draw(const std::string& text, std::FILE* stream = stderr);

/// Whether a stream is a terminal that can move its cursor.
bool is_terminal(int stream);
/// Whether colours may be used: NO_COLOR is not set.
bool wants_colour();
/// What can be written on a terminal; of what is none, 79 columns and 24 lines. The last column is
/// left out: some terminals wrap after it.
struct TerminalSize {
  /// In characters.
  size_t columns, lines;
};
/// Of the terminal behind `stream`, a file descriptor.
TerminalSize terminal_size(int stream);

}  // namespace heed
