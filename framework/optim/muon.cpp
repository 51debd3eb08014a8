#include "heed/framework/optim/muon.h"

#include <algorithm>
#include <cmath>

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"

namespace heed {

Muon::Muon(const ParameterGroups& groups, const MuonConfig& config)
    : Optimizer("Muon", groups, config.lr, config.weight_decay),
      config_(config),
      momentum_(add_state("momentum")) {
  check_matrices();
  check_option("momentum", config.momentum, config.momentum >= 0 && config.momentum < 1,
               "in [0, 1)");
  check_option("rounds", static_cast<double>(config.rounds),
               config.rounds >= 0 && config.rounds < 100, "in [0, 100)");
  check_finite_and_not_negative("eps", config.eps);
  for (const double coefficient : config.coefficients) {
    check_option("a coefficient", coefficient, std::isfinite(coefficient), "finite");
  }
}

Tensor Muon::mean_gradient(const Change& change) const {
  const Tensor& mean = momentum_[change.index];
  mul_(mean, config_.momentum);
  add_(mean, change.gradient, 1 - config_.momentum);
  if (!config_.nesterov) return mean;
  return change.gradient * (1 - config_.momentum) + mean * config_.momentum;
}

Tensor Muon::orthogonal(const Tensor& stacked) const {
  const auto [a, b, c] = config_.coefficients;
  const bool is_tall = stacked.size(1) > stacked.size(2);
  Tensor x = is_tall ? stacked.transpose(1, 2) : stacked;  // XXᵀ of the smaller side
  // At least the smallest normal number: as nothing of a gradient of zeros, 0 / 0 is no step.
  const double least = std::max(config_.eps, smallest_normal_of(x.dtype()));
  x = x / clamp(norm(x, 2, {1, 2}, true), least);
  for (int64_t round = 0; round < config_.rounds; ++round) {
    const Tensor gram = bmm(x, x.transpose(1, 2));
    x = baddbmm(x, baddbmm(gram, gram, gram, b, c), x, a);
  }
  return is_tall ? x.transpose(1, 2) : x;
}

double Muon::scale_of(const Tensor& parameter) const {
  const auto rows = static_cast<double>(parameter.size(0));
  const auto columns = static_cast<double>(parameter.size(1));
  switch (config_.scale) {
    case MuonScale::original:
      return columns == 0 ? 1 : std::sqrt(std::max(1.0, rows / columns));
    case MuonScale::match_rms_adamw:
      return 0.2 * std::sqrt(std::max(rows, columns));
    case MuonScale::none:
      break;
  }
  return 1;
}

void Muon::update(std::span<const Change> changes) {
  const auto fits = [](const Tensor& a, const Tensor& b) {
    return a.shape() == b.shape() && a.dtype() == b.dtype();
  };
  std::vector<const Change*> waiting;
  for (const Change& change : changes) waiting.push_back(&change);
  while (!waiting.empty()) {
    // Matrices of one shape together: more work for the threads than in one small product.
    const auto rest = std::stable_partition(waiting.begin(), waiting.end(), [&](const auto* each) {
      return fits(each->parameter, waiting.front()->parameter);
    });
    std::vector<Tensor> gradients;
    for (auto each = waiting.begin(); each != rest; ++each) {
      gradients.push_back(mean_gradient(**each));
    }
    const Tensor directions = orthogonal(stack(gradients, 0));
    for (size_t i = 0; i < gradients.size(); ++i) {
      const Change& change = *waiting[i];
      if (change.weight_decay != 0) mul_(change.parameter, 1 - change.lr * change.weight_decay);
      const auto at = static_cast<int64_t>(i);
      add_(change.parameter, directions.select(0, at), -change.lr * scale_of(change.parameter));
    }
    waiting.erase(waiting.begin(), rest);
  }
}

}  // namespace heed
