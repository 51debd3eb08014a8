#include "heed/framework/ops/elementwise.h"

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/ops/broadcast.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

using kernels::Arithmetic;
using kernels::Comparison;

Tensor compare(const char* op, Comparison comparison, const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands(op, left, right);
  return kernels::compare(comparison, a, b);
}

}  // namespace

Tensor add(const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands("add", left, right);
  return record("add", kernels::arithmetic(Arithmetic::add, a, b),
                {{a, [](const Tensor& g) { return g; }}, {b, [](const Tensor& g) { return g; }}});
}

Tensor sub(const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands("sub", left, right);
  return record("sub", kernels::arithmetic(Arithmetic::sub, a, b),
                {{a, [](const Tensor& g) { return g; }}, {b, [](const Tensor& g) { return -g; }}});
}

Tensor mul(const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands("mul", left, right);
  return record("mul", kernels::arithmetic(Arithmetic::mul, a, b),
                {{a, [b = Saved(b)](const Tensor& g) { return g * b; }},
                 {b, [a = Saved(a)](const Tensor& g) { return g * a; }}});
}

Tensor div(const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands("div", left, right);
  return record("div", kernels::arithmetic(Arithmetic::div, a, b),
                {{a, [b = Saved(b)](const Tensor& g) { return g / b; }},
                 {b, [b = Saved(b)](const Tensor& g, const Tensor& y) { return -(g * y / b); }}});
}

Tensor pow(const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands("pow", left, right);
  return record("pow", kernels::pow(a, b),
                {{a,
                  [a = Saved(a), b = Saved(b)](const Tensor& g) {
                    const Tensor slope = b * pow(a, b.get() - 1);
                    return masked_fill(g * slope, eq(b, 0), 0);  // x⁰ is constant
                  }},
                 {b, [a = Saved(a), b = Saved(b)](const Tensor& g, const Tensor& y) {
                    // 0ᵇ is constant for b from 0 on.
                    const Tensor constant = where(eq(a, 0), ge(b, 0), eq(a, 0));
                    return masked_fill(g * (y * log(a)), constant, 0);
                  }}});
}

Tensor add(const Tensor& a, double b) {
  check_value_fits("add", a.dtype(), b);
  return record("add", kernels::arithmetic(Arithmetic::add, a, b), a,
                [](const Tensor& g) { return g; });
}

Tensor sub(const Tensor& a, double b) {
  check_value_fits("sub", a.dtype(), b);
  return record("sub", kernels::arithmetic(Arithmetic::sub, a, b), a,
                [](const Tensor& g) { return g; });
}

Tensor sub(double a, const Tensor& b) {
  check_number("sub", b.dtype());
  check_value_fits("sub", b.dtype(), a);
  return add(neg(b), a);
}

Tensor mul(const Tensor& a, double b) {
  check_value_fits("mul", a.dtype(), b);
  return record("mul", kernels::arithmetic(Arithmetic::mul, a, b), a,
                [b](const Tensor& g) { return g * b; });
}

Tensor div(const Tensor& a, double b) {
  return record("div", kernels::arithmetic(Arithmetic::div, a, b), a,
                [b](const Tensor& g) { return g / b; });
}

Tensor div(double a, const Tensor& b) {
  check_floating("div", b.dtype());
  return div(scalar(a, b.dtype()), b);
}

Tensor pow(const Tensor& a, double b) {
  return record("pow", kernels::pow(a, b), a, [a = Saved(a), b](const Tensor& g) {
    return b == 0 ? zeros_like(g) : g * (pow(a, b - 1) * b);
  });
}

Tensor pow(double a, const Tensor& b) {
  check_floating("pow", b.dtype());
  return pow(scalar(a, b.dtype()), b);
}

Tensor neg(const Tensor& x) {
  check_number("neg", x.dtype());
  return record("neg", kernels::arithmetic(Arithmetic::mul, x, -1), x,
                [](const Tensor& g) { return neg(g); });
}

Tensor eq(const Tensor& a, const Tensor& b) {
  return compare("eq", Comparison::eq, a, b);
}
Tensor ne(const Tensor& a, const Tensor& b) {
  return compare("ne", Comparison::ne, a, b);
}
Tensor lt(const Tensor& a, const Tensor& b) {
  return compare("lt", Comparison::lt, a, b);
}
Tensor le(const Tensor& a, const Tensor& b) {
  return compare("le", Comparison::le, a, b);
}
Tensor gt(const Tensor& a, const Tensor& b) {
  return compare("gt", Comparison::gt, a, b);
}
Tensor ge(const Tensor& a, const Tensor& b) {
  return compare("ge", Comparison::ge, a, b);
}
Tensor eq(const Tensor& a, double b) {
  return kernels::compare(Comparison::eq, a, b);
}
Tensor ne(const Tensor& a, double b) {
  return kernels::compare(Comparison::ne, a, b);
}
Tensor lt(const Tensor& a, double b) {
  return kernels::compare(Comparison::lt, a, b);
}
Tensor le(const Tensor& a, double b) {
  return kernels::compare(Comparison::le, a, b);
}
Tensor gt(const Tensor& a, double b) {
  return kernels::compare(Comparison::gt, a, b);
}
Tensor ge(const Tensor& a, double b) {
  return kernels::compare(Comparison::ge, a, b);
}

Tensor where(const Tensor& condition, const Tensor& left, const Tensor& right) {
  check_dtype("where", "the condition", condition, DType::boolean);
  const auto [both, b_only] = operands("where", left, right);
  const auto [c, a] = broadcast("where", condition, both);
  const Tensor b = expand(b_only, a.shape());
  return record("where", kernels::where(c, a, b),
                {{a, [c = Saved(c)](const Tensor& g) { return masked_fill(g, eq(c, 0), 0); }},
                 {b, [c = Saved(c)](const Tensor& g) { return masked_fill(g, c, 0); }}});
}

Tensor where(const Tensor& condition, double left, const Tensor& right) {
  check_value_fits("where", right.dtype(), left);
  return where(condition, scalar(left, right.dtype()), right);
}

Tensor where(const Tensor& condition, const Tensor& left, double right) {
  check_value_fits("where", left.dtype(), right);
  return where(condition, left, scalar(right, left.dtype()));
}

Tensor masked_fill(const Tensor& input, const Tensor& blocked, double value) {
  check_dtype("masked_fill", "the mask", blocked, DType::boolean);
  check_value_fits("masked_fill", input.dtype(), value);
  const auto [x, mask] = broadcast("masked_fill", input, blocked);
  const Tensor filler =
      scalar(value, x.dtype()).alias(x.shape(), Strides(IntList::filled(x.dim(), 0)), 0);
  return record("masked_fill", kernels::where(mask, filler, x), x,
                [mask = Saved(mask)](const Tensor& g) { return masked_fill(g, mask, 0); });
}

}  // namespace heed
