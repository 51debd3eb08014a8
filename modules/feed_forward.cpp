#include "heed/modules/feed_forward.h"

#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/elementwise.h"

namespace heed {

Tensor activate(Activation activation, const Tensor& x) {
  switch (activation) {
    case Activation::relu:
      return relu(x);
    case Activation::gelu:
      return gelu(x);
    case Activation::silu:
      break;
  }
  return silu(x);
}

FeedForward::FeedForward(const Slot& slot, int64_t width, int64_t hidden, Activation kind,
                         double dropout_p)
    : Layer(slot),
      expand({this, "expand"}, width, hidden),
      contract({this, "contract"}, hidden, width),
      dropout({this, "dropout"}, dropout_p),
      activation(kind) {}

Tensor FeedForward::forward(const Tensor& x) {
  return contract(dropout(activate(activation, expand(x))));
}

}  // namespace heed
