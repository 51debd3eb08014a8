// checkpoint: memory for time. The intermediate results of a function are not stored for backward
// but computed again there.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

namespace detail {
Tensor checkpoint_all(std::function<Tensor(const std::vector<Tensor>&)> function,
                      std::vector<Tensor> inputs);

template <class Function, size_t... i>
auto unpacked(Function function, std::index_sequence<i...>) {
  return [function = std::move(function)](const std::vector<Tensor>& inputs) -> Tensor {
    return function(inputs[i]...);
  };
}
}  // namespace detail

/// function(inputs…), of which only inputs and output are stored: its graph is rebuilt in
/// backward. Values and gradients are those of the plain call, bit for bit; random ops draw the
/// same numbers again. Parameters that the function captures get their gradients, too. The function
/// lives as long as the graph, must do the same when called again, and is called in the thread that
/// sweeps. Throws GradientError if it gives an undefined tensor, and in backward if what it reads
/// has changed since: a parameter, a buffer, train() or eval(), requires_grad_, a captured Rng.
/// Chen et al. 2016.
template <class Function, class... Inputs>
Tensor checkpoint(Function function, const Inputs&... inputs) {
  return detail::checkpoint_all(
      detail::unpacked(std::move(function), std::index_sequence_for<Inputs...>()),
      {static_cast<const Tensor&>(inputs)...});
}

}  // namespace heed
