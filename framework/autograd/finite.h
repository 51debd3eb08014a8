// What anomaly mode looks at. For record and the sweep.
#pragma once

#include <span>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Throws NonFiniteError if `output` of `op` is not finite everywhere, though `inputs` are.
void check_made_finite(const char* op, const Tensor& output, std::span<const Tensor* const> inputs);

/// Throws NonFiniteError if `gradient`, for input `input` of `op`, is not finite though the
/// incoming gradient `g` is.
void check_pulled_finite(const char* op, size_t input, const Tensor& gradient, const Tensor& g);

}  // namespace heed
