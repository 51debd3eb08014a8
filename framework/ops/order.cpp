#include "heed/framework/ops/order.h"

#include <cmath>
#include <limits>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/order.h"
#include "heed/framework/kernels/scan.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

using ReverseScan = Tensor (*)(const Tensor& g, const Tensor& a, int64_t dim);

/// kernels::reverse_scan of public ops: the windows that are summed double until all is one.
Tensor composed_reverse_scan(const Tensor& g, const Tensor& a, int64_t dim) {
  const int64_t size = g.shape()[dim];
  Tensor total = g, factor = slice(a, dim, 1, size);
  for (int64_t width = 1; width < size; width *= 2) {
    const int64_t rest = size - width;  // windows with another one behind them
    const Tensor joined = slice(total, dim, 0, rest) + factor * slice(total, dim, width, size);
    total = cat({joined, slice(total, dim, rest, size)}, dim);
    if (rest <= width) break;
    factor = slice(factor, dim, 0, rest - width) * slice(factor, dim, width, rest);
  }
  return total;
}

/// Gradients of scans: x[i] is in y[i] and in all later ones.
using ScanGradient = Tensor (*)(const Tensor& g, const Tensor& y, const Tensor& x, int64_t dim,
                                ReverseScan scan);

/// What is before x[i] times what is gathered behind it.
Tensor cumprod_gradient(const Tensor& g, const Tensor& y, const Tensor& x, int64_t dim,
                        ReverseScan scan) {
  if (g.dim() == 0 || g.shape()[dim] < 2) return g;
  const Tensor first = ones_like(slice(y, dim, 0, 1));
  const Tensor before = cat({first, slice(y, dim, 0, y.shape()[dim] - 1)}, dim);
  return before * scan(g, x, dim);
}

/// exp(a − b) for a ≤ b: nothing where both are −∞, all where both are ∞.
Tensor share(const Tensor& a, const Tensor& b) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Tensor below = masked_fill(a - b, eq(a, infinity), 0);
  return exp(masked_fill(below, eq(a, -infinity), -infinity));
}

/// Every factor is the share of a term in a sum, so none overflows.
Tensor logcumsumexp_gradient(const Tensor& g, const Tensor& y, const Tensor& x, int64_t dim,
                             ReverseScan scan) {
  if (g.dim() == 0 || g.shape()[dim] < 2) return g;
  const int64_t size = y.shape()[dim];
  const Tensor kept = share(slice(y, dim, 0, size - 1), slice(y, dim, 1, size));
  const Tensor factors = cat({ones_like(slice(y, dim, 0, 1)), kept}, dim);
  return share(x, y) * scan(g, factors, dim);
}

template <ScanGradient gradient>
Tensor by_kernel(const Tensor& g, const Tensor& y, const Tensor& x, int64_t dim) {
  return gradient(g, y, x, dim, kernels::reverse_scan);
}
template <ScanGradient gradient>
Tensor by_ops(const Tensor& g, const Tensor& y, const Tensor& x, int64_t dim) {
  return gradient(g, y, x, dim, composed_reverse_scan);
}

}  // namespace

Tensor cumsum(const Tensor& x, int64_t dim) {
  const int64_t d = normalize_dim("cumsum", dim, x.dim());
  Tensor y = kernels::cumsum(x, d);
  if (!is_floating(x.dtype())) return y;
  return record("cumsum", std::move(y), x, [d](const Tensor& g) {
    if (g.dim() == 0) return g;
    return flip(cumsum(flip(g, {d}), d), {d});  // each x[i] is in all later sums
  });
}

Tensor cumprod(const Tensor& x, int64_t dim) {
  const int64_t d = normalize_dim("cumprod", dim, x.dim());
  Tensor y = kernels::cumprod(x, d);
  if (!is_floating(x.dtype())) return y;
  return record("cumprod", std::move(y), x,
                fused<by_kernel<cumprod_gradient>, by_ops<cumprod_gradient>>(Saved(x), d));
}

Tensor logcumsumexp(const Tensor& x, int64_t dim) {
  const int64_t d = normalize_dim("logcumsumexp", dim, x.dim());
  return record(
      "logcumsumexp", kernels::logcumsumexp(x, d), x,
      fused<by_kernel<logcumsumexp_gradient>, by_ops<logcumsumexp_gradient>>(Saved(x), d));
}

ValuesAndIndices sort(const Tensor& x, int64_t dim, bool descending) {
  const int64_t d = normalize_dim("sort", dim, x.dim());
  check_number("sort", x.dtype());
  const Tensor indices = kernels::argsort(x, d, descending);
  return {gather(x, d, indices), indices};
}

ValuesAndIndices topk(const Tensor& x, int64_t k, int64_t dim, bool largest) {
  const int64_t d = normalize_dim("topk", dim, x.dim());
  check_number("topk", x.dtype());
  const int64_t size = size_along(x, d);
  if (k < 0 || k > size) {
    throw ValueError("topk: k = ", k, " is out of range for dim ", dim, " of ", x.shape());
  }
  const Tensor order = kernels::argsort(x, d, largest);
  const Tensor indices = x.dim() == 0 ? order : slice(order, d, 0, k).contiguous();
  return {gather(x, d, indices), indices};
}

ValuesAndIndices median(const Tensor& x, int64_t dim, bool keepdim) {
  const int64_t d = normalize_dim("median", dim, x.dim());
  check_number("median", x.dtype());
  if (x.dim() == 0) return {gather(x, d, zeros({}, DType::i64)), zeros({}, DType::i64)};
  const int64_t size = x.shape()[d];
  if (size == 0) {
    throw ShapeError("median: nothing to choose from along dim ", d, " of ", x.shape());
  }
  const Tensor order = kernels::argsort(x, d, false);  // NaN is last, and the first of them chosen
  const Tensor not_numbers = sum(ne(x, x).to(DType::i64), {d}, true);
  const auto first_of_them = static_cast<double>(size) - not_numbers;
  const Tensor place =
      where(eq(not_numbers, 0), static_cast<double>((size - 1) / 2), first_of_them);
  const Tensor indices = gather(order, d, place);
  const Tensor values = gather(x, d, indices);
  if (keepdim) return {values, indices};
  return {squeeze(values, d), squeeze(indices, d)};
}

Tensor median(const Tensor& x) {
  check_number("median", x.dtype());
  if (x.numel() == 0) {
    if (is_floating(x.dtype())) return mean(x);  // 0 / 0
    throw ShapeError("median: nothing to choose from in ", x.shape());
  }
  Tensor y = median(reshape(x.detach(), {x.numel()}), 0).values;
  if (!is_floating(x.dtype())) return y;
  return record("median", std::move(y), x, [x = Saved(x)](const Tensor& g, const Tensor& y_) {
    const Tensor chosen = (std::isnan(y_.item()) ? ne(x, x) : eq(x, y_.detach())).to(g.dtype());
    return chosen * (g / sum(chosen));
  });
}

}  // namespace heed
