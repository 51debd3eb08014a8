#include "heed/framework/ops/random.h"

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/dropout.h"

namespace heed {

Tensor dropout(const Tensor& x, double p, RandomStream stream) {
  if (!(p >= 0 && p <= 1)) throw ValueError("dropout: p must be in [0, 1], got ", p);
  return record("dropout", kernels::dropout(x, p, stream), x, [p, stream](const Tensor& g) {
    return dropout(g, p, stream);  // linear in x, with the same zeros
  });
}

}  // namespace heed
