#include "heed/framework/optim/joint_optimizer.h"

#include <set>
#include <utility>

namespace heed {

JointOptimizer::JointOptimizer(std::vector<std::unique_ptr<Optimizer>> optimizers)
    : optimizers_(std::move(optimizers)) {
  if (optimizers_.empty()) throw ValueError("JointOptimizer: no optimizers");
  std::set<const TensorImpl*> seen;
  std::set<std::string> names;
  for (const auto& optimizer : optimizers_) {
    for (size_t i = 0; i < optimizer->parameters().size(); ++i) {
      const Tensor& parameter = optimizer->parameters()[i];
      const std::string& name = optimizer->names()[i];
      if (!seen.insert(parameter.impl()).second || !names.insert(name).second) {
        throw ValueError("JointOptimizer: two optimizers have the parameter ", name);
      }
      for (const Tensor& other : parameters_) {
        if (!share_elements(other, parameter)) continue;
        throw ValueError("JointOptimizer: parameter ", name,
                         " shares elements with one of another optimizer");
      }
      parameters_.push_back(parameter);
      names_.push_back(name);
    }
  }
}

void JointOptimizer::step() const {
  for (const auto& optimizer : optimizers_) optimizer->check_state();
  for (const auto& optimizer : optimizers_) optimizer->step();
}

void JointOptimizer::zero_grad() const {
  for (const auto& optimizer : optimizers_) optimizer->zero_grad();
}

void JointOptimizer::set_lr(double lr) const {
  for (const auto& optimizer : optimizers_) optimizer->set_lr(lr);
}

NamedTensors JointOptimizer::state() const {
  NamedTensors all;
  for (const auto& optimizer : optimizers_) {
    for (auto& part : optimizer->state()) all.push_back(std::move(part));
  }
  return all;
}

void JointOptimizer::load_state(const NamedTensors& state) const {
  load_optimizer_state(optimizers_.size() == 1 ? optimizers_.front()->name() : "JointOptimizer",
                       this->state(), state);
}

}  // namespace heed
