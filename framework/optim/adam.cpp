#include "heed/framework/optim/adam.h"

#include "heed/framework/kernels/optimizer.h"

namespace heed {

Adam::Adam(const char* name, const ParameterGroups& groups, const AdamConfig& config,
           bool decoupled)
    : Optimizer(name, groups, config.lr, config.weight_decay),
      config_(config),
      decoupled_(decoupled),
      m_(add_state("m")),
      v_(add_state("v")) {
  check_option("beta1", config.beta1, config.beta1 >= 0 && config.beta1 < 1, "in [0, 1)");
  check_option("beta2", config.beta2, config.beta2 >= 0 && config.beta2 < 1, "in [0, 1)");
  check_finite_and_not_negative("eps", config.eps);
  if (config.amsgrad) v_max_ = &add_state("v_max");
}

void Adam::update(std::span<const Change> changes) {
  std::vector<kernels::AdamItem> items;
  for (const Change& change : changes) {
    const Tensor v_max = v_max_ == nullptr ? Tensor() : (*v_max_)[change.index];
    items.push_back({change.parameter, change.gradient, m_[change.index], v_[change.index],
                     change.step, change.lr, change.weight_decay, v_max});
  }
  kernels::adam_step_(items, {config_.beta1, config_.beta2, config_.eps, decoupled_});
}

}  // namespace heed
