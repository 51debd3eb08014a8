#include "heed/modules/dropout.h"

#include "heed/framework/base/random_scope.h"
#include "heed/framework/ops/random.h"

namespace heed {

Dropout::Dropout(const Slot& slot, double probability) : Layer(slot), p(probability) {
  if (!(p >= 0 && p <= 1)) throw ValueError("Dropout: p must be in [0, 1], got ", p);
}

Tensor Dropout::forward(const Tensor& x) {
  if (!training() || p == 0) return x;
  return dropout(x, p, RandomScope::next_stream(Purpose::dropout, text_coordinate(path())));
}

}  // namespace heed
