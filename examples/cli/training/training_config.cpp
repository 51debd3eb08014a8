#include "heed/examples/cli/training/training_config.h"

#include <utility>

#include "heed/examples/cli/config/key_error.h"

namespace heed {
namespace {

constexpr int64_t most_steps = 1'000'000'000;

const Key<int64_t> seed{
    .path = "train.seed", .fallback = 0, .minimum = 0, .help = "fixes weights, data and dropout"};
const Key<int64_t> steps{.path = "train.steps",
                         .fallback = 1000,
                         .minimum = 1,
                         .maximum = most_steps,
                         .help = "how many batches to train on"};
const Key<int64_t> batch_size{.path = "train.batch_size",
                              .fallback = 64,
                              .minimum = 1,
                              .maximum = 65536,
                              .help = "sequences in a batch"};
const Key<double> lr{.path = "train.lr",
                     .fallback = 1e-3,
                     .minimum = 0.0,
                     .help = "the learning rate where its schedule is highest"};
const Key<std::string> optimizer{.path = "train.optimizer",
                                 .fallback = "adamw",
                                 .choices = {"sgd", "adam", "adamw"},
                                 .help = "how gradients change the parameters"};
const OptionalKey<double> momentum{.path = "train.momentum",
                                   .otherwise = "0",
                                   .minimum = 0.0,
                                   .maximum = 1.0,
                                   .help = "of sgd: how much of the last change goes on"};
const OptionalKey<bool> nesterov{
    .path = "train.nesterov", .otherwise = "false", .help = "of sgd: look ahead by the momentum"};
const OptionalKey<double> beta1{.path = "train.beta1",
                                .otherwise = "0.9",
                                .minimum = 0.0,
                                .maximum = 1.0,
                                .help = "of adam and adamw: memory of the mean gradient"};
const OptionalKey<double> beta2{.path = "train.beta2",
                                .otherwise = "0.999",
                                .minimum = 0.0,
                                .maximum = 1.0,
                                .help = "of adam and adamw: memory of the mean square"};
const OptionalKey<double> epsilon{.path = "train.epsilon",
                                  .otherwise = "1e-8",
                                  .minimum = 0.0,
                                  .help = "of adam and adamw: keeps the division finite"};
const Key<double> weight_decay{.path = "train.weight_decay",
                               .fallback = 0.0,
                               .minimum = 0.0,
                               .help = "pull of parameters towards 0"};
const Key<std::string> weight_decay_of{
    .path = "train.weight_decay_of",
    .fallback = "all",
    .choices = {"all", "matrices"},
    .help =
        "which parameters weight_decay pulls: all, or only those with two axes or more (no "
        "biases, no norms)"};
const Key<std::string> schedule{.path = "train.schedule",
                                .fallback = "constant",
                                .choices = {"constant", "linear", "cosine", "inverse_sqrt"},
                                .help = "how the learning rate goes on after the warm-up"};
const Key<int64_t> warmup_steps{.path = "train.warmup_steps",
                                .fallback = 0,
                                .minimum = 0,
                                .maximum = most_steps,
                                .help = "steps in which the learning rate climbs to lr"};
const OptionalKey<double> lr_floor{.path = "train.lr_floor",
                                   .otherwise = "0",
                                   .minimum = 0.0,
                                   .maximum = 1.0,
                                   .help = "of linear and cosine: where they end, as a part of lr"};
const OptionalKey<double> clip_norm{.path = "train.clip_norm",
                                    .otherwise = "no clipping",
                                    .minimum = 0.0,
                                    .exclusive_minimum = true,
                                    .help = "longest gradient; a longer one is scaled down"};
const Key<int64_t> eval_every{.path = "train.eval_every",
                              .fallback = 100,
                              .minimum = 1,
                              .maximum = most_steps,
                              .help = "steps between two evaluations; there is one at the end too"};
const Key<int64_t> eval_sequences{.path = "train.eval_sequences",
                                  .fallback = 2000,
                                  .minimum = 1,
                                  .maximum = 1'000'000,
                                  .help = "held-out sequences; fewer where few exist"};
const OptionalKey<int64_t> early_stopping{
    .path = "train.early_stopping",
    .otherwise = "train all steps",
    .minimum = 1,
    .maximum = most_steps,
    .help = "ends the run after so many evaluations in a row without a lower held-out loss"};
const Key<int64_t> micro_batches{
    .path = "train.micro_batches",
    .fallback = 1,
    .minimum = 1,
    .maximum = 65536,
    .help =
        "computes a batch in so many parts, one after another, whose gradients add up: the "
        "same gradient in less memory"};
const Key<bool> overfit_one_batch{
    .path = "train.overfit_one_batch",
    .fallback = false,
    .help = "trains on the first batch only, to see whether the model can learn at all"};
const OptionalKey<int64_t> checkpoint_every{
    .path = "train.checkpoint_every",
    .otherwise = "as eval_every",
    .minimum = 1,
    .maximum = most_steps,
    .help = "steps between two checkpoints; there is one at the end too"};
const Key<int64_t> checkpoints_kept{
    .path = "train.checkpoints_kept",
    .fallback = 2,
    .minimum = 1,
    .maximum = 1'000'000,
    .help = "the last so many checkpoints are kept, and the one with the lowest held-out loss"};
const OptionalKey<double> stop_at{.path = "train.stop_at",
                                  .otherwise = "train all steps",
                                  .minimum = 0.0,
                                  .maximum = 1.0,
                                  .help = "held-out sequence accuracy that is good enough"};

/// Throws if a key is set that the choice of another one leaves without a meaning.
template <class T>
void refuse_unused(const Config& config, const OptionalKey<T>& key, const Key<std::string>& chooser,
                   bool used) {
  if (used || !config[key]) return;
  throw KeyError(key.path, "means nothing with ", chooser.path, " \"", config[chooser],
                 "\"; leave it out");
}

void check_beta(const Config& config, const OptionalKey<double>& key) {
  if (config[key] == 1.0) throw KeyError(key.path, "must be below 1: 1");
}

void check_unused(const Config& config) {
  const bool is_sgd = config[optimizer] == "sgd";
  refuse_unused(config, momentum, optimizer, is_sgd);
  refuse_unused(config, nesterov, optimizer, is_sgd);
  refuse_unused(config, beta1, optimizer, !is_sgd);
  refuse_unused(config, beta2, optimizer, !is_sgd);
  refuse_unused(config, epsilon, optimizer, !is_sgd);
  const bool has_floor = config[schedule] == "linear" || config[schedule] == "cosine";
  refuse_unused(config, lr_floor, schedule, has_floor);
}

OptimizerKind kind_named(const std::string& name) {
  if (name == "sgd") return OptimizerKind::sgd;
  return name == "adam" ? OptimizerKind::adam : OptimizerKind::adamw;
}

}  // namespace

void add_training_keys(ConfigTable& table) {
  table.add({seed,
             steps,
             batch_size,
             lr,
             optimizer,
             momentum,
             nesterov,
             beta1,
             beta2,
             epsilon,
             weight_decay,
             weight_decay_of,
             schedule,
             warmup_steps,
             lr_floor,
             clip_norm,
             micro_batches,
             overfit_one_batch,
             eval_every,
             eval_sequences,
             stop_at,
             early_stopping,
             checkpoint_every,
             checkpoints_kept});
}

TrainingConfig read_training_config(const Config& config) {
  check_unused(config);
  check_beta(config, beta1);
  check_beta(config, beta2);
  if (config[nesterov].value_or(false) && config[momentum].value_or(0) == 0) {
    throw KeyError(nesterov.path, "needs a train.momentum above 0");
  }
  if (config[micro_batches] > config[batch_size]) {
    throw KeyError(micro_batches.path, "more parts than sequences: ", config[micro_batches], " > ",
                   config[batch_size], " (train.batch_size)");
  }
  const AdamConfig defaults;
  return {.seed = static_cast<uint64_t>(config[seed]),
          .steps = config[steps],
          .batch_size = config[batch_size],
          .lr = config[lr],
          .optimizer = kind_named(config[optimizer]),
          .sgd = {.lr = config[lr],
                  .momentum = config[momentum].value_or(0),
                  .weight_decay = config[weight_decay],
                  .nesterov = config[nesterov].value_or(false)},
          .adam = {.lr = config[lr],
                   .beta1 = config[beta1].value_or(defaults.beta1),
                   .beta2 = config[beta2].value_or(defaults.beta2),
                   .eps = config[epsilon].value_or(defaults.eps),
                   .weight_decay = config[weight_decay]},
          .schedule = {.shape = schedule_named(config[schedule]),
                       .warmup_steps = config[warmup_steps],
                       .total_steps = config[steps],
                       .floor = config[lr_floor].value_or(0)},
          .clip_norm = config[clip_norm],
          .eval_every = config[eval_every],
          .eval_sequences = config[eval_sequences],
          .stop_at = config[stop_at],
          .decays_matrices_only = config[weight_decay_of] == "matrices",
          .micro_batches = config[micro_batches],
          .overfit_one_batch = config[overfit_one_batch],
          .early_stopping = config[early_stopping],
          .checkpoint_every = config[checkpoint_every].value_or(config[eval_every]),
          .checkpoints_kept = config[checkpoints_kept]};
}

std::unique_ptr<Optimizer> make_optimizer(const TrainingConfig& config,
                                          const ParameterGroups& parameters) {
  switch (config.optimizer) {
    case OptimizerKind::sgd:
      return std::make_unique<SGD>(parameters, config.sgd);
    case OptimizerKind::adam:
      return std::make_unique<Adam>(parameters, config.adam);
    case OptimizerKind::adamw:
      break;
  }
  return std::make_unique<AdamW>(parameters, config.adam);
}

}  // namespace heed
