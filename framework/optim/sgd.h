// SGD: PyTorch's algorithm and defaults. Each step is one pass over all parameters.
#pragma once

#include "heed/framework/optim/optimizer.h"

namespace heed {

/// PyTorch's options, and its defaults.
struct SgdConfig {
  double lr = 1e-3;         ///< learning rate
  double momentum = 0;      ///< fraction of the previous update to keep
  double dampening = 0;     ///< fraction of the gradient that does not enter the momentum
  double weight_decay = 0;  ///< joins the gradient
  bool nesterov = false;    ///< the update looks one step ahead
};

/// Stochastic gradient descent with momentum. Sutskever et al. 2013.
class SGD : public Optimizer {
 public:
  /// Throws ValueError for options out of range.
  SGD(const ParameterGroups& groups, const SgdConfig& config);

 private:
  void update(std::span<const Change> changes) override;
  SgdConfig config_;
  const std::vector<Tensor>* momentum_ = nullptr;
};

}  // namespace heed
