#include "heed/framework/ops/logic.h"

#include <limits>

#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/ops/broadcast.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

using kernels::Bitwise;

Tensor truth_of(const Tensor& x) {
  return x.dtype() == DType::boolean ? x : ne(x, 0);
}

Tensor of_truth(const char* op, Bitwise operation, const Tensor& left, const Tensor& right) {
  const Tensor left_truth = truth_of(left), right_truth = truth_of(right);
  const auto [a, b] = broadcast(op, left_truth, right_truth);
  return kernels::bitwise(operation, a, b);
}

void check_has_bits(const char* op, const Tensor& x) {
  if (!is_floating(x.dtype())) return;
  throw DTypeError(op, ": takes i64 or bool, got ", x.dtype(), " ", x.shape(),
                   "; write .to(DType::i64) or .to(DType::boolean)");
}

Tensor of_bits(const char* op, Bitwise operation, const Tensor& left, const Tensor& right) {
  check_has_bits(op, left);
  const auto [a, b] = operands(op, left, right);
  return kernels::bitwise(operation, a, b);
}

}  // namespace

Tensor logical_and(const Tensor& a, const Tensor& b) {
  return of_truth("logical_and", Bitwise::both, a, b);
}
Tensor logical_or(const Tensor& a, const Tensor& b) {
  return of_truth("logical_or", Bitwise::either, a, b);
}
Tensor logical_xor(const Tensor& a, const Tensor& b) {
  return of_truth("logical_xor", Bitwise::one, a, b);
}
Tensor logical_not(const Tensor& x) {
  return eq(x, 0);
}

Tensor bitwise_and(const Tensor& a, const Tensor& b) {
  return of_bits("bitwise_and", Bitwise::both, a, b);
}
Tensor bitwise_or(const Tensor& a, const Tensor& b) {
  return of_bits("bitwise_or", Bitwise::either, a, b);
}
Tensor bitwise_xor(const Tensor& a, const Tensor& b) {
  return of_bits("bitwise_xor", Bitwise::one, a, b);
}
Tensor bitwise_not(const Tensor& x) {
  check_has_bits("bitwise_not", x);
  return x.dtype() == DType::boolean ? eq(x, 0) : bitwise_xor(x, scalar(-1, DType::i64));
}

Tensor isnan(const Tensor& x) {
  return ne(x, x);
}
Tensor isinf(const Tensor& x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return logical_or(eq(x, infinity), eq(x, -infinity));
}
Tensor isfinite(const Tensor& x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return logical_and(gt(x, -infinity), lt(x, infinity));  // false for NaN
}

}  // namespace heed
