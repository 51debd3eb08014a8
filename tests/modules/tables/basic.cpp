// Rows of the modules that are not attentions: projections, lookups, norms, dropout, positions.
#include "heed/modules/dropout.h"
#include "heed/modules/embedding.h"
#include "heed/modules/feed_forward.h"
#include "heed/modules/layer_norm.h"
#include "heed/modules/linear.h"
#include "heed/modules/positional.h"
#include "heed/modules/rms_norm.h"
#include "heed/tests/framework/ops/reference/indexing.h"
#include "heed/tests/framework/ops/reference/matmul.h"
#include "heed/tests/framework/ops/reference/normalization.h"
#include "heed/tests/modules/case/module_options.h"
#include "heed/tests/modules/reference/layers.h"

namespace heed::testing {
namespace {

ModuleCase linear_row() {
  return {
      .name = "linear",
      .inputs = {"x"},
      .arguments = {integer("in"), integer("out"), flag("bias", true)},
      .build =
          [](const Attributes& with) {
            return built<Linear>(call_with_one, with.integer("in"), with.integer("out"),
                                 bias_of(with, "bias"));
          },
      .reference = [](const ModuleCall& c) -> ModuleResult {
        return {reference::linear(c.in[0], c.state["weight"], c.state.maybe("bias"))};
      },
      .num_parameters =
          [](const Attributes& with) {
            return with.integer("out") * (with.integer("in") + (with.flag("bias") ? 1 : 0));
          },
      .samples = {{{{"in", 3}, {"out", 4}}, {any({2, 5, 3})}},
                  {{{"in", 3}, {"out", 4}, {"bias", false}}, {any({2, 5, 3})}},
                  {{{"in", 4}, {"out", 1}}, {any({4})}},
                  {{{"in", 1}, {"out", 2}}, {any({1, 1})}},
                  {{{"in", 2}, {"out", 3}}, {any({2, 1, 2, 2})}},
                  {{{"in", 3}, {"out", 4}}, {any({0, 5, 3})}},
                  {.arguments = {{"in", 64}, {"out", 96}},
                   .inputs = {any({3, 300, 64})},
                   .large = true}},
      .errors = {{{{"in", -1}, {"out", 4}}, {}, "Linear: in must be at least 1, got -1"},
                 {{{"in", 4}, {"out", 0}}, {}, "Linear: out must be at least 1, got 0"},
                 {{{"in", 3}, {"out", 4}},
                  {any({2, 5})},
                  "linear: needs x [..., in] and weight [out, in]: x [2, 5], weight [4, 3] "
                  "(in Linear)"},
                 {{{"in", 3}, {"out", 4}},
                  {of_type(DType::i64, {2, 3})},
                  "linear: dtypes differ: i64 [2, 3] and f32 [4, 3]; write .to(DType::i64) on the "
                  "second or .to(DType::f32) on the first (in Linear)"}},
      .aliases = {{"in_features", "in"}, {"out_features", "out"}}};
}

ModuleCase embedding_row() {
  return {
      .name = "embedding",
      .inputs = {"ids"},
      .arguments = {integer("tokens"), integer("width")},
      .build =
          [](const Attributes& with) {
            return built<Embedding>(call_with_one, with.integer("tokens"), with.integer("width"));
          },
      .reference = [](const ModuleCall& c) -> ModuleResult {
        return {reference::embedding(c.in[0], c.state["weight"])};
      },
      .num_parameters =
          [](const Attributes& with) { return with.integer("tokens") * with.integer("width"); },
      .samples = {{{{"tokens", 5}, {"width", 3}}, {indices(5, {2, 4})}},
                  {{{"tokens", 5}, {"width", 3}}, {integers_of({4, 4, 4, 0}, {4})}},
                  {{{"tokens", 1}, {"width", 1}}, {indices(1, {1, 1})}},
                  {{{"tokens", 5}, {"width", 3}}, {indices(5, {})}},
                  {{{"tokens", 5}, {"width", 3}}, {indices(5, {0, 4})}},
                  {.arguments = {{"tokens", 50}, {"width", 64}},
                   .inputs = {indices(50, {8, 100})},
                   .large = true}},
      .errors =
          {{{{"tokens", 0}, {"width", 3}}, {}, "Embedding: tokens must be at least 1, got 0"},
           {{{"tokens", 5}, {"width", 3}},
            {integers_of({1, 5}, {2})},
            "embedding: index 5 is out of range for a dimension of size 5 (in Embedding)"},
           {{{"tokens", 5}, {"width", 3}},
            {any({2})},
            "embedding: indices must be i64, got f32 [2]; write .to(DType::i64) (in Embedding)"}},
      .aliases = {{"num_embeddings", "tokens"}, {"embedding_dim", "width"}}};
}

ModuleCase layer_norm_row() {
  return {.name = "layer_norm",
          .inputs = {"x"},
          .arguments = {integer("width"), number("eps", 1e-5), flag("bias", true)},
          .build =
              [](const Attributes& with) {
                return built<LayerNorm>(call_with_one, with.integer("width"), with.number("eps"),
                                        bias_of(with, "bias"));
              },
          .reference = [](const ModuleCall& c) -> ModuleResult {
            return {reference::layer_norm(c.in[0], {c.with.integer("width")}, c.state["weight"],
                                          c.state.maybe("bias"), c.with.number("eps"))};
          },
          .num_parameters =
              [](const Attributes& with) {
                return with.integer("width") * (with.flag("bias") ? 2 : 1);
              },
          .samples = {{{{"width", 4}}, {any({2, 3, 4})}},
                      {{{"width", 4}, {"eps", 0.5}}, {any({3, 4})}},
                      {{{"width", 4}, {"bias", false}}, {any({2, 3, 4})}},
                      {{{"width", 1}}, {any({1, 1})}},
                      {{{"width", 4}}, {any({4})}},
                      {{{"width", 4}}, {any({0, 3, 4})}},
                      {.arguments = {{"width", 64}}, .inputs = {any({400, 64})}, .large = true}},
          .errors = {{{{"width", 0}}, {}, "LayerNorm: width must be at least 1, got 0"},
                     {{{"width", 4}},
                      {any({2, 3})},
                      "layer_norm: normalized_shape [4] is not the tail of x's shape [2, 3] "
                      "(in LayerNorm)"}},
          .aliases = {{"normalized_shape", "width"}},
          .tolerance = {.f32 = 1e-5, .gradient_f32 = 1e-5, .reason = "divides by a deviation"}};
}

ModuleCase rms_norm_row() {
  return {
      .name = "rms_norm",
      .inputs = {"x"},
      .arguments = {integer("width"), number("eps", left_out)},
      .build =
          [](const Attributes& with) {
            const bool given = with.has("eps");
            return built<RMSNorm>(call_with_one, with.integer("width"),
                                  given ? std::optional(with.number("eps")) : std::nullopt);
          },
      .reference = [](const ModuleCall& c) -> ModuleResult {
        // Samples without eps have rows so far from zero that no machine epsilon is seen.
        const double eps = c.with.has("eps") ? c.with.number("eps") : 0;
        return {reference::rms_norm(c.in[0], {c.with.integer("width")}, c.state["weight"], eps)};
      },
      .num_parameters = [](const Attributes& with) { return with.integer("width"); },
      .samples = {{{{"width", 4}}, {any({2, 3, 4})}},
                  {{{"width", 4}, {"eps", 0.5}}, {any({3, 4})}},
                  {{{"width", 1}, {"eps", 0.25}}, {any({1, 1})}},
                  {{{"width", 4}}, {any({4})}},
                  {{{"width", 4}}, {any({0, 3, 4})}},
                  {.arguments = {{"width", 64}}, .inputs = {any({400, 64})}, .large = true}},
      .errors = {{{{"width", 0}}, {}, "RMSNorm: width must be at least 1, got 0"},
                 {{{"width", 4}},
                  {any({2, 3})},
                  "rms_norm: normalized_shape [4] is not the tail of x's shape [2, 3] "
                  "(in RMSNorm)"}},
      .aliases = {{"normalized_shape", "width"}},
      .tolerance = {.f32 = 1e-5, .gradient_f32 = 1e-5, .reason = "divides by a mean square"}};
}

ModuleCase dropout_row() {
  return {
      .name = "dropout",
      .inputs = {"x"},
      .arguments = {number("p")},
      .build =
          [](const Attributes& with) { return built<Dropout>(call_with_one, with.number("p")); },
      .reference = [](const ModuleCall& c) -> ModuleResult {
        return {dropout_reference(c.in[0], c.with.number("p"), c.train, "")};
      },
      .num_parameters = [](const Attributes&) { return int64_t{0}; },
      .samples =
          {{{{"p", 0.5}}, {any({2, 3, 4})}, true},
           {{{"p", 0.5}}, {any({2, 3, 4})}},
           {{{"p", 0.25}}, {any({3, 5})}, true},
           {{{"p", 0}}, {any({3, 5})}, true},
           {{{"p", 1}}, {any({3, 5})}, true},
           {{{"p", 0.5}}, {any({1, 1})}, true},
           {{{"p", 0.5}}, {any({0, 5})}, true},
           {.arguments = {{"p", 0.1}}, .inputs = {any({300, 100})}, .train = true, .large = true}},
      .errors = {{{{"p", 1.5}}, {}, "Dropout: p must be in [0, 1], got 1.5"},
                 {{{"p", -0.5}}, {}, "Dropout: p must be in [0, 1], got -0.5"},
                 {{{"p", "NaN"}}, {}, "Dropout: p must be in [0, 1], got nan"}}};
}

ModuleCase feed_forward_row() {
  return {.name = "feed_forward",
          .inputs = {"x"},
          .arguments = {integer("width"), integer("hidden"), text("activation", "gelu"),
                        number("dropout_p", 0.0), flag("bias", true)},
          .build =
              [](const Attributes& with) {
                return built<FeedForward>(call_with_one, with.integer("width"),
                                          with.integer("hidden"), activation_of(with, "activation"),
                                          with.number("dropout_p"), bias_of(with, "bias"));
              },
          .reference = [](const ModuleCall& c) -> ModuleResult {
            return {feed_forward_reference(c.state, c.in[0], c.with.text("activation"),
                                           c.with.number("dropout_p"), c.train, "")};
          },
          .num_parameters =
              [](const Attributes& with) {
                return feed_forward_parameters(with.integer("width"), with.integer("hidden"),
                                               with.text("activation"), with.flag("bias"));
              },
          .samples = {{{{"width", 3}, {"hidden", 5}}, {any({2, 4, 3})}},
                      {{{"width", 3}, {"hidden", 5}, {"activation", "relu"}}, {any({2, 4, 3})}},
                      {{{"width", 3}, {"hidden", 5}, {"activation", "silu"}}, {any({2, 3})}},
                      {{{"width", 3}, {"hidden", 5}, {"activation", "swiglu"}}, {any({2, 4, 3})}},
                      {{{"width", 3}, {"hidden", 5}, {"activation", "swiglu"}, {"bias", false}},
                       {any({2, 3})}},
                      {{{"width", 3}, {"hidden", 5}, {"bias", false}}, {any({2, 4, 3})}},
                      {{{"width", 3}, {"hidden", 5}, {"dropout_p", 0.5}}, {any({2, 4, 3})}, true},
                      {{{"width", 1}, {"hidden", 1}}, {any({1, 1})}},
                      {{{"width", 3}, {"hidden", 5}}, {any({0, 4, 3})}},
                      {.arguments = {{"width", 48}, {"hidden", 100}},
                       .inputs = {any({300, 48})},
                       .large = true}},
          .errors = {{{{"width", 3}, {"hidden", 0}}, {}, "Linear: out must be at least 1, got 0"},
                     {{{"width", 3}, {"hidden", 5}, {"activation", "tanh"}},
                      {},
                      "attribute \"activation\" must be one of \"relu\", \"gelu\", \"silu\", "
                      "\"swiglu\", not \"tanh\""},
                     {{{"width", 3}, {"hidden", 5}},
                      {any({2, 4})},
                      "linear: needs x [..., in] and weight [out, in]: x [2, 4], weight [5, 3] "
                      "(in expand)"}}};
}

ModuleCase positions_row(const std::string& name, BuiltModule (*build)(int64_t, int64_t),
                         const std::string& owner, bool learned) {
  return {.name = name,
          .inputs = {"x"},
          .arguments = {integer("max_length"), integer("width")},
          .build =
              [build](const Attributes& with) {
                return build(with.integer("max_length"), with.integer("width"));
              },
          .reference = [learned](const ModuleCall& c) -> ModuleResult {
            const int64_t length = c.with.integer("max_length"), width = c.with.integer("width");
            return {add_positions(
                c.in[0], learned ? c.state["weight"] : sinusoids_reference(length, width))};
          },
          .num_parameters =
              [learned](const Attributes& with) {
                return learned ? with.integer("max_length") * with.integer("width") : 0;
              },
          .samples = {{{{"max_length", 5}, {"width", 4}}, {any({2, 5, 4})}},
                      {{{"max_length", 5}, {"width", 3}}, {any({2, 2, 3})}},
                      {{{"max_length", 5}, {"width", 4}}, {any({2, 2, 3, 4})}},
                      {{{"max_length", 3}, {"width", 1}}, {any({1, 1})}},
                      {{{"max_length", 5}, {"width", 4}}, {any({0, 5, 4})}},
                      {{{"max_length", 5}, {"width", 4}}, {any({2, 0, 4})}},
                      {.arguments = {{"max_length", 100}, {"width", 64}},
                       .inputs = {any({8, 90, 64})},
                       .large = true}},
          .errors =
              {{{{"max_length", 5}, {"width", 0}}, {}, owner + ": width must be at least 1, got 0"},
               {{{"max_length", 5}, {"width", 4}},
                {any({2, 6, 4})},
                owner + ": expected [..., L, 4] with L up to 5, got [2, 6, 4] (in " + owner + ")"},
               {{{"max_length", 5}, {"width", 4}},
                {any({4})},
                owner + ": expected [..., L, 4] with L up to 5, got [4] (in " + owner + ")"}}};
}

}  // namespace

ModuleTable basic_modules() {
  const auto learned = [](int64_t max_length, int64_t width) {
    return built<LearnedPositions>(call_with_one, max_length, width);
  };
  const auto sinusoidal = [](int64_t max_length, int64_t width) {
    return built<SinusoidalPositions>(call_with_one, max_length, width);
  };
  return {linear_row(),
          embedding_row(),
          layer_norm_row(),
          rms_norm_row(),
          dropout_row(),
          feed_forward_row(),
          positions_row("learned_positions", learned, "LearnedPositions", true),
          positions_row("sinusoidal_positions", sinusoidal, "SinusoidalPositions", false)};
}

}  // namespace heed::testing
