// Names of axes, carried from the inputs of an op to its output where they must be the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// A name for each axis: a letter "L_1", a product of them "H*D_v", or, unnamed, its size "60".
/// Empty: nothing is known of any.
using Axes = std::vector<std::string>;

/// "B H L_1 D_qk" as a list.
Axes axes_of(std::string_view pattern);

/// A tensor with what its axes are called.
struct NamedAxes {
  const Tensor* tensor;
  const Axes* axes;
};

/// The names of the axes of `op`'s output: those of an input of its shape, unless the op is one
/// that makes or moves axes: products, views, selections. Empty if it cannot be told which axis
/// went where.
Axes carried_axes(std::string_view op, const std::vector<NamedAxes>& inputs, const Tensor& output);

}  // namespace heed
