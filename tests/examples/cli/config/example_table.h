// The table that the configuration tests read with: small, but with a key of every sort.
#pragma once

#include "heed/examples/cli/config/keys.h"

namespace heed::testing {

/// The section "train".
struct TrainKeys : Keys {
  Value<std::string> name{this, {.path = "name", .fallback = "run", .help = "a free name"}};
  Value<int64_t> seed{this, {.path = "seed", .fallback = 0, .minimum = 0, .help = "seed"}};
  Value<int64_t> steps{this, {.path = "steps", .fallback = 1000, .minimum = 1}};
  Value<int64_t> batch_size{this,
                            {.path = "batch_size", .fallback = 32, .minimum = 1, .maximum = 65536}};
  Value<double> lr{this, {.path = "lr", .fallback = 1e-3, .minimum = 0.0, .maximum = 1.0}};
  Value<std::string> optimizer{
      this, {.path = "optimizer", .fallback = "adamw", .choices = {"sgd", "adamw"}}};
  Value<double> weight_decay{this, {.path = "weight_decay", .fallback = 0.0}};
  Value<std::string> schedule{
      this, {.path = "schedule", .fallback = "constant", .choices = {"constant", "cosine"}}};
  Value<int64_t> warmup_steps{this, {.path = "warmup_steps", .fallback = 0, .minimum = 0}};
  Optional<double> clip_norm{this,
                             {.path = "clip_norm", .otherwise = "no clipping", .minimum = 0.0}};
  Value<int64_t> eval_every{this, {.path = "eval_every", .fallback = 100, .minimum = 1}};
  Value<double> stop_at{this, {.path = "stop_at", .fallback = 1.0, .minimum = 0.0, .maximum = 1.0}};
  Value<bool> shuffle{this, {.path = "shuffle", .fallback = true}};
};

enum class Norm { pre, post };

/// The section "model", but for the attention.
struct WidthKeys : Keys {
  Value<int64_t> d_model{this, {.path = "d_model", .fallback = 64, .minimum = 1}};
  Value<int64_t> layers{this, {.path = "layers", .fallback = 2, .minimum = 1, .maximum = 64}};
  Value<Norm> norm{this,
                   {.path = "norm",
                    .fallback = Norm::pre,
                    .choices = {{"pre", Norm::pre}, {"post", Norm::post}}}};
  Optional<int64_t> d_ff{this, {.path = "d_ff", .otherwise = "4 * d_model", .minimum = 1}};
  Value<std::string> activation{
      this, {.path = "activation", .fallback = "gelu", .choices = {"relu", "gelu"}}};
  Value<double> dropout{this, {.path = "dropout", .fallback = 0.0, .minimum = 0.0, .maximum = 0.9}};
  Value<std::string> positions{
      this,
      {.path = "positions", .fallback = "learned", .choices = {"learned", "sinusoidal", "none"}}};
};

struct HeadKeys : Keys {
  using Keys::Keys;  // others derive from it
  Value<int64_t> heads{this, {.path = "heads", .fallback = 4, .minimum = 1}};
};
struct FullKeys : HeadKeys {
  Value<double> dropout{this, {.path = "dropout", .fallback = 0.1, .minimum = 0.0, .maximum = 0.9}};
};
struct MyMhaKeys : HeadKeys {
  Optional<int64_t> d_qk{this, {.path = "d_qk", .otherwise = "d_model / heads"}};
  Optional<int64_t> d_v{this, {.path = "d_v", .otherwise = "d_model / heads"}};
};
struct WindowKeys : HeadKeys {
  Value<int64_t> width{this, {.path = "width", .minimum = 1}};
};

struct CopyKeys : Keys {
  Value<int64_t> symbols{this, {.path = "symbols", .fallback = 10, .minimum = 2, .maximum = 1000}};
  Value<int64_t> length{this, {.path = "length", .minimum = 1}};
};
struct DigitsKeys : Keys {
  Value<int64_t> digits{this, {.path = "digits", .fallback = 3, .minimum = 1, .maximum = 9}};
};

inline ConfigTable example_table() {
  ConfigTable table;
  table.add(Chooser{Key<std::string>{.path = "task.type", .help = "what to learn"},
                    {{"copy", "says it again", CopyKeys{}.table()},
                     {"reverse", "says it backwards", CopyKeys{}.table()},
                     {"addition", "adds two numbers", DigitsKeys{}.table()}}});
  table.add_section("model", WidthKeys{}.table());
  table.add(
      Chooser{Key<std::string>{
                  .path = "model.attention.type", .fallback = "full", .help = "which attention"},
              {{"full", "all keys", FullKeys{}.table()},
               {"my_mha", "", MyMhaKeys{}.table()},
               {"window", "near keys", WindowKeys{}.table()}}});
  table.add_section("train", TrainKeys{}.table());
  return table;
}

}  // namespace heed::testing
