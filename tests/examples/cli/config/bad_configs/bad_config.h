// BadConfig: a configuration that must be refused, and every line that the reader then says.
// BadLine: the same for a command line.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace heed::testing {

struct BadConfig {
  std::string title;
  std::string text;               ///< of the file bad.json
  std::vector<std::string> sets;  ///< arguments of --set
  std::vector<std::string> lines;
  std::vector<std::pair<std::string, std::string>> files{};  ///< beside it: name, content
};

struct BadConfigClass {
  std::string name;
  std::vector<BadConfig> cases;
};

/// A command line that must be refused, and the one line that the program then says.
struct BadLine {
  std::string title;
  std::vector<std::string> arguments;
  std::string line;
};

struct BadLineClass {
  std::string name;
  std::vector<BadLine> cases;
};

}  // namespace heed::testing
