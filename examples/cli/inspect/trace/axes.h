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

/// The names that `op` leaves its output: those of an elementwise op's input of the same shape, the
/// leading ones of a product, those that a view moves, splits or joins. Empty if the op is none of
/// these, or it can not be told which axis went where.
Axes carried_axes(std::string_view op, const std::vector<NamedAxes>& inputs, const Tensor& output);

}  // namespace heed
