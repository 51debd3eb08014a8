// What differs between two configurations.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/config/config.h"

namespace heed {

/// A key that --set changes in a resumed run.
struct ChangedKey {
  std::string path;
  std::string before;  ///< as JSON
  std::string after;
};

std::vector<ChangedKey> changes_between(const Config& before, const Config& after);
/// Whether the task's data may differ from what the run had.
bool changes_data(const ConfigTable& table, const std::vector<ChangedKey>& changes);

}  // namespace heed
