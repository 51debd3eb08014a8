// Adagrad: PyTorch's algorithm and defaults. Each step is one pass over all parameters.
#pragma once

#include "heed/framework/optim/optimizer.h"

namespace heed {

/// PyTorch's options, and its defaults.
struct AdagradConfig {
  double lr = 1e-2;         ///< learning rate
  double lr_decay = 0;      ///< a parameter's step t uses lr / (1 + (t − 1)·lr_decay)
  double weight_decay = 0;  ///< joins the gradient
  double initial_accumulator_value = 0;  ///< of the sums of squares
  double eps = 1e-10;                    ///< added to the root, against division by 0
};

/// Gradients divided by the root of the sum of all their squares. Duchi, Hazan & Singer 2011.
class Adagrad : public Optimizer {
 public:
  /// Throws ValueError for options out of range.
  Adagrad(const ParameterGroups& groups, const AdagradConfig& config);

 private:
  void update(std::span<const Change> changes) override;
  AdagradConfig config_;
  const std::vector<Tensor>& sum_;
};

}  // namespace heed
