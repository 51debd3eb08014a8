#include "heed/framework/ops/trigonometry.h"

#include <limits>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/functions.h"
#include "heed/framework/ops/broadcast.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"

namespace heed {
namespace {

using kernels::Unary;

/// What to divide by before squaring: |x|, but not below `least`, and finite. No formula depends on
/// it but for rounding, so it has no gradient.
Tensor safe_divisor(const Tensor& x, double least) {
  const double most = x.dtype() == DType::f32 ? double{std::numeric_limits<float>::max()}
                                              : std::numeric_limits<double>::max();
  return clamp(abs(x.detach()), least, most);
}

/// g·numerator / (y² + x²), and 0 at the origin.
Tensor over_square_of_distance(const Tensor& g, const Tensor& numerator, const Tensor& y,
                               const Tensor& x) {
  const double least = y.dtype() == DType::f32 ? double{std::numeric_limits<float>::min()}
                                               : std::numeric_limits<double>::min();
  const Tensor scale = safe_divisor(maximum(abs(y.detach()), abs(x.detach())), least);
  const Tensor square_of_distance = square(y / scale) + square(x / scale);
  // g is a factor of what cannot overflow: next to the origin the slope may, and 0·∞ is NaN.
  const Tensor slope = g * (numerator / scale) / square_of_distance / scale;
  return masked_fill(slope, eq(square_of_distance, 0), 0);
}

}  // namespace

Tensor sin(const Tensor& x) {
  return record("sin", kernels::unary(Unary::sin, x), x,
                [x = Saved(x)](const Tensor& g) { return g * cos(x); });
}

Tensor cos(const Tensor& x) {
  return record("cos", kernels::unary(Unary::cos, x), x,
                [x = Saved(x)](const Tensor& g) { return -(g * sin(x)); });
}

Tensor tan(const Tensor& x) {
  return record("tan", kernels::unary(Unary::tan, x), x,
                [](const Tensor& g, const Tensor& y) { return g * (y * y + 1); });
}

Tensor asin(const Tensor& x) {
  return record("asin", kernels::unary(Unary::asin, x), x, [x = Saved(x)](const Tensor& g) {
    return g * rsqrt((1 - x.get()) * (x.get() + 1));
  });
}

Tensor acos(const Tensor& x) {
  return record("acos", kernels::unary(Unary::acos, x), x, [x = Saved(x)](const Tensor& g) {
    return -(g * rsqrt((1 - x.get()) * (x.get() + 1)));
  });
}

Tensor atan(const Tensor& x) {
  return record("atan", kernels::unary(Unary::atan, x), x,
                [x = Saved(x)](const Tensor& g) { return g / (square(x) + 1); });
}

Tensor atan2(const Tensor& above, const Tensor& beside) {
  const auto [y, x] = operands("atan2", above, beside);
  return record("atan2", kernels::atan2(y, x),
                {{y, [y = Saved(y), x = Saved(x)](
                         const Tensor& g) { return over_square_of_distance(g, x, y, x); }},
                 {x, [y = Saved(y), x = Saved(x)](const Tensor& g) {
                    return over_square_of_distance(g, -y.get(), y, x);
                  }}});
}

Tensor sinh(const Tensor& x) {
  return record("sinh", kernels::unary(Unary::sinh, x), x,
                [x = Saved(x)](const Tensor& g) { return g * cosh(x); });
}

Tensor cosh(const Tensor& x) {
  return record("cosh", kernels::unary(Unary::cosh, x), x,
                [x = Saved(x)](const Tensor& g) { return g * sinh(x); });
}

Tensor asinh(const Tensor& x) {  // 1 / √(x² + 1)
  return record("asinh", kernels::unary(Unary::asinh, x), x, [x = Saved(x)](const Tensor& g) {
    const Tensor scale = safe_divisor(x, 1);
    return g / scale * rsqrt(square(x / scale) + square(1 / scale));
  });
}

Tensor acosh(const Tensor& x) {  // 1 / √((x − 1)(x + 1))
  return record("acosh", kernels::unary(Unary::acosh, x), x, [x = Saved(x)](const Tensor& g) {
    const Tensor scale = safe_divisor(x, 1);
    return g / scale * rsqrt((x.get() - 1) / scale * ((x.get() + 1) / scale));
  });
}

Tensor atanh(const Tensor& x) {
  return record("atanh", kernels::unary(Unary::atanh, x), x,
                [x = Saved(x)](const Tensor& g) { return g / ((1 - x.get()) * (x.get() + 1)); });
}

}  // namespace heed
