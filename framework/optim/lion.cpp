#include "heed/framework/optim/lion.h"

#include "heed/framework/kernels/optimizer.h"

namespace heed {

Lion::Lion(const ParameterGroups& groups, const LionConfig& config)
    : Optimizer("Lion", groups, config.lr, config.weight_decay),
      config_(config),
      m_(add_state("m")) {
  check_option("beta1", config.beta1, config.beta1 >= 0 && config.beta1 < 1, "in [0, 1)");
  check_option("beta2", config.beta2, config.beta2 >= 0 && config.beta2 < 1, "in [0, 1)");
}

void Lion::update(std::span<const Change> changes) {
  std::vector<kernels::LionItem> items;
  for (const Change& change : changes) {
    items.push_back(
        {change.parameter, change.gradient, m_[change.index], change.lr, change.weight_decay});
  }
  kernels::lion_step_(items, {config_.beta1, config_.beta2});
}

}  // namespace heed
