#include "heed/framework/ops/reduce.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/kernels/functions.h"
#include "heed/framework/kernels/reduce.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/logic.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// A result with its reduced dimensions kept, in the requested shape. Not recorded: `y` has no
/// other handle.
Tensor shaped(Tensor y, const Shape& shape) {
  if (y.shape() == shape) return y;
  return y.alias(shape, contiguous_strides(shape), y.offset());
}

/// `reduced` (a result or its gradient) with the reduced dimensions as size 1 again.
Tensor with_dims(const Tensor& reduced, const Shape& shape, const IntList& dims) {
  return reshape(reduced, reduced_shape(shape, dims, true));
}

/// Refuses what the kernels would, with the name of the op that the user called.
void check_choice(const char* op, const Tensor& x, const IntList& dims) {
  check_number(op, x.dtype());
  for (const int64_t d : dims) {
    if (d < x.dim() && x.shape()[d] == 0) {
      throw ShapeError(op, ": nothing to choose from along dim ", d, " of ", x.shape());
    }
  }
}

/// `along` of a floating x, counted from the front.
IntList floating_dims(const char* op, const Tensor& x, const IntList& along) {
  check_floating(op, x.dtype());
  return normalize_dims(op, along, x.dim());
}

/// The largest or smallest elements `y`, which kept its dimensions `dims`; equal ones share the
/// gradient evenly.
Tensor record_extreme(const char* op, Tensor y, const Tensor& x, const IntList& dims) {
  if (!is_floating(x.dtype())) return y;
  return record(op, std::move(y), x, [x = Saved(x), dims](const Tensor& g, const Tensor& y_) {
    const Tensor best = with_dims(y_, x->shape(), dims);
    const Tensor chosen = eq(x, expand(best, x->shape())).to(g.dtype());
    return chosen * (with_dims(g, x->shape(), dims) / sum(chosen, dims, true));
  });
}

double count_of(const Tensor& x, const IntList& dims) {
  int64_t count = 1;
  for (const int64_t d : dims) count *= x.shape()[d];
  return static_cast<double>(count);
}

/// Whether all elements are numbers from `low` to `high`.
bool lie_within(const Tensor& y, double low, double high) {
  const NoGrad guard;
  return y.numel() == 0 || (amin(y).item() >= low && amax(y).item() <= high);
}

/// For each row of x along `dims`, a power of two near its largest element: dividing by it rounds
/// nothing. 1 where there is none. A constant to the gradient.
Tensor row_scales(const Tensor& x, const IntList& dims) {
  const NoGrad guard;
  return kernels::power_of_two(amax(abs(x), dims, true));
}

/// x less its mean along `dims`. The mean is rounded to the size of x, so what is left has a mean
/// of its own: Chan, Golub & LeVeque 1983, the corrected two-pass algorithm.
Tensor centred(const Tensor& x, const IntList& dims) {
  const Tensor once = x - mean(x, dims, true);
  const Tensor rest = mean(once, dims, true);
  return once - nan_to_num(rest, 0, 0, 0);  // beside an infinity nothing is left to correct
}

/// Whether y, a sum of powers, lost nothing to the ends of the range of its dtype.
bool is_far_from_ends(const Tensor& y, double power = 1) {
  const double exponents = y.dtype() == DType::f32 ? 100 : 960;
  return lie_within(y, std::exp2(-exponents / power),
                    std::exp2(std::min(exponents, exponents / power)));
}

/// The p-norm by its definition, with the reduced dimensions kept.
Tensor plain_norm(const Tensor& x, double p, const IntList& dims) {
  if (p == 2) return sqrt(sum(square(x), dims, true));
  return pow(sum(pow(abs(x), p), dims, true), 1 / p);
}

/// The p-norm, which may be in range though powers of its elements are not.
Tensor norm_in_range(const Tensor& x, double p, const IntList& dims) {
  const NoGrad guard;
  const Tensor y = plain_norm(x, p, dims);
  if (x.numel() == 0 || is_far_from_ends(y, p)) return y;
  const Tensor scales = row_scales(x, dims);
  return plain_norm(x / scales, p, dims) * scales;
}

/// The slopes of the p-norm y of x, which kept its dimensions: sign(x) · (|x| / y)^(p − 1). Where
/// it has none, at elements that are 0 and at rows of them, 0, as in PyTorch.
Tensor norm_slopes(const Tensor& x, const Tensor& y, double p) {
  const Tensor nothing = eq(y, 0), length = masked_fill(y, nothing, 1);
  if (p == 2) return masked_fill(x / length, nothing, 0);
  const Tensor zero = eq(x, 0);
  const Tensor size = abs(masked_fill(x, zero, 1));
  // The quotient is at most 1. Below p = 1 its power is large, of a quotient that may vanish.
  const Tensor power = p > 1 ? pow(size / length, p - 1) : pow(size, p - 1) * pow(length, 1 - p);
  return masked_fill(sign(x) * power, zero, 0);
}

/// The variance of rows x along `dims`, which are kept, is `of_units` · scale². The scale is
/// undefined where it would be 1.
struct Variance {
  Tensor of_units, scale;
};

Variance variance_in_range(const Tensor& x, const IntList& dims, double freedom) {
  const NoGrad guard;
  Tensor y = sum(square(centred(x, dims)), dims, true) / freedom;
  if (x.numel() == 0 || is_far_from_ends(y)) return {y, Tensor()};
  const Tensor scale = row_scales(x, dims);
  return {sum(square(centred(x / scale, dims)), dims, true) / freedom, scale};
}

/// x less its mean, in units of `scale`, which is undefined or a constant.
Tensor centred_in(const Tensor& scale, const Tensor& x, const IntList& dims) {
  return centred(scale.defined() ? x / scale : x, dims);
}

Tensor times(const Tensor& x, const Tensor& scale) {
  return scale.defined() ? x * scale : x;
}

/// The elements of `x` at `index`, which kept its dimension `dim`.
ValuesAndIndices taken_at(const Tensor& x, int64_t dim, const Tensor& index, bool keepdim) {
  const Tensor values = gather(x, dim, index);
  if (keepdim) return {values, index};
  return {squeeze(values, dim), squeeze(index, dim)};
}

void check_choice_of_all(const char* op, const Tensor& x) {
  check_choice(op, x, normalize_dims(op, {}, x.dim()));
}

template <class Kernel>
Tensor place_of(const char* op, Kernel kernel, const Tensor& x, int64_t dim, bool keepdim) {
  const int64_t d = normalize_dim(op, dim, x.dim());
  check_choice(op, x, {d});
  if (x.dim() == 0) return zeros({}, DType::i64);
  return shaped(kernel(x, d), reduced_shape(x.shape(), {d}, keepdim));
}

}  // namespace

Tensor sum(const Tensor& x, const IntList& along, bool keepdim) {
  const IntList dims = normalize_dims("sum", along, x.dim());
  Tensor y = shaped(kernels::sum(x, dims), reduced_shape(x.shape(), dims, keepdim));
  return record("sum", std::move(y), x, [shape = x.shape(), dims](const Tensor& g) {
    return expand(with_dims(g, shape, dims), shape);
  });
}

Tensor mean(const Tensor& x, const IntList& along, bool keepdim) {
  const IntList dims = floating_dims("mean", x, along);
  const double count = count_of(x, dims);
  const Tensor y = sum(x, dims, keepdim) / count;
  if (count < 2 || lie_within(y, -largest_of(x.dtype()), largest_of(x.dtype()))) return y;
  // The sum may be too large where the mean is not.
  return where(isfinite(y), y, sum(x / count, dims, keepdim));
}

Tensor var(const Tensor& x, const IntList& along, double correction, bool keepdim) {
  const IntList dims = floating_dims("var", x, along);
  const double freedom = std::max(0.0, count_of(x, dims) - correction);
  const auto [variance, scale] = variance_in_range(x, dims, freedom);
  Tensor y = shaped(times(times(variance, scale), scale), reduced_shape(x.shape(), dims, keepdim));
  return record("var", std::move(y), x,
                [x = Saved(x), scale = Saved(scale), dims, freedom](const Tensor& g) {
                  const Tensor slopes = centred_in(scale, x, dims) * (2 / freedom);
                  return times(slopes * with_dims(g, x->shape(), dims), scale);
                });
}

Tensor amax(const Tensor& x, const IntList& along, bool keepdim) {
  const IntList dims = normalize_dims("amax", along, x.dim());
  Tensor y = shaped(kernels::amax(x, dims), reduced_shape(x.shape(), dims, keepdim));
  return record_extreme("amax", std::move(y), x, dims);
}

Tensor amin(const Tensor& x, const IntList& along, bool keepdim) {
  const IntList dims = normalize_dims("amin", along, x.dim());
  Tensor y = shaped(kernels::amin(x, dims), reduced_shape(x.shape(), dims, keepdim));
  return record_extreme("amin", std::move(y), x, dims);
}

Tensor logsumexp(const Tensor& x, const IntList& along, bool keepdim) {
  const IntList dims = floating_dims("logsumexp", x, along);
  if (x.numel() == 0) return log(sum(exp(x), dims, keepdim));
  // Shifted by the maximum, which is a constant to the gradient: it cancels. Where it is infinite
  // the shift would give Inf − Inf; the largest number keeps the exponentials of finite ones at 0.
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double largest = largest_of(x.dtype());
  Tensor shift = kernels::amax(x, dims);
  {
    const NoGrad guard;
    shift = masked_fill(masked_fill(shift, eq(shift, infinity), largest), eq(shift, -infinity), 0);
  }
  const Tensor y = log(sum(exp(x - shift), dims, true)) + shift;
  return reshape(y, reduced_shape(x.shape(), dims, keepdim));
}

ValuesAndIndices max(const Tensor& x, int64_t dim, bool keepdim) {
  const int64_t d = normalize_dim("max", dim, x.dim());
  check_choice("max", x, {d});
  return taken_at(x, d, argmax(x, d, true), keepdim);
}

ValuesAndIndices min(const Tensor& x, int64_t dim, bool keepdim) {
  const int64_t d = normalize_dim("min", dim, x.dim());
  check_choice("min", x, {d});
  return taken_at(x, d, argmin(x, d, true), keepdim);
}

Tensor max(const Tensor& x) {
  check_choice_of_all("max", x);
  return amax(x);
}

Tensor min(const Tensor& x) {
  check_choice_of_all("min", x);
  return amin(x);
}

Tensor argmax(const Tensor& x, int64_t dim, bool keepdim) {
  return place_of("argmax", kernels::argmax, x, dim, keepdim);
}

Tensor argmin(const Tensor& x, int64_t dim, bool keepdim) {
  return place_of("argmin", kernels::argmin, x, dim, keepdim);
}

Tensor argmax(const Tensor& x) {
  check_choice_of_all("argmax", x);
  return argmax(reshape(x.detach(), {-1}), 0);
}

Tensor argmin(const Tensor& x) {
  check_choice_of_all("argmin", x);
  return argmin(reshape(x.detach(), {-1}), 0);
}

Tensor std(const Tensor& x, const IntList& along, double correction, bool keepdim) {
  const IntList dims = floating_dims("std", x, along);
  const double freedom = std::max(0.0, count_of(x, dims) - correction);
  const auto [variance, scale] = variance_in_range(x, dims, freedom);
  Tensor y = shaped(times(sqrt(variance), scale), reduced_shape(x.shape(), dims, keepdim));
  return record(
      "std", std::move(y), x,
      [x = Saved(x), scale = Saved(scale), dims, freedom](const Tensor& g, const Tensor& y_) {
        const Tensor whole = with_dims(y_, x->shape(), dims);
        const Tensor units = scale->defined() ? whole / scale.get() : whole;
        const Tensor equal = eq(units, 0);  // without a slope: 0, as in PyTorch
        const Tensor slopes =
            masked_fill(centred_in(scale, x, dims) / masked_fill(units, equal, 1), equal, 0);
        return slopes * (with_dims(g, x->shape(), dims) / freedom);
      });
}

Tensor norm(const Tensor& x, double p, const IntList& along, bool keepdim) {
  const IntList dims = floating_dims("norm", x, along);
  if (!(p >= 0)) throw ValueError("norm: p must be 0 or more, got ", p);
  if (p == 0) {  // how many are not 0; every element is overwritten, so the gradient is 0
    return sum(masked_fill(masked_fill(x, ne(x, 0), 1), eq(x, 0), 0), dims, keepdim);
  }
  if (p == 1) return sum(abs(x), dims, keepdim);
  if (std::isinf(p)) {
    check_choice("norm", x, dims);
    return amax(abs(x), dims, keepdim);
  }
  Tensor y = shaped(norm_in_range(x, p, dims), reduced_shape(x.shape(), dims, keepdim));
  return record("norm", std::move(y), x,
                [x = Saved(x), p, dims](const Tensor& g, const Tensor& y_) {
                  const Tensor slopes = norm_slopes(x, with_dims(y_, x->shape(), dims), p);
                  return slopes * with_dims(g, x->shape(), dims);
                });
}

Tensor prod(const Tensor& x, int64_t dim, bool keepdim) {
  check_number("prod", x.dtype());
  const int64_t d = normalize_dim("prod", dim, x.dim());
  if (x.dim() == 0) return x.clone();
  // The halves are multiplied until one slice is left: no division, so zeros do no harm.
  Tensor y = x;
  while (y.shape()[d] > 1) {
    const int64_t size = y.shape()[d], half = size / 2;
    const Tensor pairs = slice(y, d, 0, half) * slice(y, d, half, 2 * half);
    y = size % 2 == 0 ? pairs : cat(std::array{pairs, slice(y, d, size - 1, size)}, d);
  }
  if (y.shape()[d] == 0) y = sum(y, {d}, true) + 1;
  if (!keepdim) y = squeeze(y, d);
  return x.shape()[d] == 1 ? y.clone() : y;  // never a view of x
}

Tensor prod(const Tensor& x) {
  check_number("prod", x.dtype());
  return prod(reshape(x, {x.numel()}), 0);
}

Tensor any(const Tensor& x, const IntList& along, bool keepdim) {
  const IntList dims = normalize_dims("any", along, x.dim());
  return ne(sum(ne(x, 0).to(DType::i64), dims, keepdim), 0);
}

Tensor all(const Tensor& x, const IntList& along, bool keepdim) {
  const IntList dims = normalize_dims("all", along, x.dim());
  return eq(sum(eq(x, 0).to(DType::i64), dims, keepdim), 0);
}

Tensor count_nonzero(const Tensor& x, const IntList& along) {
  const IntList dims = normalize_dims("count_nonzero", along, x.dim());
  return sum(ne(x, 0).to(DType::i64), dims);
}

}  // namespace heed
