#include "heed/modules/layer_norm.h"

#include "heed/framework/nn/init.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/normalization.h"

namespace heed {

LayerNorm::LayerNorm(const Slot& slot, int64_t width, double epsilon)
    : Layer(slot),
      weight({this, "weight"}, {positive("LayerNorm", "width", width)}, init::ones()),
      bias({this, "bias"}, {width}, init::zeros()),
      eps(epsilon) {}

Tensor LayerNorm::forward(const Tensor& x) {
  return layer_norm(x, weight->shape(), weight, bias, eps);
}

}  // namespace heed
