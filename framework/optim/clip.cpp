#include "heed/framework/optim/clip.h"

#include <cmath>
#include <set>
#include <vector>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/kernels/reduce.h"
#include "heed/framework/ops/inplace.h"

namespace heed {

double grad_norm(std::span<const Tensor> parameters) {
  double total = 0;
  for (const Tensor& parameter : parameters) {
    if (parameter.grad().defined()) total += kernels::square_sum(parameter.grad());
  }
  return std::sqrt(total);
}

double clip_grad_norm(std::span<const Tensor> parameters, double max_norm) {
  if (!(max_norm > 0)) throw ValueError("clip_grad_norm: max_norm must be above 0, got ", max_norm);
  const double norm = grad_norm(parameters);
  if (norm <= max_norm || !std::isfinite(norm)) return norm;
  const NoGrad guard;
  std::vector<Tensor> gradients;
  std::set<const TensorImpl*> seen;
  for (const Tensor& parameter : parameters) {
    const Tensor gradient = parameter.grad();
    if (!gradient.defined()) continue;
    if (!seen.insert(gradient.impl()).second) {
      throw ValueError("clip_grad_norm: a gradient of shape ", gradient.shape(),
                       " is given twice and would be scaled twice");
    }
    gradients.push_back(gradient.detach());
    check_writable("clip_grad_norm", gradients.back());
  }
  for (const Tensor& gradient : gradients) mul_(gradient, max_norm / norm);
  return norm;
}

}  // namespace heed
