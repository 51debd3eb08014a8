// Optimizers by name and PyTorch's keys.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heed/framework/optim/optimizer.h"
#include "heed/tests/support/case/attributes.h"

namespace heed::testing {

/// The optimizer `name` ("sgd", "adamw", …) with PyTorch's defaults where `config` is silent.
/// Throws RequestError: unknown optimizer, unknown attribute, wrong type.
std::unique_ptr<Optimizer> make_optimizer(const std::string& name, const Json& config,
                                          const std::vector<Tensor>& parameters);

/// One step from the state that came back with the last one. Throws RequestError or Error.
std::string answer_optim(const Json& request);

/// [{"name":"sgd","attrs":[{"name":"lr","type":"float","default":0.001},…]},…]
Json list_optimizers();

}  // namespace heed::testing
