// Cross-entropy of logits and class indices, row by row.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// Which class each row should be, and how much that counts.
struct ClassTargets {
  Tensor index;          ///< i64, dense, one per row
  int64_t ignored = 0;   ///< rows with this index do not count
  Tensor weight = {};    ///< dense [C] of the logits' dtype, or undefined: 1 for every class
  double smoothing = 0;  ///< this much of the target is shared evenly by all classes
};

/// How many indices are not `ignored`. Throws IndexError naming `op` unless those are in
/// [0, classes).
int64_t count_targets(const char* op, const Tensor& index, int64_t ignored, int64_t classes);
/// The weights of the rows that count, summed; `weight` is defined.
double sum_weights(const ClassTargets& targets);

struct RowLosses {
  Tensor losses;  ///< [rows]: −Σ_c a_c log p_c, where a is the smoothed and weighted target
  Tensor max;     ///< of each row, and
  Tensor total;   ///< Σ exp(x − max): what softmax of the row is made of
};
/// Losses of the rows of `x` along `dim`, in the order of the dimensions that remain.
RowLosses cross_entropy(const Tensor& x, int64_t dim, const ClassTargets& targets);

/// Σ losses / divisor, a 0-d tensor.
Tensor join_losses(const Tensor& losses, double divisor);

/// The gradient with respect to x: (p · Σ a − a) · g / divisor. `g` has one element per row or one
/// for all.
Tensor cross_entropy_backward(const Tensor& g, double divisor, const Tensor& x, int64_t dim,
                              const ClassTargets& targets, const Tensor& max, const Tensor& total);

}  // namespace heed::kernels
