#include "heed/modules/attention/heads.h"

#include "heed/framework/ops/view.h"

namespace heed {

Tensor split_heads(const Tensor& x, int64_t H) {
  if (x.dim() != 3 || H < 1 || x.size(2) % H != 0) {
    throw ShapeError("split_heads: needs [B, L, H*D] with H = ", H, " dividing the width, got ",
                     x.shape());
  }
  const int64_t B = x.size(0), L = x.size(1), D = x.size(2) / H;
  return permute(view(x, {B, L, H, D}), {0, 2, 1, 3});
}

Tensor merge_heads(const Tensor& x) {
  if (x.dim() != 4) throw ShapeError("merge_heads: needs [B, H, L, D], got ", x.shape());
  const int64_t B = x.size(0), H = x.size(1), L = x.size(2), D = x.size(3);
  return reshape(permute(x, {0, 2, 1, 3}), {B, L, H * D});
}

}  // namespace heed
