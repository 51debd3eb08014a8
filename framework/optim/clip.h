// Gradient clipping.
#pragma once

#include <span>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Scales all gradients by min(1, max_norm / norm), norm being the 2-norm of all together; returns
/// norm. Elements that several gradients share are scaled once. A gradient that is not finite
/// scales nothing. Pascanu, Mikolov & Bengio 2013. Throws ValueError unless max_norm > 0.
double clip_grad_norm(std::span<const Tensor> parameters, double max_norm);

/// The 2-norm of all gradients together: each parameter's in full, also where gradients share
/// memory, but a parameter that is given twice once. Infinite only if an element or the norm
/// itself is, not because squares are.
double grad_norm(std::span<const Tensor> parameters);

/// The same in pieces, for gradients that are not all in one place.

/// Σ x² of a gradient as value · 4^exponent; the exponent is 0 unless doubles would overflow or
/// lose digits.
struct SquareSum {
  double value = 0;  ///< scaled sum
  int exponent = 0;  ///< of 4
};
/// Throws nothing: NaN and infinity stay what they are.
SquareSum square_sum_of(const Tensor& gradient);

/// A norm as root · 2^exponent, whose root can be squared.
struct GradNorm {
  double root;       ///< scaled norm
  int exponent = 0;  ///< of 2
  /// The norm as one number, infinite if it is too large for a double.
  double value() const;
};
/// The norm of the gradients with these square sums. Their order is that of the additions.
GradNorm norm_of(std::span<const SquareSum> sums);
/// Scales these gradients, some of those whose norm it is, as clip_grad_norm does.
void clip_gradients(std::span<const Tensor> gradients, double max_norm, const GradNorm& norm);

}  // namespace heed
