#include "heed/framework/ops/division.h"

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/division.h"
#include "heed/framework/ops/broadcast.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

using kernels::Division;

void check_quotient(const char* op, const Tensor& a, const Tensor& b) {
  check_number(op, a.dtype());
  if (is_floating(a.dtype()) || a.numel() == 0 || all(b).item() != 0) return;
  throw ValueError(op, ": i64 ", a.shape(), " divided by i64 ", b.shape(),
                   ", which has a 0; write .to(DType::f32) for infinities");
}

/// remainder or fmod, a − q·b: its derivative by b is −q.
Tensor rest(const char* op, Division which, RoundingMode quotient, const Tensor& left,
            const Tensor& right) {
  const auto [a, b] = operands(op, left, right);
  check_quotient(op, a, b);
  return record(op, kernels::divide(which, a, b),
                {{a, [](const Tensor& g) { return g; }},
                 {b, [a = Saved(a), b = Saved(b), quotient](const Tensor& g) {
                    return -(g * div(a, b, quotient));
                  }}});
}

/// A number as the divisor of `a`.
Tensor divisor(const char* op, const Tensor& a, double b) {
  check_number(op, a.dtype());
  check_value_fits(op, a.dtype(), b);
  return scalar(b, a.dtype());
}

}  // namespace

Tensor div(const Tensor& left, const Tensor& right, RoundingMode rounding_mode) {
  if (rounding_mode == RoundingMode::none) return div(left, right);
  const auto [a, b] = operands("div", left, right);
  check_quotient("div", a, b);
  const bool down = rounding_mode == RoundingMode::floor;
  return record("div", kernels::divide(down ? Division::floor : Division::trunc, a, b),
                {{a, [](const Tensor& g) { return zeros_like(g); }},
                 {b, [](const Tensor& g) { return zeros_like(g); }}});
}

Tensor div(const Tensor& a, double b, RoundingMode rounding_mode) {
  if (rounding_mode == RoundingMode::none) return div(a, b);
  return div(a, divisor("div", a, b), rounding_mode);
}

Tensor remainder(const Tensor& a, const Tensor& b) {
  return rest("remainder", Division::remainder, RoundingMode::floor, a, b);
}

Tensor remainder(const Tensor& a, double b) {
  return remainder(a, divisor("remainder", a, b));
}

Tensor fmod(const Tensor& a, const Tensor& b) {
  return rest("fmod", Division::fmod, RoundingMode::trunc, a, b);
}

Tensor fmod(const Tensor& a, double b) {
  return fmod(a, divisor("fmod", a, b));
}

}  // namespace heed
