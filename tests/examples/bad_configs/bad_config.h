// BadConfig: a configuration that must be refused, and every line that the reader then says.
#pragma once

#include <string>
#include <vector>

namespace heed::testing {

struct BadConfig {
  std::string title;
  std::string text;               ///< of the file bad.json
  std::vector<std::string> sets;  ///< arguments of --set
  std::vector<std::string> lines;
};

struct BadConfigClass {
  std::string name;
  std::vector<BadConfig> cases;
};

}  // namespace heed::testing
