#include "heed/modules/feed_forward.h"

#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/ops/elementwise.h"

namespace heed {

FeedForward::FeedForward(const Slot& slot, int64_t outer, int64_t inner, Activation between,
                         double dropout_p, Bias bias)
    : Layer(slot),
      width(outer),
      hidden(inner),
      activation(between),
      up({this, "expand"}, width, hidden, bias),
      down({this, "contract"}, hidden, width, bias),
      dropout({this, "dropout"}, dropout_p) {
  down.ends_residual_branch = true;
  if (activation.gated) gate.emplace(Slot{this, "gate"}, width, hidden, bias);
}

Tensor FeedForward::forward(const Tensor& x) {
  Dims d{"FeedForward", {{"D_1", width}, {"d_ff", hidden}}};
  d.check(x, "... D_1");
  Tensor inner = up(x);
  d.check(inner, "... d_ff");
  if (gate) {
    const Tensor gates = activation.function((*gate)(x));
    inner = gates * inner;
  } else {
    inner = activation.function(inner);
  }
  return down(dropout(inner));
}

}  // namespace heed
