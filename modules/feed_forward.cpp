#include "heed/modules/feed_forward.h"

#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/elementwise.h"

namespace heed {

FeedForward::FeedForward(const Slot& slot, int64_t width, int64_t hidden, Activation kind,
                         double dropout_p, Bias bias)
    : Layer(slot),
      expand({this, "expand"}, width, hidden, bias),
      contract({this, "contract"}, hidden, width, bias),
      dropout({this, "dropout"}, dropout_p),
      activation(kind) {
  if (kind == Activation::swiglu) gate.emplace(Slot{this, "gate"}, width, hidden, bias);
}

Tensor FeedForward::activated(const Tensor& x) {
  Dims d{"FeedForward", {}};
  const Tensor expanded = expand(x);
  d.check(expanded, "... d_ff");
  switch (activation) {
    case Activation::relu:
      return relu(expanded);
    case Activation::gelu:
      return gelu(expanded);
    case Activation::silu:
      return silu(expanded);
    case Activation::swiglu:
      break;
  }
  const Tensor gates = silu((*gate)(x));
  return gates * expanded;
}

Tensor FeedForward::forward(const Tensor& x) {
  return contract(dropout(activated(x)));
}

}  // namespace heed
