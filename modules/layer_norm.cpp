#include "heed/modules/layer_norm.h"

#include "heed/framework/nn/init.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/normalization.h"

namespace heed {

LayerNorm::LayerNorm(const Slot& slot, int64_t width, double epsilon, Bias with_bias)
    : Layer(slot),
      weight({this, "weight"}, {positive("LayerNorm", "width", width)}, init::ones()),
      eps(epsilon) {
  if (with_bias == Bias::learned) bias.emplace(Slot{this, "bias"}, Shape{width}, init::zeros());
}

Tensor LayerNorm::forward(const Tensor& x) {
  return layer_norm(x, weight->shape(), weight, tensor_of(bias), eps);
}

}  // namespace heed
