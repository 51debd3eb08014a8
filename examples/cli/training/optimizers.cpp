#include "heed/examples/cli/training/optimizers.h"

#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/sgd.h"

namespace heed {
namespace {

struct SgdKeys : Keys {
  Value<double> momentum{this,
                         {.path = "momentum",
                          .fallback = 0.0,
                          .minimum = 0.0,
                          .maximum = 1.0,
                          .help = "fraction of the previous update to keep"}};
  Value<bool> nesterov{this,
                       {.path = "nesterov", .fallback = false, .help = "use Nesterov momentum"}};
};

struct AdamKeys : Keys {
  Value<double> beta1{this,
                      {.path = "beta1",
                       .fallback = AdamConfig{}.beta1,
                       .minimum = 0.0,
                       .maximum = 1.0,
                       .help = "decay rate of the mean gradient"}};
  Value<double> beta2{this,
                      {.path = "beta2",
                       .fallback = AdamConfig{}.beta2,
                       .minimum = 0.0,
                       .maximum = 1.0,
                       .help = "decay rate of the mean squared gradient"}};
  Value<double> epsilon{this,
                        {.path = "epsilon",
                         .fallback = AdamConfig{}.eps,
                         .minimum = 0.0,
                         .help = "added to the denominator for numerical stability"}};
};

struct FloorKeys : Keys {
  Value<double> lr_floor{this,
                         {.path = "lr_floor",
                          .fallback = 0.0,
                          .minimum = 0.0,
                          .maximum = 1.0,
                          .help = "the final learning rate as a fraction of lr"}};
};

std::unique_ptr<Optimizer> make_sgd(const SgdKeys& keys, const ParameterGroups& parameters,
                                    const OptimizerRates& rates) {
  if (keys.nesterov && keys.momentum == 0) {
    keys.nesterov.refuse("needs a train.momentum above 0");
  }
  return std::make_unique<SGD>(parameters, SgdConfig{.lr = rates.lr,
                                                     .momentum = keys.momentum,
                                                     .weight_decay = rates.weight_decay,
                                                     .nesterov = keys.nesterov});
}

template <class AnyAdam>
std::unique_ptr<Optimizer> make_adam(const AdamKeys& keys, const ParameterGroups& parameters,
                                     const OptimizerRates& rates) {
  for (const Value<double>* beta : {&keys.beta1, &keys.beta2}) {
    if (*beta == 1.0) beta->refuse("must be below 1: 1");
  }
  return std::make_unique<AnyAdam>(parameters, AdamConfig{.lr = rates.lr,
                                                          .beta1 = keys.beta1,
                                                          .beta2 = keys.beta2,
                                                          .eps = keys.epsilon,
                                                          .weight_decay = rates.weight_decay});
}

Optimizers builtin_optimizers() {
  Optimizers optimizers;
  optimizers.add<SgdKeys>("sgd", "stochastic gradient descent with momentum", make_sgd);
  optimizers.add<AdamKeys>("adam", "Adam, with weight decay in the gradient", make_adam<Adam>);
  optimizers.add<AdamKeys>("adamw", "Adam with decoupled weight decay", make_adam<AdamW>);
  return optimizers;
}

Schedules builtin_schedules() {
  Schedules list;
  for (const Schedule& schedule : schedules()) {
    if (schedule.has_floor) {
      list.add<FloorKeys>(schedule.name, schedule.help, [schedule](const FloorKeys& keys) {
        return ScheduleConfig{.shape = schedule, .floor = keys.lr_floor};
      });
    } else {
      list.add(schedule.name, schedule.help,
               [schedule] { return ScheduleConfig{.shape = schedule}; });
    }
  }
  return list;
}

}  // namespace

TrainingLists builtin_training_lists() {
  return {.optimizers = builtin_optimizers(), .schedules = builtin_schedules()};
}

}  // namespace heed
