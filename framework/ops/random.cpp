#include "heed/framework/ops/random.h"

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/dropout.h"
#include "heed/framework/ops/check.h"

namespace heed {

Tensor dropout(const Tensor& x, double p, RandomStream stream) {
  check_probability("dropout", "p", p);
  return record("dropout", kernels::dropout(x, p, stream), x, [p, stream](const Tensor& g) {
    return dropout(g, p, stream);  // linear in x, with the same zeros
  });
}

}  // namespace heed
