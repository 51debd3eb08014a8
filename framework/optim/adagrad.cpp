#include "heed/framework/optim/adagrad.h"

#include "heed/framework/kernels/optimizer.h"

namespace heed {

Adagrad::Adagrad(const ParameterGroups& groups, const AdagradConfig& config)
    : Optimizer("Adagrad", groups, config.lr, config.weight_decay),
      config_(config),
      sum_(add_state("sum", config.initial_accumulator_value)) {
  check_finite_and_not_negative("lr_decay", config.lr_decay);
  check_finite_and_not_negative("initial_accumulator_value", config.initial_accumulator_value);
  check_finite_and_not_negative("eps", config.eps);
}

void Adagrad::update(std::span<const Change> changes) {
  std::vector<kernels::AdagradItem> items;
  for (const Change& change : changes) {
    const double lr = change.lr / (1 + static_cast<double>(change.step - 1) * config_.lr_decay);
    items.push_back(
        {change.parameter, change.gradient, sum_[change.index], lr, change.weight_decay});
  }
  kernels::adagrad_step_(items, config_.eps);
}

}  // namespace heed
