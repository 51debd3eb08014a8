#include "heed/framework/ops/order.h"

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/order.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/view.h"

namespace heed {

Tensor cumsum(const Tensor& x, int64_t dim) {
  const int64_t d = normalize_dim("cumsum", dim, x.dim());
  Tensor y = kernels::cumsum(x, d);
  if (!is_floating(x.dtype())) return y;
  return record("cumsum", std::move(y), x, [d](const Tensor& g) {
    if (g.dim() == 0) return g;
    return flip(cumsum(flip(g, {d}), d), {d});  // each x[i] is in all later sums
  });
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
  const int64_t size = x.dim() == 0 ? 1 : x.shape()[d];
  if (k < 0 || k > size) {
    throw ValueError("topk: k = ", k, " is out of range for dim ", dim, " of ", x.shape());
  }
  const Tensor order = kernels::argsort(x, d, largest);
  const Tensor indices = x.dim() == 0 ? order : slice(order, d, 0, k).contiguous();
  return {gather(x, d, indices), indices};
}

}  // namespace heed
