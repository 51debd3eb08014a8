// Numerical proof of the gradients of a function of tensors: analytic against central differences,
// element by element.
#pragma once

#include <functional>
#include <type_traits>
#include <vector>

#include "heed/framework/autograd/leaf_gradcheck.h"

namespace heed {

/// A function of tensors to check.
using Differentiable = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

/// `leaf_gradcheck` of the inputs that require grad, whose paths are "input 0" and so on. The
/// function is deterministic. Throws GradientError if no input requires grad, and as that does if
/// inputs or outputs have no elements.
GradcheckReport gradcheck(const Differentiable& function, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options = {});

/// The same for the gradients themselves, as a function of the inputs and of the cotangents, which
/// are the last inputs: that backward(create_graph) can be differentiated again.
GradcheckReport gradgradcheck(const Differentiable& function, const std::vector<Tensor>& inputs,
                              const GradcheckOptions& options = {});

/// A function with one output as a Differentiable.
template <class Function>
requires std::is_invocable_r_v < Tensor, const Function&, const std::vector<Tensor>
& > Differentiable differentiable(Function function) {
  return [function = std::move(function)](const std::vector<Tensor>& inputs) {
    return std::vector<Tensor>{function(inputs)};
  };
}

}  // namespace heed
