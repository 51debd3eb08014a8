#include "heed/framework/ops/softmax.h"

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/softmax.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"

namespace heed {

Tensor softmax(const Tensor& x, int64_t dim) {
  const int64_t d = normalize_dim("softmax", dim, x.dim());
  constexpr auto composed = [](const Tensor& g, const Tensor& y, int64_t along) {
    return y * (g - sum(g * y, {along}, true));  // Jᵀg with J = diag(y) − y yᵀ
  };
  return record("softmax", kernels::softmax(x, d), x,
                fused<kernels::softmax_backward, composed>(d));
}

Tensor log_softmax(const Tensor& x, int64_t dim) {
  const int64_t d = normalize_dim("log_softmax", dim, x.dim());
  constexpr auto composed = [](const Tensor& g, const Tensor& y, int64_t along) {
    return g - exp(y) * sum(g, {along}, true);  // J = 1 − softmax ⊗ 1
  };
  return record("log_softmax", kernels::log_softmax(x, d), x,
                fused<kernels::log_softmax_backward, composed>(d));
}

}  // namespace heed
