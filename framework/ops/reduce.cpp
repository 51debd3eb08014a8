#include "heed/framework/ops/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/kernels/reduce.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

/// A result that kept its dimensions, in the shape that was asked for. Not recorded: it is `y`'s
/// only handle.
Tensor shaped(Tensor y, const Shape& shape) {
  if (y.shape() == shape) return y;
  return y.alias(shape, contiguous_strides(shape), y.offset());
}

/// `reduced` (a result or its gradient) with the reduced dimensions as size 1 again.
Tensor with_dims(const Tensor& reduced, const Shape& shape, const IntList& dims) {
  return reshape(reduced, reduced_shape(shape, dims, true));
}

/// Refuses what the kernels would, which do not know that it is `op` they work for.
void check_choice(const char* op, const Tensor& x, const IntList& dims) {
  check_number(op, x.dtype());
  for (const int64_t d : dims) {
    if (d < x.dim() && x.shape()[d] == 0) {
      throw ShapeError(op, ": nothing to choose from along dim ", d, " of ", x.shape());
    }
  }
}

double count_of(const Tensor& x, const IntList& dims) {
  int64_t count = 1;
  for (const int64_t d : dims) count *= x.shape()[d];
  return static_cast<double>(count);
}

}  // namespace

Tensor sum(const Tensor& x, const IntList& along, bool keepdim) {
  const IntList dims = normalize_dims("sum", along, x.dim());
  Tensor y = shaped(kernels::sum(x, dims), reduced_shape(x.shape(), dims, keepdim));
  return record("sum", std::move(y), {{x, [shape = x.shape(), dims](const Tensor& g) {
                                         return expand(with_dims(g, shape, dims), shape);
                                       }}});
}

Tensor mean(const Tensor& x, const IntList& along, bool keepdim) {
  check_floating("mean", x.dtype());
  const IntList dims = normalize_dims("mean", along, x.dim());
  return sum(x, dims, keepdim) / count_of(x, dims);
}

Tensor var(const Tensor& x, const IntList& along, double correction, bool keepdim) {
  check_floating("var", x.dtype());
  const IntList dims = normalize_dims("var", along, x.dim());
  const Tensor centred = x - mean(x, dims, true);
  return sum(square(centred), dims, keepdim) / std::max(0.0, count_of(x, dims) - correction);
}

Tensor amax(const Tensor& x, const IntList& along, bool keepdim) {
  const IntList dims = normalize_dims("amax", along, x.dim());
  Tensor y = shaped(kernels::amax(x, dims), reduced_shape(x.shape(), dims, keepdim));
  if (!is_floating(x.dtype())) return y;
  return record("amax", std::move(y),
                {{x, [x = Saved(x), dims](const Tensor& g, const Tensor& y_) {
                    const Tensor largest = with_dims(y_, x->shape(), dims);
                    const Tensor chosen = eq(x, expand(largest, x->shape())).to(g.dtype());
                    return chosen * (with_dims(g, x->shape(), dims) / sum(chosen, dims, true));
                  }}});
}

Tensor logsumexp(const Tensor& x, const IntList& along, bool keepdim) {
  check_floating("logsumexp", x.dtype());
  const IntList dims = normalize_dims("logsumexp", along, x.dim());
  if (x.numel() == 0) return log(sum(exp(x), dims, keepdim));
  // Shifted by the maximum, which is a constant to the gradient: it cancels. Where it is infinite
  // the shift would give Inf − Inf.
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Tensor shift = kernels::amax(x, dims);
  {
    const NoGrad guard;
    shift = masked_fill(masked_fill(shift, eq(shift, infinity), 0), eq(shift, -infinity), 0);
  }
  const Tensor y = log(sum(exp(x - shift), dims, true)) + shift;
  return reshape(y, reduced_shape(x.shape(), dims, keepdim));
}

ValuesAndIndices max(const Tensor& x, int64_t dim, bool keepdim) {
  const int64_t d = normalize_dim("max", dim, x.dim());
  check_choice("max", x, {d});
  if (x.dim() == 0) return {x, argmax(x)};
  const Tensor index = argmax(x, d, true);
  const Tensor values = gather(x, d, index);
  if (keepdim) return {values, index};
  return {squeeze(values, d), squeeze(index, d)};
}

Tensor max(const Tensor& x) {
  check_choice("max", x, normalize_dims("max", {}, x.dim()));
  return amax(x);
}

Tensor argmax(const Tensor& x, int64_t dim, bool keepdim) {
  const int64_t d = normalize_dim("argmax", dim, x.dim());
  if (x.dim() == 0) return argmax(x);
  return shaped(kernels::argmax(x, d), reduced_shape(x.shape(), {d}, keepdim));
}

Tensor argmax(const Tensor& x) {
  const NoGrad guard;
  return shaped(kernels::argmax(reshape(x, {-1}), 0), {});
}

}  // namespace heed
