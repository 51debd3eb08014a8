// TrainingConfig: the keys under "train" and their values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "heed/examples/cli/config/config.h"
#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/schedule.h"
#include "heed/framework/optim/sgd.h"

namespace heed {

enum class OptimizerKind { sgd, adam, adamw };

struct TrainingConfig {
  uint64_t seed;
  int64_t steps;
  int64_t batch_size;
  double lr;
  OptimizerKind optimizer;
  SgdConfig sgd;
  AdamConfig adam;
  ScheduleConfig schedule;
  std::optional<double> clip_norm;
  int64_t eval_every;
  int64_t eval_sequences;
  std::optional<double> stop_at;  ///< held-out sequence accuracy
  bool decays_matrices_only;      ///< weight decay for parameters with two axes or more
  int64_t micro_batches;          ///< parts in which a batch is computed
  bool overfit_one_batch;
  std::optional<int64_t> early_stopping;  ///< evaluations without a lower held-out loss
  int64_t checkpoint_every;
  int64_t checkpoints_kept;
};

/// Adds all keys under "train".
void add_training_keys(ConfigTable& table);

/// The values. Throws KeyError if they do not fit together.
TrainingConfig read_training_config(const Config& config);

/// The optimizer that the configuration names.
std::unique_ptr<Optimizer> make_optimizer(const TrainingConfig& config,
                                          const ParameterGroups& parameters);

}  // namespace heed
