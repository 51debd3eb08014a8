#include "heed/modules/rms_norm.h"

#include "heed/framework/nn/init.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/normalization.h"

namespace heed {

RMSNorm::RMSNorm(const Slot& slot, int64_t width, std::optional<double> epsilon)
    : Layer(slot),
      weight({this, "weight"}, {positive("RMSNorm", "width", width)}, init::ones()),
      eps(epsilon) {}

Tensor RMSNorm::forward(const Tensor& x) {
  return rms_norm(x, weight->shape(), weight, eps);
}

}  // namespace heed
