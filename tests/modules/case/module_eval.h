// What heed-eval answers about modules.
#pragma once

#include <string>
#include <vector>

#include "heed/tests/framework/ops/case/op_attributes.h"

namespace heed::testing {

/// Builds the module, loads its state, calls it; gradients if "grad_outputs" is given. Throws
/// RequestError or Error.
std::string answer_module(const Json& request);

/// [{"name":"linear","inputs":["x"],"attrs":[…]},…]
Json list_modules();

/// [{"name":…,"type":…,"default":…},…]
Json describe_attributes(const std::vector<Attribute>& attributes);

}  // namespace heed::testing
