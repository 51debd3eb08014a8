#include "heed/framework/autograd/gradcheck_parts.h"

#include "heed/framework/autograd/backward.h"
#include "heed/framework/tensor/factories.h"

namespace heed::detail {

std::vector<Tensor> random_cotangents(const std::vector<Tensor>& outputs, uint64_t seed) {
  Rng rng(stream(seed, Purpose::user));
  std::vector<Tensor> cotangents;
  for (const Tensor& output : outputs) {
    cotangents.push_back(is_floating(output.dtype()) ? randn(output.shape(), rng, DType::f64)
                                                     : Tensor());
  }
  return cotangents;
}

std::vector<Tensor> gradients_of(const std::vector<Tensor>& outputs,
                                 const std::vector<Tensor>& cotangents,
                                 const std::vector<Tensor>& inputs, const SweepOptions& options) {
  std::vector<Tensor> roots, weights;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!cotangents[i].defined() || !outputs[i].requires_grad()) continue;
    roots.push_back(outputs[i]);
    weights.push_back(cotangents[i]);
  }
  if (roots.empty()) return std::vector<Tensor>(inputs.size());
  return grad(roots, inputs, weights, options, /*allow_unused=*/true);
}

bool is_checkable(const Tensor& input) {
  return input.dtype() == DType::f64 && input.is_leaf() &&
         is_non_overlapping(input.shape(), input.strides());
}

}  // namespace heed::detail
