#include "heed/framework/optim/sgd.h"

#include <cmath>

#include "heed/framework/kernels/optimizer.h"

namespace heed {

SGD::SGD(const ParameterGroups& groups, const SgdConfig& config)
    : Optimizer("SGD", groups, config.lr, config.weight_decay), config_(config) {
  check_finite_and_not_negative("momentum", config.momentum);
  check_option("dampening", config.dampening, std::isfinite(config.dampening), "finite");
  if (config.nesterov && (config.momentum == 0 || config.dampening != 0)) {
    throw ValueError("SGD: nesterov needs a momentum above 0 and dampening 0");
  }
  if (config.momentum > 0) momentum_ = &add_state("momentum");
}

void SGD::update(std::span<const Change> changes) {
  std::vector<kernels::SgdItem> items;
  for (const Change& change : changes) {
    const Tensor buffer = momentum_ == nullptr ? Tensor() : (*momentum_)[change.index];
    items.push_back({change.parameter, change.gradient, buffer, change.step == 1, change.lr,
                     change.weight_decay});
  }
  kernels::sgd_step_(items, {config_.momentum, config_.dampening, config_.nesterov});
}

}  // namespace heed
