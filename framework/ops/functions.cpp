#include "heed/framework/ops/functions.h"

#include <numbers>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/kernels/functions.h"
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/broadcast.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/logic.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

using kernels::Arithmetic;
using kernels::Unary;
using kernels::UnaryBackward;

/// The result of an op that is constant almost everywhere. Integers have no gradient at all.
Tensor record_step(const char* op, Tensor y, const Tensor& x) {
  if (!is_floating(x.dtype())) return y;
  return record(op, std::move(y), x, [](const Tensor& g) { return zeros_like(g); });
}

/// maximum or minimum. The gradient goes to the operand that was chosen; equal ones share it.
Tensor choose(const char* op, Arithmetic which, const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands(op, left, right);
  const auto share = [which](const Tensor& g, const Tensor& own, const Tensor& other) {
    const Tensor lost = which == Arithmetic::maximum ? lt(own, other) : gt(own, other);
    return masked_fill(where(eq(own, other), g * 0.5, g), lost, 0);
  };
  return record(
      op, kernels::arithmetic(which, a, b),
      {{a, [share, a = Saved(a), b = Saved(b)](const Tensor& g) { return share(g, a, b); }},
       {b, [share, a = Saved(a), b = Saved(b)](const Tensor& g) { return share(g, b, a); }}});
}

}  // namespace

Tensor exp(const Tensor& x) {
  return record("exp", kernels::unary(Unary::exp, x), x,
                [](const Tensor& g, const Tensor& y) { return g * y; });
}

Tensor exp2(const Tensor& x) {
  return record("exp2", kernels::unary(Unary::exp2, x), x,
                [](const Tensor& g, const Tensor& y) { return g * (y * std::numbers::ln2); });
}

Tensor log(const Tensor& x) {
  return record("log", kernels::unary(Unary::log, x), x,
                [x = Saved(x)](const Tensor& g) { return g / x; });
}

Tensor log2(const Tensor& x) {
  return record("log2", kernels::unary(Unary::log2, x), x,
                [x = Saved(x)](const Tensor& g) { return g / (x * std::numbers::ln2); });
}

Tensor log10(const Tensor& x) {
  return record("log10", kernels::unary(Unary::log10, x), x,
                [x = Saved(x)](const Tensor& g) { return g / (x * std::numbers::ln10); });
}

Tensor sqrt(const Tensor& x) {
  return record("sqrt", kernels::unary(Unary::sqrt, x), x,
                [](const Tensor& g, const Tensor& y) { return g / (2 * y); });
}

Tensor rsqrt(const Tensor& x) {
  return record("rsqrt", kernels::unary(Unary::rsqrt, x), x,
                [](const Tensor& g, const Tensor& y) { return -0.5 * g * (y * y * y); });
}

Tensor square(const Tensor& x) {
  check_number("square", x.dtype());
  return record("square", kernels::arithmetic(Arithmetic::mul, x, x), x,
                [x = Saved(x)](const Tensor& g) { return 2 * g * x; });
}

Tensor tanh(const Tensor& x) {
  constexpr auto composed = [](const Tensor& g, const Tensor& y) { return g * (1 - y * y); };
  return record("tanh", kernels::unary(Unary::tanh, x), x,
                fused<kernels::unary_backward<UnaryBackward::tanh_from_y>, composed>());
}

Tensor erf(const Tensor& x) {
  return record("erf", kernels::unary(Unary::erf, x), x, [x = Saved(x)](const Tensor& g) {
    return g * exp(-square(x)) * (2 * std::numbers::inv_sqrtpi);
  });
}

Tensor expm1(const Tensor& x) {
  return record("expm1", kernels::unary(Unary::expm1, x), x,
                [](const Tensor& g, const Tensor& y) { return g * (y + 1); });
}

Tensor log1p(const Tensor& x) {
  return record("log1p", kernels::unary(Unary::log1p, x), x,
                [x = Saved(x)](const Tensor& g) { return g / (x.get() + 1); });
}

Tensor reciprocal(const Tensor& x) {
  return record("reciprocal", kernels::unary(Unary::reciprocal, x), x,
                [](const Tensor& g, const Tensor& y) { return -(g * y * y); });
}

Tensor abs(const Tensor& x) {
  return record("abs", kernels::abs(x), x, [x = Saved(x)](const Tensor& g) { return g * sign(x); });
}

Tensor sign(const Tensor& x) {
  return record_step("sign", kernels::sign(x), x);
}

Tensor floor(const Tensor& x) {
  return record_step("floor", kernels::unary(Unary::floor, x), x);
}

Tensor ceil(const Tensor& x) {
  return record_step("ceil", kernels::unary(Unary::ceil, x), x);
}

Tensor trunc(const Tensor& x) {
  return record_step("trunc", kernels::unary(Unary::trunc, x), x);
}

Tensor round(const Tensor& x) {
  return record_step("round", kernels::unary(Unary::round, x), x);
}

Tensor clamp(const Tensor& x, std::optional<double> low, std::optional<double> high) {
  if (!low && !high) throw ValueError("clamp: needs a lower or an upper bound");
  for (const std::optional<double>& bound : {low, high}) {
    if (bound) check_value_fits("clamp", x.dtype(), *bound);
  }
  return record("clamp", kernels::clamp(x, low, high), x,
                [x = Saved(x), low, high](const Tensor& g) {
                  const Tensor zero = scalar(0, g.dtype());
                  const Tensor above = low ? where(gt(x, *low), g, zero) : g;
                  return high ? where(lt(x, *high), above, zero) : above;
                });
}

Tensor maximum(const Tensor& left, const Tensor& right) {
  return choose("maximum", Arithmetic::maximum, left, right);
}

Tensor minimum(const Tensor& left, const Tensor& right) {
  return choose("minimum", Arithmetic::minimum, left, right);
}

Tensor logaddexp(const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands("logaddexp", left, right);
  const auto share = [](const Tensor& g, const Tensor& own, const Tensor& other) {
    const Tensor ahead = own - other;
    const Tensor tied = logical_and(eq(own, other), isinf(own));  // ∞ − ∞ is NaN
    return g * sigmoid(masked_fill(ahead, tied, 0));
  };
  return record(
      "logaddexp", kernels::logaddexp(a, b),
      {{a, [share, a = Saved(a), b = Saved(b)](const Tensor& g) { return share(g, a, b); }},
       {b, [share, a = Saved(a), b = Saved(b)](const Tensor& g) { return share(g, b, a); }}});
}

Tensor nan_to_num(const Tensor& x, double nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  return record(
      "nan_to_num", kernels::nan_to_num(x, nan, posinf, neginf), x,
      [x = Saved(x)](const Tensor& g) { return masked_fill(g, logical_not(isfinite(x)), 0); });
}

}  // namespace heed
