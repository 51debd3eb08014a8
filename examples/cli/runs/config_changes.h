// What differs between two configurations, and what that means for the data.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/config/config.h"
#include "heed/examples/cli/runs/run_data.h"

namespace heed {

/// A key that --set changes in a resumed run.
struct ChangedKey {
  std::string path;
  std::string before;  ///< as JSON
  std::string after;
};

std::vector<ChangedKey> changes_between(const Config& before, const Config& after);

/// Whether an override names a key on which the task's data depends, even if it does not change it.
bool choose_data(const ConfigTable& table, const std::vector<std::string>& sets);

/// What a warning says if the task's data or held-out sequences are not those that a run had with
/// the configuration `before`; "" if there is nothing to say.
std::string data_warning(const ConfigTable& table, const Config& now, const Config& before,
                         const DataDifference& difference);

}  // namespace heed
