#include "heed/examples/cli/runs/terminal.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "heed/examples/cli/training/failure.h"

namespace heed {

void write_result(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
    throw RunError("stdout: cannot write: ", std::string_view(std::strerror(errno)));
  }
}

void say(const std::string& line) {
  write_error(line + "\n");
}

void write_error(const std::string& text) {
  std::fputs(text.c_str(), stderr);
}

}  // namespace heed
