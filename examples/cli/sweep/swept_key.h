// What --set says in a sweep: a key, and each value that it is to have.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/config/config_error.h"

namespace heed {

struct SweptKey {
  std::string path;
  std::vector<std::string> values;  ///< each as --set of `heed train` takes it; at least one
  std::string place;                ///< "--set train.lr=1e-3,3e-3", for messages
};

/// Splits "train.lr=1e-3,3e-3" at its commas, but not at those inside of a JSON string, list or
/// object that a value begins with. "1..4" is 1,2,3,4. Adds a fault for each argument that is
/// malformed, or repeats a key or a value; whether a value fits its key is checked elsewhere.
std::vector<SweptKey> parse_swept_keys(const std::vector<std::string>& sets,
                                       std::vector<ConfigFault>& faults);

}  // namespace heed
