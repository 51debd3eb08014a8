#include "heed/framework/autograd/gradcheck.h"

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"

namespace heed {

GradcheckReport gradcheck(const Differentiable& function, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options) {
  std::vector<std::pair<std::string, Tensor>> leaves;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined() || !inputs[i].requires_grad()) continue;
    leaves.emplace_back(text_of("input ", i), inputs[i]);
  }
  if (leaves.empty()) throw GradientError("gradcheck: no input requires grad, nothing to check");
  return leaf_gradcheck([&] { return function(inputs); }, leaves, options);
}

GradcheckReport gradgradcheck(const Differentiable& function, const std::vector<Tensor>& inputs,
                              const GradcheckOptions& options) {
  const std::vector<Tensor> cotangents =
      detail::random_cotangents(function(inputs), options.seed + 1);
  std::vector<Tensor> all = inputs;
  for (Tensor cotangent : cotangents) {
    if (cotangent.defined()) all.push_back(cotangent.requires_grad_());
  }
  const auto gradients = [&](const std::vector<Tensor>&) {
    const GradMode recording(true);
    std::vector<Tensor> wanted;
    for (const Tensor& input : inputs) {
      if (input.defined() && input.requires_grad()) wanted.push_back(input);
    }
    std::vector<Tensor> found =
        detail::gradients_of(function(inputs), cotangents, wanted, {.create_graph = true});
    std::erase_if(found, [](const Tensor& gradient) { return !gradient.defined(); });
    return found;
  };
  return gradcheck(gradients, all, options);
}

}  // namespace heed
