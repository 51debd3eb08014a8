// RMSprop: PyTorch's algorithm and defaults. Each step is one pass over all parameters.
#pragma once

#include "heed/framework/optim/optimizer.h"

namespace heed {

/// PyTorch's options, and its defaults.
struct RmspropConfig {
  double lr = 1e-2;         ///< learning rate
  double alpha = 0.99;      ///< decay rate of the mean squared gradient
  double eps = 1e-8;        ///< added to the root, against division by 0
  double weight_decay = 0;  ///< joins the gradient
  double momentum = 0;      ///< fraction of the previous update to keep
  bool centered = false;    ///< divide by the standard deviation instead of the root mean square
};

/// Gradients divided by the root of their mean square. Hinton 2012; centered: Graves 2013.
class RMSprop : public Optimizer {
 public:
  /// Throws ValueError for options out of range.
  RMSprop(const ParameterGroups& groups, const RmspropConfig& config);

 private:
  void update(std::span<const Change> changes) override;
  RmspropConfig config_;
  const std::vector<Tensor>& square_;
  const std::vector<Tensor>* mean_ = nullptr;
  const std::vector<Tensor>* momentum_ = nullptr;
};

}  // namespace heed
