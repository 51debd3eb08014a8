// What heed-eval answers about modules.
#pragma once

#include <string>

#include "heed/tests/support/case/attributes.h"

namespace heed::testing {

/// Builds the module, loads its state, calls it; gradients if "grad_outputs" is given. Throws
/// RequestError or Error.
std::string answer_module(const Json& request);

/// [{"name":"linear","inputs":["x"],"attrs":[…]},…]
Json list_modules();

}  // namespace heed::testing
