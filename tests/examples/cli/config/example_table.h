// The table that the configuration tests read with: small, but with a key of every sort.
#pragma once

#include "heed/examples/cli/config/table.h"

namespace heed::testing {

namespace train {
inline const Key<std::string> name{.path = "train.name", .fallback = "run", .help = "a free name"};
inline const Key<int64_t> seed{.path = "train.seed", .fallback = 0, .minimum = 0, .help = "seed"};
inline const Key<int64_t> steps{.path = "train.steps", .fallback = 1000, .minimum = 1};
inline const Key<int64_t> batch_size{
    .path = "train.batch_size", .fallback = 32, .minimum = 1, .maximum = 65536};
inline const Key<double> lr{.path = "train.lr", .fallback = 1e-3, .minimum = 0.0, .maximum = 1.0};
inline const Key<std::string> optimizer{
    .path = "train.optimizer", .fallback = "adamw", .choices = {"sgd", "adamw"}};
inline const Key<double> weight_decay{.path = "train.weight_decay", .fallback = 0.0};
inline const Key<std::string> schedule{
    .path = "train.schedule", .fallback = "constant", .choices = {"constant", "cosine"}};
inline const Key<int64_t> warmup_steps{.path = "train.warmup_steps", .fallback = 0, .minimum = 0};
inline const OptionalKey<double> clip_norm{
    .path = "train.clip_norm", .otherwise = "no clipping", .minimum = 0.0};
inline const Key<int64_t> eval_every{.path = "train.eval_every", .fallback = 100, .minimum = 1};
inline const Key<double> stop_at{
    .path = "train.stop_at", .fallback = 1.0, .minimum = 0.0, .maximum = 1.0};
inline const Key<bool> shuffle{.path = "train.shuffle", .fallback = true};
}  // namespace train

namespace model {
inline const Key<int64_t> d_model{.path = "model.d_model", .fallback = 64, .minimum = 1};
inline const Key<int64_t> layers{
    .path = "model.layers", .fallback = 2, .minimum = 1, .maximum = 64};
inline const Key<std::string> norm{
    .path = "model.norm", .fallback = "pre", .choices = {"pre", "post"}};
inline const OptionalKey<int64_t> d_ff{
    .path = "model.d_ff", .otherwise = "4 * d_model", .minimum = 1};
inline const Key<std::string> activation{
    .path = "model.activation", .fallback = "gelu", .choices = {"relu", "gelu"}};
inline const Key<double> dropout{
    .path = "model.dropout", .fallback = 0.0, .minimum = 0.0, .maximum = 0.9};
inline const Key<std::string> positions{
    .path = "model.positions", .fallback = "learned", .choices = {"learned", "sinusoidal", "none"}};
}  // namespace model

namespace attention {
inline const Key<int64_t> heads{.path = "heads", .fallback = 4, .minimum = 1};
inline const Key<int64_t> width{.path = "width", .minimum = 1};
inline const OptionalKey<int64_t> d_qk{.path = "d_qk", .otherwise = "d_model / heads"};
inline const OptionalKey<int64_t> d_v{.path = "d_v", .otherwise = "d_model / heads"};
inline const Key<double> dropout{
    .path = "dropout", .fallback = 0.1, .minimum = 0.0, .maximum = 0.9};
}  // namespace attention

namespace task {
inline const Key<int64_t> symbols{.path = "symbols", .fallback = 10, .minimum = 2, .maximum = 1000};
inline const Key<int64_t> length{.path = "length", .minimum = 1};
inline const Key<int64_t> digits{.path = "digits", .fallback = 3, .minimum = 1, .maximum = 9};
}  // namespace task

inline ConfigTable example_table() {
  ConfigTable table;
  table.mount({.path = "task",
               .help = "what to learn",
               .types = {{"copy", "says it again", {task::symbols, task::length}},
                         {"reverse", "says it backwards", {task::symbols, task::length}},
                         {"addition", "adds two numbers", {task::digits}}}});
  table.add({model::d_model, model::layers, model::norm, model::d_ff, model::activation,
             model::dropout, model::positions});
  table.mount({.path = "model.attention",
               .fallback = "full",
               .help = "which attention",
               .types = {{"full", "all keys", {attention::heads, attention::dropout}},
                         {"my_mha", "", {attention::heads, attention::d_qk, attention::d_v}},
                         {"window", "near keys", {attention::heads, attention::width}}}});
  table.add({train::name, train::seed, train::steps, train::batch_size, train::lr, train::optimizer,
             train::weight_decay, train::schedule, train::warmup_steps, train::clip_norm,
             train::eval_every, train::stop_at, train::shuffle});
  return table;
}

}  // namespace heed::testing
