// SGD: PyTorch's algorithm and defaults. Each step is one pass over all parameters.
#pragma once

#include "heed/framework/optim/optimizer.h"

namespace heed {

struct SgdConfig {
  double lr = 1e-3;
  double momentum = 0;  ///< fraction of the previous update to keep
  double dampening = 0;
  double weight_decay = 0;  ///< joins the gradient
  bool nesterov = false;
};

/// Stochastic gradient descent with momentum. Sutskever et al. 2013.
class SGD : public Optimizer {
 public:
  SGD(const ParameterGroups& groups, const SgdConfig& config);

 private:
  void update(std::span<const Change> changes) override;
  SgdConfig config_;
  const std::vector<Tensor>* momentum_ = nullptr;
};

}  // namespace heed
