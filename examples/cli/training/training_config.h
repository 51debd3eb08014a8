// TrainingConfig: the keys under "train" and their values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/training/optimizers.h"

namespace heed {

/// Which parameters weight decay pulls.
enum class Decayed {
  all,       ///< every parameter
  matrices,  ///< those with two dimensions or more
};

/// Larger numbers of steps are refused.
inline constexpr int64_t most_steps = 1'000'000'000;

/// An element of "train.groups": parameters with options of their own.
struct GroupKeys : Keys {
  Optimizers optimizers;  ///< what `optimizer` chooses from

  Value<std::string> pattern{this,
                             {.path = "pattern",
                              .help = "paths of the parameters: * stands for any text, ? for any "
                                      "character, | separates patterns"}};
  Chosen<Optimizers> optimizer{this,
                               {.path = "optimizer",
                                .fallback = inherited_optimizer,
                                .help = "how gradients update these parameters; the keys of an "
                                        "optimizer stand beside it, as they do in train"},
                               group_optimizers(optimizers)};
  Value<double> lr_factor{this,
                          {.path = "lr_factor",
                           .fallback = 1.0,
                           .minimum = 0.0,
                           .help = "multiplies the learning rate of every step"}};
  Optional<double> weight_decay{this,
                                {.path = "weight_decay",
                                 .otherwise = "what train.weight_decay and weight_decay_of say",
                                 .minimum = 0.0,
                                 .help = "weight decay rate of these parameters"}};
  Value<bool> frozen{this,
                     {.path = "frozen",
                      .fallback = false,
                      .help = "these parameters are not trained and keep their first values"}};
};

/// The section "train".
struct TrainingConfig : Keys {
  TrainingLists lists;  ///< what the keys below choose from

  Value<int64_t> seed{this,
                      {.path = "seed",
                       .fallback = 0,
                       .minimum = 0,
                       .help = "determines initial weights and dropout; task.seed the data"}};
  Value<int64_t> steps{this,
                       {.path = "steps",
                        .fallback = 1000,
                        .minimum = 1,
                        .maximum = most_steps,
                        .help = "number of batches to train on"}};
  Value<int64_t> batch_size{this,
                            {.path = "batch_size",
                             .fallback = 64,
                             .minimum = 1,
                             .maximum = 65536,
                             .help = "number of sequences in a batch"}};
  Value<double> lr{this,
                   {.path = "lr",
                    .fallback = 1e-3,
                    .minimum = 0.0,
                    .help = "peak learning rate of the schedule"}};
  Chosen<Optimizers> optimizer{
      this,
      {.path = "optimizer", .fallback = "adamw", .help = "how gradients update the parameters"},
      lists.optimizers};
  Value<double> weight_decay{
      this, {.path = "weight_decay", .fallback = 0.0, .minimum = 0.0, .help = "weight decay rate"}};
  Value<Decayed> weight_decay_of{
      this,
      {.path = "weight_decay_of",
       .fallback = Decayed::all,
       .choices = {{"all", Decayed::all}, {"matrices", Decayed::matrices}},
       .help = "which parameters decay: all, or only those with two axes or more (no biases, no "
               "norms)"}};
  ListOf<GroupKeys> groups{
      this, "groups",
      "parameters with an optimizer, a learning rate or a weight decay of "
      "their own; a parameter belongs to the first group whose pattern matches "
      "its path, and a pattern must match some",
      lists.optimizers};
  Chosen<Schedules> schedule{this,
                             {.path = "schedule",
                              .fallback = "constant",
                              .help = "learning rate schedule after the warm-up"},
                             lists.schedules};
  Value<int64_t> warmup_steps{this,
                              {.path = "warmup_steps",
                               .fallback = 0,
                               .minimum = 0,
                               .maximum = most_steps,
                               .help = "number of steps over which the learning rate rises to lr"}};
  Optional<double> clip_norm{this,
                             {.path = "clip_norm",
                              .otherwise = "no clipping",
                              .minimum = 0.0,
                              .exclusive_minimum = true,
                              .help = "maximum gradient norm"}};
  Value<double> label_smoothing{
      this,
      {.path = "label_smoothing",
       .fallback = 0.0,
       .minimum = 0.0,
       .maximum = 1.0,
       .help = "part of each target that is shared evenly by all classes, in training only"}};
  Value<int64_t> micro_batches{
      this,
      {.path = "micro_batches",
       .fallback = 1,
       .minimum = 1,
       .maximum = 65536,
       .help = "number of parts of a batch that are computed one after another and whose gradients "
               "are added in a fixed order: the same gradient in less memory; what several ranks "
               "divide among them (docs/ranks.md)"}};
  Value<bool> overfit_one_batch{
      this,
      {.path = "overfit_one_batch",
       .fallback = false,
       .help = "train on the first batch only, to see whether the model can learn at all"}};
  Value<int64_t> eval_every{
      this,
      {.path = "eval_every",
       .fallback = 100,
       .minimum = 1,
       .maximum = most_steps,
       .help = "number of steps between two evaluations; there is one at the end too"}};
  Value<int64_t> eval_sequences{
      this,
      {.path = "eval_sequences",
       .fallback = 2000,
       .minimum = 1,
       .maximum = 1'000'000,
       .changes_data = true,
       .help = "number of held-out sequences; fewer if the task has fewer"}};
  Optional<double> stop_at{this,
                           {.path = "stop_at",
                            .otherwise = "train all steps",
                            .minimum = 0.0,
                            .maximum = 1.0,
                            .help = "held-out sequence accuracy at which training stops"}};
  Optional<int64_t> early_stopping{this,
                                   {.path = "early_stopping",
                                    .otherwise = "train all steps",
                                    .minimum = 1,
                                    .maximum = most_steps,
                                    .help = "number of evaluations in a row without a lower "
                                            "held-out loss after which training stops"}};
  Optional<int64_t> checkpoint_every{
      this,
      {.path = "checkpoint_every",
       .otherwise = "same as eval_every",
       .minimum = 1,
       .maximum = most_steps,
       .keeps_results = true,
       .help = "number of steps between two checkpoints; there is one at the end too"}};
  Value<bool> checkpoint_at_start{
      this,
      {.path = "checkpoint_at_start",
       .fallback = false,
       .help = "write a checkpoint before the first step too, and keep it: step 0 shows what the "
               "model was before it learned"}};
  Value<int64_t> checkpoints_kept{
      this,
      {.path = "checkpoints_kept",
       .fallback = 2,
       .minimum = 1,
       .maximum = 1'000'000,
       .keeps_results = true,
       .help = "number of latest checkpoints to keep, besides the one with the lowest held-out "
               "loss"}};
  Value<int64_t> snapshots{
      this,
      {.path = "snapshots",
       .fallback = 24,
       .minimum = 0,
       .maximum = 1000,
       .keeps_results = true,
       .help = "number of times to write what every attention head looks at: before the first "
               "step, then ever less often up to the last one; 0: never"}};

  /// `seed`, as streams take it.
  uint64_t random_seed() const { return static_cast<uint64_t>(*seed); }
  /// The learning rate of a step; the first step is 0.
  double lr_at(int64_t step) const;
};

/// The section "train" of a configuration. Throws KeyError if its keys do not fit together.
TrainingConfig read_training_config(const Config& config, const TrainingLists& lists);

}  // namespace heed
