// A row of a table at one of its samples: what the checks of ops and of modules have in common.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/autograd/gradcheck.h"
#include "heed/framework/nn/module.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/sample.h"

namespace heed::testing {

/// An op with its attributes, or a module with its parameters, in one dtype.
struct Callable {
  std::function<Tensors(const Tensors& inputs)> call;
  std::function<std::vector<reference::NdArray>(const Tensors& inputs)> reference;
  NamedTensors parameters = {};
};

struct Subject {
  std::string row;  ///< seeds the values
  std::vector<Input> inputs;
  std::vector<size_t> constants;  ///< floating inputs that never get a gradient
  Tolerance tolerance;
  std::function<Callable(DType)> in_dtype;
  bool smooth = true;  ///< false: differences of outputs tell nothing about gradients
  bool large = false;  ///< too big for differences, but big enough to be split between threads
  bool differentiable = true;
  bool twice_differentiable = true;
  GradcheckOptions gradcheck = {};
  bool fits_any_layout = true;  ///< false: a ShapeError for inputs whose memory does not fit

  bool is_constant(size_t input) const;
};

/// Inputs with the i-th in layout(i); leaves that require grad where they can. Without `in_layout`
/// they hold the values that layout(i) can, contiguously.
Tensors leaves_of(const Subject& subject, DType floating,
                  const std::function<Layout(size_t)>& layout, bool in_layout = true);
Tensors leaves_of(const Subject& subject, DType floating);

struct Run {
  Tensors outputs;
  Tensors gradients;  ///< of the inputs; undefined where there is none
  NamedTensors parameter_gradients = {};
};

/// How a run's backward is: random cotangents of the values that `values` can hold, in `layout`.
struct Backward {
  Layout values = Layout::contiguous;
  Layout layout = Layout::contiguous;
  bool create_graph = false;
};

/// Forward and backward. `row` seeds the cotangents.
Run run(const std::string& row, const Callable& callable, const Tensors& inputs,
        const Backward& backward = {});

using Compare = std::function<std::string(const Tensor& got, const Tensor& want, bool is_gradient)>;
/// "" if compare(got, want, is_gradient) finds no difference in outputs and gradients.
std::string run_difference(const Run& got, const Run& want, const Compare& compare);
std::string same_bits(const Tensor& got, const Tensor& want, bool is_gradient);

/// The gradients of `outputs` for `inputs` that require one; undefined where there is none.
Tensors gradients_of(const Tensors& outputs, const Tensors& inputs, const Tensors& cotangents,
                     bool create_graph = false);

}  // namespace heed::testing
