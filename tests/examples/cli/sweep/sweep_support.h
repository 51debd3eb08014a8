// Sweeps for tests: started as a program, because their runs are processes of that program.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "heed/tests/examples/cli/program_run.h"

namespace heed::testing::sweeps {

using Texts = std::vector<std::string>;

/// `heed sweep` with a rest of a shell's command line.
inline Ended sweep(const Folder& folder, const std::string& rest) {
  const Folder output;
  const int status = std::system(("cd " + folder.path() + " && " HEED_PROGRAM " sweep " + rest +
                                  " >" + (output / "out") + " 2>" + (output / "err"))
                                     .c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0, output.read("out"), output.read("err")};
}

inline bool is_in(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The lines about runs that have ended.
inline Texts endings(const Ended& ended) {
  Texts lines = lines_of(ended.err);
  std::erase_if(lines, [](const std::string& line) { return !line.starts_with("["); });
  return lines;
}

inline Folder& with_config(Folder& folder, const std::string& rest = "") {
  folder.write("tiny.json", tiny_config(rest));
  return folder;
}

}  // namespace heed::testing::sweeps
