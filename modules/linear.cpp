#include "heed/modules/linear.h"

#include <cmath>

#include "heed/framework/nn/init.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/matmul.h"

namespace heed {

Linear::Linear(const Slot& slot, int64_t in, int64_t out, Bias with_bias)
    : Layer(slot),
      weight({this, "weight"}, {positive("Linear", "out", out), positive("Linear", "in", in)},
             init::uniform(1 / std::sqrt(static_cast<double>(in)))) {
  if (with_bias == Bias::none) return;
  bias.emplace(Slot{this, "bias"}, Shape{out},
               init::uniform(1 / std::sqrt(static_cast<double>(in))));
}

Tensor Linear::forward(const Tensor& x) {
  return linear(x, weight, tensor_of(bias));
}

}  // namespace heed
