#include "heed/examples/cli/model/model_config.h"

#include <map>

#include "heed/examples/cli/config/key_error.h"

namespace heed {
namespace {

constexpr int64_t most_width = 16384;

const Key<int64_t> d_model{.path = "model.d_model",
                           .fallback = 64,
                           .minimum = 1,
                           .maximum = most_width,
                           .help = "width of what attends, D_1: the model's own width"};
const OptionalKey<int64_t> d_source{.path = "model.d_source",
                                    .otherwise = "d_model",
                                    .minimum = 1,
                                    .maximum = most_width,
                                    .help = "width of what is attended, D_2; cross-attention only"};
const Key<int64_t> layers{.path = "model.layers",
                          .fallback = 1,
                          .minimum = 1,
                          .maximum = 256,
                          .help = "how many blocks of attention and feed-forward network"};
const OptionalKey<int64_t> d_ff{.path = "model.d_ff",
                                .otherwise = "4 * d_model",
                                .minimum = 1,
                                .maximum = 4 * most_width,
                                .help = "inner width of the feed-forward networks"};
const Key<std::string> norm_placement{
    .path = "model.norm",
    .fallback = "pre",
    .choices = {"pre", "post"},
    .help = "layer norm before each part, or after each residual sum"};
const Key<std::string> norm_kind{.path = "model.norm_kind",
                                 .fallback = "layer_norm",
                                 .choices = {"layer_norm", "rms_norm"},
                                 .help = "which norm: with or without a mean that is taken out"};
const Key<std::string> activation{.path = "model.activation",
                                  .fallback = "gelu",
                                  .choices = {"relu", "gelu", "silu", "swiglu"},
                                  .help = "between the Linears of the feed-forward networks"};
const Key<double> dropout{.path = "model.dropout",
                          .fallback = 0.0,
                          .minimum = 0.0,
                          .maximum = 0.99,
                          .help = "probability that an element is dropped in training"};
const Key<std::string> positions{.path = "model.positions",
                                 .fallback = "learned",
                                 .choices = {"learned", "sinusoidal", "none"},
                                 .help =
                                     "what tells the model where a token stands; none: "
                                     "only the attention itself, if it can"};
const Key<bool> tied{.path = "model.tied",
                     .fallback = false,
                     .help = "score symbols by the tokens' own embedding instead of a Linear"};

/// The value of a key that chooses.
template <class Value>
Value chosen(const Config& config, const Key<std::string>& key,
             const std::map<std::string, Value>& values) {
  return values.at(config[key]);
}

const std::map<std::string, NormPlacement> placements{{"pre", NormPlacement::pre},
                                                      {"post", NormPlacement::post}};
const std::map<std::string, NormFactory> norms{{"layer_norm", make_layer_norm},
                                               {"rms_norm", make_rms_norm}};
const std::map<std::string, Activation> activations{{"relu", Activation::relu},
                                                    {"gelu", Activation::gelu},
                                                    {"silu", Activation::silu},
                                                    {"swiglu", Activation::swiglu}};
const std::map<std::string, PositionTableKind> position_tables{
    {"learned", position_table_kind<LearnedPositions>("learned")},
    {"sinusoidal", position_table_kind<SinusoidalPositions>("sinusoidal")},
    {"none", {}}};

}  // namespace

void add_model_keys(ConfigTable& table) {
  table.add({d_model, d_source, layers, d_ff, norm_placement, norm_kind, activation, dropout,
             positions, tied});
}

ModelConfig read_model_config(const Config& config, const TaskShape& task) {
  const int64_t width = config[d_model];
  if (config[d_source] && task.attends != Attends::queries) {
    throw KeyError(d_source.path,
                   "only a task with cross-attention attends another sequence: ", *config[d_source],
                   "; leave it out");
  }
  if (config[tied] &&
      (task.attends == Attends::queries || task.attends == Attends::encoder_decoder)) {
    throw KeyError(tied.path, "needs a model whose outputs are the symbols it reads; leave it out");
  }
  if (config[tied] && task.symbols != task.classes) {
    throw KeyError(tied.path, "needs as many input symbols as classes: ", task.symbols,
                   " symbols, ", task.classes, " classes");
  }
  return {.stack = {.block = {.d_model = width,
                              .d_ff = config[d_ff].value_or(4 * width),
                              .norm_placement = chosen(config, norm_placement, placements),
                              .norm = chosen(config, norm_kind, norms),
                              .activation = chosen(config, activation, activations),
                              .dropout = config[dropout]},
                    .layers = config[layers]},
          .d_source = config[d_source].value_or(width),
          .position_table = chosen(config, positions, position_tables),
          .tied = config[tied]};
}

}  // namespace heed
