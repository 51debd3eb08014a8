#include "heed/modules/dropout.h"

#include "heed/framework/base/random_scope.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/random.h"

namespace heed {

Dropout::Dropout(const Slot& slot, double probability)
    : Layer(slot), p(check_probability("Dropout", "p", probability)) {}

Tensor Dropout::forward(const Tensor& x) {
  if (!training() || p == 0) return x;
  return dropout(x, p, RandomScope::next_stream(Purpose::dropout, text_coordinate(path())));
}

}  // namespace heed
