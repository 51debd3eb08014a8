#include "heed/examples/cli/training/optimizers.h"

#include "heed/framework/optim/adagrad.h"
#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/lion.h"
#include "heed/framework/optim/muon.h"
#include "heed/framework/optim/rmsprop.h"
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
  Value<double> dampening{this,
                          {.path = "dampening",
                           .fallback = 0.0,
                           .minimum = 0.0,
                           .maximum = 1.0,
                           .help = "fraction of the gradient to leave out of the momentum"}};
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
  Value<bool> amsgrad{this,
                      {.path = "amsgrad",
                       .fallback = false,
                       .help = "divide by the largest mean squared gradient so far"}};
};

struct RmspropKeys : Keys {
  Value<double> alpha{this,
                      {.path = "alpha",
                       .fallback = RmspropConfig{}.alpha,
                       .minimum = 0.0,
                       .maximum = 1.0,
                       .help = "decay rate of the mean squared gradient"}};
  Value<double> epsilon{this,
                        {.path = "epsilon",
                         .fallback = RmspropConfig{}.eps,
                         .minimum = 0.0,
                         .help = "added to the denominator for numerical stability"}};
  Value<double> momentum{this,
                         {.path = "momentum",
                          .fallback = 0.0,
                          .minimum = 0.0,
                          .maximum = 1.0,
                          .help = "fraction of the previous update to keep"}};
  Value<bool> centered{
      this,
      {.path = "centered",
       .fallback = false,
       .help = "divide by the standard deviation of the gradient, not its root mean square"}};
};

struct AdagradKeys : Keys {
  Value<double> lr_decay{this,
                         {.path = "lr_decay",
                          .fallback = 0.0,
                          .minimum = 0.0,
                          .help = "step t uses the learning rate / (1 + (t - 1) * lr_decay)"}};
  Value<double> initial_accumulator_value{
      this,
      {.path = "initial_accumulator_value",
       .fallback = 0.0,
       .minimum = 0.0,
       .help = "what the sums of squared gradients start from"}};
  Value<double> epsilon{this,
                        {.path = "epsilon",
                         .fallback = AdagradConfig{}.eps,
                         .minimum = 0.0,
                         .help = "added to the denominator for numerical stability"}};
};

struct LionKeys : Keys {
  Value<double> beta1{this,
                      {.path = "beta1",
                       .fallback = LionConfig{}.beta1,
                       .minimum = 0.0,
                       .maximum = 1.0,
                       .help = "share of the mean gradient in the direction of a step"}};
  Value<double> beta2{this,
                      {.path = "beta2",
                       .fallback = LionConfig{}.beta2,
                       .minimum = 0.0,
                       .maximum = 1.0,
                       .help = "decay rate of the mean gradient"}};
};

struct MuonKeys : Keys {
  Value<double> momentum{this,
                         {.path = "momentum",
                          .fallback = MuonConfig{}.momentum,
                          .minimum = 0.0,
                          .maximum = 1.0,
                          .help = "decay rate of the mean gradient"}};
  Value<bool> nesterov{this,
                       {.path = "nesterov", .fallback = true, .help = "use Nesterov momentum"}};
  Value<int64_t> ns_steps{this,
                          {.path = "ns_steps",
                           .fallback = MuonConfig{}.rounds,
                           .minimum = 0,
                           .maximum = 99,
                           .help = "rounds of the Newton-Schulz iteration"}};
  Value<double> epsilon{this,
                        {.path = "epsilon",
                         .fallback = MuonConfig{}.eps,
                         .minimum = 0.0,
                         .help = "smallest norm to divide a matrix by"}};
  Value<MuonScale> adjust_lr{
      this,
      {.path = "adjust_lr",
       .fallback = MuonScale::original,
       .choices = {{"original", MuonScale::original},
                   {"none", MuonScale::none},
                   {"match_rms_adamw", MuonScale::match_rms_adamw}},
       .help = "factor on the learning rate of a matrix: sqrt(max(1, rows / columns)), none, or "
               "0.2 * sqrt(max(rows, columns)), with which learning rates of AdamW fit"}};
};

struct FloorKeys : Keys {
  Value<double> lr_floor{this,
                         {.path = "lr_floor",
                          .fallback = 0.0,
                          .minimum = 0.0,
                          .maximum = 1.0,
                          .help = "the final learning rate as a fraction of lr"}};
};

struct CooldownKeys : Keys {
  Value<int64_t> cooldown_steps{
      this,
      {.path = "cooldown_steps",
       .fallback = 0,
       .minimum = 0,
       .maximum = 1'000'000'000,
       .help = "number of steps at the end over which the learning rate falls to the floor; the "
               "steps before it do not depend on train.steps"}};
  Value<Cooldown> cooldown{
      this,
      {.path = "cooldown",
       .fallback = Cooldown::linear,
       .choices = {{"linear", Cooldown::linear}, {"sqrt", Cooldown::sqrt}},
       .help = "how it falls: in a line, or as 1 - sqrt(fraction done), which is lower sooner"}};
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
    keys.nesterov.refuse("needs a ", keys.momentum.path(), " above 0");
  }
  if (keys.nesterov && keys.dampening != 0) {
    keys.nesterov.refuse("needs a ", keys.dampening.path(), " of 0");
  }
  return std::make_unique<SGD>(parameters, SgdConfig{.lr = rates.lr,
                                                     .momentum = keys.momentum,
                                                     .dampening = keys.dampening,
                                                     .weight_decay = rates.weight_decay,
                                                     .nesterov = keys.nesterov});
}

void check_below_1(const Value<double>& rate) {
  if (rate == 1.0) rate.refuse("must be below 1: 1");
}

template <class AnyAdam>
std::unique_ptr<Optimizer> make_adam(const AdamKeys& keys, const ParameterGroups& parameters,
                                     const OptimizerRates& rates) {
  check_below_1(keys.beta1);
  check_below_1(keys.beta2);
  return std::make_unique<AnyAdam>(parameters, AdamConfig{.lr = rates.lr,
                                                          .beta1 = keys.beta1,
                                                          .beta2 = keys.beta2,
                                                          .eps = keys.epsilon,
                                                          .weight_decay = rates.weight_decay,
                                                          .amsgrad = keys.amsgrad});
}

std::unique_ptr<Optimizer> make_rmsprop(const RmspropKeys& keys, const ParameterGroups& parameters,
                                        const OptimizerRates& rates) {
  return std::make_unique<RMSprop>(parameters, RmspropConfig{.lr = rates.lr,
                                                             .alpha = keys.alpha,
                                                             .eps = keys.epsilon,
                                                             .weight_decay = rates.weight_decay,
                                                             .momentum = keys.momentum,
                                                             .centered = keys.centered});
}

std::unique_ptr<Optimizer> make_adagrad(const AdagradKeys& keys, const ParameterGroups& parameters,
                                        const OptimizerRates& rates) {
  return std::make_unique<Adagrad>(
      parameters, AdagradConfig{.lr = rates.lr,
                                .lr_decay = keys.lr_decay,
                                .weight_decay = rates.weight_decay,
                                .initial_accumulator_value = keys.initial_accumulator_value,
                                .eps = keys.epsilon});
}

std::unique_ptr<Optimizer> make_lion(const LionKeys& keys, const ParameterGroups& parameters,
                                     const OptimizerRates& rates) {
  check_below_1(keys.beta1);
  check_below_1(keys.beta2);
  return std::make_unique<Lion>(parameters, LionConfig{.lr = rates.lr,
                                                       .beta1 = keys.beta1,
                                                       .beta2 = keys.beta2,
                                                       .weight_decay = rates.weight_decay});
}

std::unique_ptr<Optimizer> make_muon(const MuonKeys& keys, const ParameterGroups& parameters,
                                     const OptimizerRates& rates) {
  check_below_1(keys.momentum);
  return std::make_unique<Muon>(parameters, MuonConfig{.lr = rates.lr,
                                                       .momentum = keys.momentum,
                                                       .weight_decay = rates.weight_decay,
                                                       .nesterov = keys.nesterov,
                                                       .rounds = keys.ns_steps,
                                                       .eps = keys.epsilon,
                                                       .scale = keys.adjust_lr});
}

Optimizers builtin_optimizers() {
  Optimizers optimizers("optimizers");
  optimizers.add<SgdKeys>("sgd", "stochastic gradient descent with momentum", make_sgd);
  optimizers.add<AdamKeys>("adam", "Adam, with weight decay in the gradient", make_adam<Adam>);
  optimizers.add<AdamKeys>("adamw", "Adam with decoupled weight decay", make_adam<AdamW>);
  optimizers.add<RmspropKeys>("rmsprop", "gradients divided by their root mean square",
                              make_rmsprop);
  optimizers.add<AdagradKeys>("adagrad", "gradients divided by the root of their summed squares",
                              make_adagrad);
  optimizers.add<LionKeys>("lion", "signs of a mean gradient, with decoupled weight decay",
                           make_lion);
  optimizers.add<MuonKeys>("muon",
                           "mean gradients made orthogonal, for matrices only: give other "
                           "parameters to another optimizer by train.groups",
                           make_muon);
  return optimizers;
}

void check_cooldown(const CooldownKeys& keys) {
  if (keys.cooldown_steps > 0) return;
  const std::string rule = "only applies with " + keys.cooldown_steps.path() + " above 0";
  if (keys.lr_floor != 0) keys.lr_floor.refuse(rule);
  if (keys.cooldown != Cooldown::linear) keys.cooldown.refuse(rule);
}

Schedules builtin_schedules() {
  Schedules list("schedules");
  for (const Schedule& schedule : schedules()) {
    if (schedule.has_cooldown) {
      list.add<CooldownKeys>(schedule.name, schedule.help, [schedule](const CooldownKeys& keys) {
        check_cooldown(keys);
        return ScheduleConfig{.shape = schedule,
                              .floor = keys.lr_floor,
                              .cooldown_steps = keys.cooldown_steps,
                              .cooldown = keys.cooldown};
      });
    } else if (schedule.has_floor) {
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

Optimizers group_optimizers(const Optimizers& optimizers) {
  Optimizers list;
  list.add(inherited_optimizer, "that of train.optimizer",
           [](const auto&, const auto&) { return nullptr; });
  for (const Optimizers::Entry& entry : optimizers.entries()) list.add(entry);
  return list;
}

TrainingLists builtin_training_lists() {
  return {.optimizers = builtin_optimizers(), .schedules = builtin_schedules()};
}

}  // namespace heed
