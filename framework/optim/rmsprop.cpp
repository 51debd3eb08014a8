#include "heed/framework/optim/rmsprop.h"

#include "heed/framework/kernels/optimizer.h"

namespace heed {

RMSprop::RMSprop(const ParameterGroups& groups, const RmspropConfig& config)
    : Optimizer("RMSprop", groups, config.lr, config.weight_decay),
      config_(config),
      square_(add_state("square")) {
  check_option("alpha", config.alpha, config.alpha >= 0 && config.alpha <= 1, "in [0, 1]");
  check_finite_and_not_negative("eps", config.eps);
  check_finite_and_not_negative("momentum", config.momentum);
  if (config.centered) mean_ = &add_state("mean");
  if (config.momentum > 0) momentum_ = &add_state("momentum");
}

void RMSprop::update(std::span<const Change> changes) {
  std::vector<kernels::RmspropItem> items;
  for (const Change& change : changes) {
    const auto part = [&](const std::vector<Tensor>* state) {
      return state == nullptr ? Tensor() : (*state)[change.index];
    };
    items.push_back({change.parameter, change.gradient, square_[change.index], part(mean_),
                     part(momentum_), change.lr, change.weight_decay});
  }
  kernels::rmsprop_step_(items, {config_.alpha, config_.eps, config_.momentum});
}

}  // namespace heed
