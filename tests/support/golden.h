// Golden files: requests and the answers that PyTorch gives.
#pragma once

#include <string>

#include "heed/tests/support/case/attributes.h"

namespace heed::testing {

/// The file `name` of tests/golden. Throws RequestError.
Json golden_file(const std::string& name);

/// "" if `got` has the structure of `want`, and its tensors within the tolerance; else where not.
std::string golden_difference(const Json& got, const Json& want, double tolerance);

}  // namespace heed::testing
