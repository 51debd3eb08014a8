// JointOptimizer: several optimizers as one.
#pragma once

#include <memory>
#include <string>
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
  /// Drops the gradients of all parameters.
  void zero_grad() const;
  /// Sets the rate of each; their groups' factors stay.
  void set_lr(double lr) const;
  /// Of all of them, one after another.
  const std::vector<Tensor>& parameters() const { return parameters_; }
  const std::vector<std::string>& names() const { return names_; }  ///< of the parameters
  /// Copies of all tensors that a resumed run needs.
  NamedTensors state() const;
  /// Throws as Optimizer::load_state; then none has changed.
  void load_state(const NamedTensors& state) const;

 private:
  std::vector<std::unique_ptr<Optimizer>> optimizers_;
  std::vector<Tensor> parameters_;
  std::vector<std::string> names_;
};

}  // namespace heed
