// Parameter groups: which optimizer trains which parameter, and how.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/training/training_config.h"
#include "heed/framework/nn/module.h"
#include "heed/framework/optim/joint_optimizer.h"

namespace heed {

/// Whether the path fits a pattern in which * is any text and ? any character.
bool matches(std::string_view pattern, std::string_view path);

/// The name of parameters that are not trained.
inline constexpr const char* frozen_part = "frozen";

/// What a configuration makes of the parameters of a model.
struct TrainedParameters {
  /// Parameters that are trained alike.
  struct Part {
    std::string optimizer;  ///< its name, or frozen_part
    double lr_factor;
    double weight_decay;
    NamedTensors parameters;
  };
  std::vector<Part> parts;  ///< the groups in their order, then the rest; none is empty
  JointOptimizer optimizer;
};

/// While it lives, frozen parameters do not require grad.
class FrozenScope {
 public:
  /// `parts` outlive it.
  explicit FrozenScope(const std::vector<TrainedParameters::Part>& parts);
  ~FrozenScope();
  FrozenScope(const FrozenScope&) = delete;
  FrozenScope& operator=(const FrozenScope&) = delete;

 private:
  void set_requires_grad(bool value) const;
  const std::vector<TrainedParameters::Part>& parts_;
};

/// The optimizers of the configured groups and of the rest. Throws KeyError if a pattern matches no
/// parameter, or none that an earlier group left.
TrainedParameters trained_parameters(const Module& model, const TrainingConfig& config);

/// The same optimizers with only some of their parameters, by path; none if no parameter is wanted.
/// Its state() and parameters() have the order of the whole.
std::optional<JointOptimizer> optimizer_of_some(const Module& model, const TrainingConfig& config,
                                                const std::set<std::string>& wanted);

}  // namespace heed
