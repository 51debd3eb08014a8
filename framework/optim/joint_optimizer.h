// JointOptimizer: several optimizers as one.
#pragma once

#include <memory>
#include <vector>

#include "heed/framework/optim/optimizer.h"

namespace heed {

/// Optimizers of different parameters that step together: Muon for the matrices inside a network
/// and AdamW for the rest.
class JointOptimizer {
 public:
  /// Throws ValueError if there is none, or if a parameter or its name is in two of them.
  explicit JointOptimizer(std::vector<std::unique_ptr<Optimizer>> optimizers);

  /// As those of Optimizer, for all of them; a state is that of all together.
  void step() const;
  void zero_grad() const;
  void set_lr(double lr) const;
  const std::vector<Tensor>& parameters() const { return parameters_; }
  NamedTensors state() const;
  void load_state(const NamedTensors& state) const;

 private:
  std::vector<std::unique_ptr<Optimizer>> optimizers_;
  std::vector<Tensor> parameters_;
};

}  // namespace heed
