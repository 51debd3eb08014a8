#include "heed/framework/ops/softmax.h"

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/softmax.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"

namespace heed {

Tensor softmax(const Tensor& x, int64_t dim) {
  const int64_t d = normalize_dim("softmax", dim, x.dim());
  return record("softmax", kernels::softmax(x, d),
                {{x, [d](const Tensor& g, const Tensor& y) {
                    if (!is_grad_enabled()) return kernels::softmax_backward(g, y, d);
                    return y * (g - sum(g * y, {d}, true));  // Jᵀg with J = diag(y) − y yᵀ
                  }}});
}

Tensor log_softmax(const Tensor& x, int64_t dim) {
  const int64_t d = normalize_dim("log_softmax", dim, x.dim());
  return record("log_softmax", kernels::log_softmax(x, d),
                {{x, [d](const Tensor& g, const Tensor& y) {
                    if (!is_grad_enabled()) return kernels::log_softmax_backward(g, y, d);
                    return g - exp(y) * sum(g, {d}, true);  // J = 1 − softmax ⊗ 1
                  }}});
}

}  // namespace heed
