#include "heed/modules/transformer/residual.h"

#include "heed/framework/ops/elementwise.h"

namespace heed {

Tensor Residual::input(const Tensor& x) const {
  return placement == NormPlacement::pre ? norm(x) : x;
}

Tensor Residual::output(const Tensor& x, const Tensor& y) const {
  const Tensor sum = x + dropout(y);
  return placement == NormPlacement::pre ? sum : norm(sum);
}

}  // namespace heed
