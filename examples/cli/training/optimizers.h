// Optimizers and learning-rate schedules: the lists of what the section "train" can name.
#pragma once

#include <memory>
#include <string>

#include "heed/examples/cli/config/keys.h"
#include "heed/framework/optim/optimizer.h"
#include "heed/framework/optim/schedule.h"

namespace heed {

/// The keys that all optimizers share.
struct OptimizerRates {
  double lr;            ///< before the schedule and the group's factor
  double weight_decay;  ///< of parameters that decay
};

/// Makers of optimizers by name; they throw KeyError if their keys do not fit together.
using Optimizers = Registered<std::unique_ptr<Optimizer>(const ParameterGroups& parameters,
                                                         const OptimizerRates& rates)>;

/// Learning-rate schedules by name: the shape and its own keys; the steps are still to be set.
using Schedules = Registered<ScheduleConfig()>;

/// The name by which a parameter group has the optimizer of the run.
inline const std::string inherited_optimizer = "inherit";
/// The optimizers that a parameter group can name: inherited_optimizer too, whose maker makes none.
Optimizers group_optimizers(const Optimizers& optimizers);

/// What the section "train" can name.
struct TrainingLists {
  Optimizers optimizers;  ///< "train.optimizer"
  Schedules schedules;    ///< "train.schedule"
};

/// Those that come with heed; the schedules are those of framework/optim/schedule.h.
TrainingLists builtin_training_lists();

}  // namespace heed
