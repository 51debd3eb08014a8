// The graph as a picture.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// The graph that a backward() from `roots` would sweep, in Graphviz's language: one box per op
/// with its shape, in a frame per module path; leaves are ellipses with their name in `names` (as
/// Module::named_parameters gives them) or "leaf". Arrows follow the data.
std::string to_dot(std::span<const Tensor> roots,
                   const std::vector<std::pair<std::string, Tensor>>& names = {});

}  // namespace heed
