// Lion: the sign of an interpolated momentum. Each step is one pass over all parameters.
#pragma once

#include "heed/framework/optim/optimizer.h"

namespace heed {

/// The paper's options; learning rate and decay differ from AdamW's.
struct LionConfig {
  double lr = 1e-4;         ///< a third to a tenth of AdamW's
  double beta1 = 0.9;       ///< weight of the momentum in the update
  double beta2 = 0.99;      ///< decay rate of the momentum
  double weight_decay = 0;  ///< shrinks the parameter; three to ten times AdamW's
};

/// Every element moves by lr, in the direction of β₁m + (1 − β₁)g. Chen et al. 2023, with their
/// defaults.
class Lion : public Optimizer {
 public:
  /// Throws ValueError for options out of range.
  Lion(const ParameterGroups& groups, const LionConfig& config);

 private:
  void update(std::span<const Change> changes) override;
  LionConfig config_;
  const std::vector<Tensor>& m_;
};

}  // namespace heed
