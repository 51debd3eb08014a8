// Numerical proof of gradients: analytic against central differences, element by element.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

struct GradcheckOptions {
  double atol = 1e-7;
  double rtol = 1e-5;
  double step = 1e-6;  ///< h of (f(x + h) − f(x − h)) / 2h
  uint64_t seed = 0;   ///< of the random cotangents
};

/// What was compared, and the worst element: analytic and numeric agree if
/// |analytic − numeric| ≤ atol + rtol·|numeric|; `ratio` is left over right.
struct GradcheckReport {
  bool passed = true;
  int64_t elements = 0;
  int64_t input = 0;
  IntList index = {};
  double analytic = 0;
  double numeric = 0;
  double ratio = 0;
  /// `gradcheck: input 1 at [0, 2]: analytic 0.25, numeric 0.5, ratio 4.9e+04 …`
  std::string text() const;
};

/// A function of tensors to check.
using Differentiable = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

/// Checks the gradient of Σᵢ⟨outputs[i], cᵢ⟩ for random cotangents c (a plain sum could not see a
/// wrong softmax) with respect to every element of every input that requires grad. Inputs are f64
/// leaves whose elements do not overlap; they are changed and put back. Deterministic functions
/// only. An input without elements passes. Throws GradientError if no input requires grad.
GradcheckReport gradcheck(const Differentiable& function, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options = {});

/// The same for the gradients themselves: that backward(create_graph) can be differentiated again.
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
