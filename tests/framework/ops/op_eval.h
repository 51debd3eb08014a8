// What heed-eval answers about ops.
#pragma once

#include <string>

#include "heed/tests/support/case/attributes.h"

namespace heed::testing {

/// Calls the op; gradients if "grad_outputs" is given. Throws RequestError or Error.
std::string answer_op(const Json& request);

/// [{"name":"exp","inputs":["x"],"attrs":[…]},…]
Json list_ops();

}  // namespace heed::testing
