#include "heed/modules/transformer/residual.h"

#include "heed/framework/ops/elementwise.h"

namespace heed {

Tensor Residual::operator()(const Tensor& x,
                            const std::function<Tensor(const Tensor&)>& part) const {
  if (placement == NormPlacement::pre) return x + dropout(part(norm(x)));
  return norm(x + dropout(part(x)));
}

}  // namespace heed
