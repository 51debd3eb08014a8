// NamedTensors: the content of a state or of a file of tensors.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Names (paths such as "encoder.0.weight") and tensors, in registration order.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

}  // namespace heed
