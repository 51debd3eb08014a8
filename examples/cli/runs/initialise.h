// The parameters of a new run from a file: `heed train --init`.
#pragma once

#include <string>

#include "heed/examples/cli/model/model.h"

namespace heed {

/// Sets the parameters from a file with heed's names or PyTorch's. Returns a line for the log.
/// Throws ConfigError naming every tensor that does not fit.
std::string initialise_from(Model& model, const std::string& path);

}  // namespace heed
