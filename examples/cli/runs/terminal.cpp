#include "heed/examples/cli/runs/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/base/text.h"

namespace heed {

void open_missing_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest number that is free is that of the first missing one.
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDWR) != stream) std::_Exit(1);
  }
}

void write_result(const std::string& text) {
  if (std::fputs(without_controls(text).c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
    throw RunError("stdout: cannot write: ", std::string_view(std::strerror(errno)));
  }
}

void say(const std::string& line) {
  std::fputs((without_controls(named(line)) + "\n").c_str(), stderr);
}

void draw(const std::string& text, std::FILE* stream) {
  std::fputs(text.c_str(), stream);
  std::fflush(stream);
}

bool is_terminal(int stream) {
  const char* kind = std::getenv("TERM");
  return isatty(stream) == 1 && (kind == nullptr || std::string_view(kind) != "dumb");
}

bool wants_colour() {
  const char* wish = std::getenv("NO_COLOR");
  return wish == nullptr || *wish == '\0';
}

TerminalSize terminal_size(int stream) {
  winsize size{};
  if (ioctl(stream, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return {79, 24};
  return {size_t{size.ws_col} - 1, std::max<size_t>(size.ws_row, 1)};
}

}  // namespace heed
