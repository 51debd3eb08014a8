#include "heed/framework/ops/elementwise.h"

#include <numbers>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

using kernels::Comparison;

struct Pair {
  Tensor a, b;
};

/// Both operands in their common shape. `expand` is recorded, so no pullback below has to undo
/// broadcasting: each sees operands and gradients of one shape.
Pair broadcast(const char* op, const Tensor& a, const Tensor& b) {
  if (a.shape() == b.shape()) return {a, b};
  const Shape shape = broadcast_shapes(op, a.shape(), b.shape());
  return {expand(a, shape), expand(b, shape)};
}

Pair operands(const char* op, const Tensor& a, const Tensor& b) {
  check_same_dtype(op, a, b);
  return broadcast(op, a, b);
}

Tensor compare(const char* op, Comparison comparison, const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands(op, left, right);
  return kernels::compare(comparison, a, b);
}

}  // namespace

Tensor add(const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands("add", left, right);
  return record("add", kernels::add(a, b),
                {{a, [](const Tensor& g) { return g; }}, {b, [](const Tensor& g) { return g; }}});
}

Tensor sub(const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands("sub", left, right);
  return record("sub", kernels::sub(a, b),
                {{a, [](const Tensor& g) { return g; }}, {b, [](const Tensor& g) { return -g; }}});
}

Tensor mul(const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands("mul", left, right);
  return record("mul", kernels::mul(a, b),
                {{a, [b = Saved(b)](const Tensor& g) { return g * b; }},
                 {b, [a = Saved(a)](const Tensor& g) { return g * a; }}});
}

Tensor div(const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands("div", left, right);
  return record("div", kernels::div(a, b),
                {{a, [b = Saved(b)](const Tensor& g) { return g / b; }},
                 {b, [b = Saved(b)](const Tensor& g, const Tensor& y) { return -(g * y / b); }}});
}

Tensor pow(const Tensor& left, const Tensor& right) {
  const auto [a, b] = operands("pow", left, right);
  return record("pow", kernels::pow(a, b),
                {{a,
                  [a = Saved(a), b = Saved(b)](const Tensor& g) {
                    return masked_fill(g * b * pow(a, b.get() - 1), eq(b, 0), 0);  // x⁰ is constant
                  }},
                 {b, [a = Saved(a)](const Tensor& g, const Tensor& y) {
                    return masked_fill(g * y * log(a), eq(a, 0), 0);  // 0ᵇ is constant
                  }}});
}

Tensor add(const Tensor& a, double b) {
  check_value_fits("add", a.dtype(), b);
  return record("add", kernels::add(a, b), {{a, [](const Tensor& g) { return g; }}});
}

Tensor sub(const Tensor& a, double b) {
  check_number("sub", a.dtype());
  check_value_fits("sub", a.dtype(), b);
  return add(a, -b);
}

Tensor sub(double a, const Tensor& b) {
  check_number("sub", b.dtype());
  check_value_fits("sub", b.dtype(), a);
  return add(neg(b), a);
}

Tensor mul(const Tensor& a, double b) {
  check_value_fits("mul", a.dtype(), b);
  return record("mul", kernels::mul(a, b), {{a, [b](const Tensor& g) { return g * b; }}});
}

Tensor div(const Tensor& a, double b) {
  return record("div", kernels::div(a, b), {{a, [b](const Tensor& g) { return g / b; }}});
}

Tensor div(double a, const Tensor& b) {
  return div(scalar(a, b.dtype()), b);
}

Tensor pow(const Tensor& a, double b) {
  return record("pow", kernels::pow(a, b), {{a, [a = Saved(a), b](const Tensor& g) {
                                               return b == 0 ? zeros_like(g)
                                                             : g * (pow(a, b - 1) * b);
                                             }}});
}

Tensor pow(double a, const Tensor& b) {
  return pow(scalar(a, b.dtype()), b);
}

Tensor neg(const Tensor& x) {
  check_number("neg", x.dtype());
  return record("neg", kernels::mul(x, -1), {{x, [](const Tensor& g) { return neg(g); }}});
}

Tensor exp(const Tensor& x) {
  return record("exp", kernels::exp(x),
                {{x, [](const Tensor& g, const Tensor& y) { return g * y; }}});
}

Tensor log(const Tensor& x) {
  return record("log", kernels::log(x), {{x, [x = Saved(x)](const Tensor& g) { return g / x; }}});
}

Tensor sqrt(const Tensor& x) {
  return record("sqrt", kernels::sqrt(x),
                {{x, [](const Tensor& g, const Tensor& y) { return g / (2 * y); }}});
}

Tensor rsqrt(const Tensor& x) {
  return record("rsqrt", kernels::rsqrt(x),
                {{x, [](const Tensor& g, const Tensor& y) { return -0.5 * g * (y * y * y); }}});
}

Tensor square(const Tensor& x) {
  check_number("square", x.dtype());
  return record("square", kernels::mul(x, x),
                {{x, [x = Saved(x)](const Tensor& g) { return 2 * g * x; }}});
}

Tensor tanh(const Tensor& x) {
  return record("tanh", kernels::tanh(x),
                {{x, [](const Tensor& g, const Tensor& y) { return g * (1 - y * y); }}});
}

Tensor erf(const Tensor& x) {
  return record("erf", kernels::erf(x), {{x, [x = Saved(x)](const Tensor& g) {
                                            return g * exp(-square(x)) *
                                                   (2 * std::numbers::inv_sqrtpi);
                                          }}});
}

Tensor relu(const Tensor& x) {
  return record(
      "relu", kernels::relu(x),
      {{x, [](const Tensor& g, const Tensor& y) { return masked_fill(g, le(y, 0), 0); }}});
}

Tensor sigmoid(const Tensor& x) {
  return record("sigmoid", kernels::sigmoid(x),
                {{x, [](const Tensor& g, const Tensor& y) { return g * (y * (1 - y)); }}});
}

Tensor silu(const Tensor& x) {
  check_floating("silu", x.dtype());
  return x * sigmoid(x);
}

Tensor gelu(const Tensor& x, GeluApproximation approximate) {
  if (approximate == GeluApproximation::none) {
    return record("gelu", kernels::gelu(x),
                  {{x, [x = Saved(x)](const Tensor& g) {
                      const Tensor cdf = 0.5 * (1 + erf(x.get() * (1 / std::numbers::sqrt2)));
                      const Tensor pdf =
                          exp(-0.5 * square(x)) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
                      return g * (cdf + x * pdf);
                    }}});
  }
  return record("gelu", kernels::gelu_tanh(x),
                {{x, [x = Saved(x)](const Tensor& g) {
                    // y = ½x(1 + t), t = tanh(u), u = c(x + ax³): y′ = ½(1 + t) + ½x(1 − t²)u′
                    constexpr double c = std::numbers::sqrt2 * std::numbers::inv_sqrtpi,
                                     a = 0.044715;
                    const Tensor x2 = square(x);
                    const Tensor t = tanh(c * x * (1 + a * x2));
                    return g * (0.5 * (1 + t) + 0.5 * x * (1 - square(t)) * (c * (1 + 3 * a * x2)));
                  }}});
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

Tensor masked_fill(const Tensor& input, const Tensor& blocked, double value) {
  check_dtype("masked_fill", "the mask", blocked, DType::boolean);
  check_value_fits("masked_fill", input.dtype(), value);
  const auto [x, mask] = broadcast("masked_fill", input, blocked);
  const Tensor filler =
      scalar(value, x.dtype()).alias(x.shape(), Strides(IntList::filled(x.dim(), 0)), 0);
  return record("masked_fill", kernels::where(mask, filler, x),
                {{x, [mask = Saved(mask)](const Tensor& g) { return masked_fill(g, mask, 0); }}});
}

}  // namespace heed
