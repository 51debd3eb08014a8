// Rows of modules/attention/multi_head_attention.h.
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/case/module_multi_head.h"
#include "heed/tests/modules/module_options.h"
#include "heed/tests/modules/reference/layers.h"
#include "heed/tests/modules/reference/multi_head.h"

namespace heed::testing {
namespace {

BuiltModule build_multi_head(const Attributes& with) {
  return built_multi_head(
      std::make_shared<MultiHeadAttention>(Slot::root(), multi_head_config(with)));
}

reference::full::Projection projection_of(const ModuleState& state, const std::string& name) {
  return {state[name + ".weight"], state.maybe(name + ".bias")};
}

ModuleResult reference_result(const ModuleCall& c) {
  const int64_t H = c.with.integer("H");
  const reference::full::MultiHead m{.H = H,
                                     .n_kv_heads = c.with.maybe_integer("n_kv_heads").value_or(H),
                                     .Q = projection_of(c.state, "W_Q"),
                                     .K = projection_of(c.state, "W_K"),
                                     .V = projection_of(c.state, "W_V"),
                                     .O = projection_of(c.state, "W_O"),
                                     .causal = c.with.text("causal"),
                                     .window = c.with.maybe_integer("window"),
                                     .qk_norm = c.with.flag("qk_norm"),
                                     .positions = c.with.text("positions"),
                                     .rope_neighbours = c.with.text("rope_pairs") == "neighbours",
                                     .rope_base = c.with.number("rope_base"),
                                     .distances = c.state.maybe("positions.weight"),
                                     .thinned = [&c](const reference::NdArray& weights) {
                                       return dropout_reference(weights, c.with.number("dropout"),
                                                                c.train, "");
                                     }};
  auto result = reference::full::multi_head(m, c.in[0], c.in[1], c.in[2]);
  return {std::move(result.output), std::move(result.weights)};
}

int64_t count_parameters(const Attributes& with) {
  const int64_t D_1 = with.integer("D_1"), H = with.integer("H");
  const auto size = [&](const char* name, int64_t otherwise) {
    return with.maybe_integer(name).value_or(otherwise);
  };
  const int64_t D_2 = size("D_2", D_1), D_qk = size("D_qk", D_1 / H), D_v = size("D_v", D_1 / H);
  const int64_t n_kv_heads = size("n_kv_heads", H);
  const auto linear = [&](const char* bias, int64_t in, int64_t out) {
    return out * (in + (with.flag(with.has(bias) ? bias : "bias") ? 1 : 0));
  };
  const bool learned = with.text("positions") == "learned";
  return linear("query_bias", D_1, H * D_qk) + linear("key_bias", D_2, n_kv_heads * D_qk) +
         linear("value_bias", size("D_value", D_2), n_kv_heads * D_v) +
         linear("output_bias", H * D_v, size("D_out", D_1)) +
         (learned ? H * (2 * with.integer("max_distance") + 1) : 0);
}

/// Arguments of a small attention of width 4 with two heads; `more` overrides and adds.
Json small(const Json& more = Json::object()) {
  Json arguments = {{"D_1", 4}, {"H", 2}};
  arguments.update(more);
  return arguments;
}

/// Every width another.
Json widths(const Json& more = Json::object()) {
  Json arguments = {{"D_1", 4},   {"H", 2},    {"D_2", 3}, {"D_value", 5},
                    {"D_out", 6}, {"D_qk", 2}, {"D_v", 3}};
  arguments.update(more);
  return arguments;
}

/// query, key and value of one width.
std::vector<Input> lengths(int64_t B, int64_t L_1, int64_t L_2, int64_t D = 4) {
  return {any({B, L_1, D}), any({B, L_2, D}), any({B, L_2, D})};
}

std::vector<Input> width_inputs(int64_t B, int64_t L_1, int64_t L_2) {
  return {any({B, L_1, 4}), any({B, L_2, 3}), any({B, L_2, 5})};
}

/// A sample in which it matters where keys stand.
ModuleSample ordered(Json arguments, std::vector<Input> inputs, bool train = false) {
  ModuleSample sample{std::move(arguments), std::move(inputs), train};
  sample.ordered = true;
  return sample;
}

std::vector<ModuleSample> samples() {
  return {
      {widths(), width_inputs(2, 3, 4)},
      {small({{"bias", false}}), lengths(2, 4, 4)},
      {small({{"bias", false}, {"key_bias", true}, {"value_bias", true}}), lengths(2, 3, 2)},
      {small({{"query_bias", false}, {"output_bias", false}}), lengths(2, 2, 3)},
      {small({{"H", 4}, {"n_kv_heads", 2}, {"D_qk", 2}}), lengths(2, 3, 4)},
      {widths({{"H", 3}, {"n_kv_heads", 1}}), width_inputs(2, 2, 3)},
      ordered(small({{"causal", "top_left"}}), lengths(2, 4, 4)),
      ordered(small({{"causal", "top_left"}}), lengths(2, 2, 4)),
      ordered(small({{"causal", "top_left"}}), lengths(2, 4, 2)),
      ordered(small({{"causal", "bottom_right"}}), lengths(2, 2, 4)),
      ordered(small({{"causal", "bottom_right"}}), lengths(2, 4, 2)),
      ordered(small({{"window", 1}}), lengths(2, 4, 5)),
      ordered(small({{"window", 1}}), lengths(2, 5, 3)),
      ordered(small({{"window", 1}, {"causal", "bottom_right"}}), lengths(2, 3, 5)),
      ordered(small({{"window", 0}}), lengths(2, 3, 3)),
      ordered(small({{"positions", "rope"}, {"D_qk", 4}}), lengths(2, 3, 4)),
      ordered(small({{"positions", "rope"}, {"D_qk", 4}, {"rope_pairs", "neighbours"}}),
              lengths(2, 4, 3)),
      ordered(small({{"positions", "rope"},
                     {"rope_base", 7},
                     {"D_qk", 6},
                     {"H", 4},
                     {"n_kv_heads", 2},
                     {"causal", "bottom_right"}}),
              lengths(2, 2, 4)),
      ordered(small({{"positions", "rope"}, {"causal", "top_left"}, {"n_kv_heads", 1}}),
              lengths(1, 3, 3)),
      ordered(small({{"positions", "alibi"}, {"causal", "top_left"}}), lengths(2, 3, 3)),
      ordered(small({{"positions", "alibi"}, {"H", 3}, {"D_qk", 2}, {"D_v", 1}}), lengths(2, 3, 4)),
      ordered(small({{"positions", "alibi"},
                     {"H", 6},
                     {"D_qk", 1},
                     {"D_v", 1},
                     {"n_kv_heads", 3},
                     {"causal", "bottom_right"}}),
              lengths(1, 2, 4)),
      ordered(small({{"positions", "learned"}, {"max_distance", 2}}), lengths(2, 3, 5)),
      ordered(small({{"positions", "learned"},
                     {"max_distance", 1},
                     {"causal", "bottom_right"},
                     {"recompute", true}}),
              lengths(2, 2, 4)),
      ordered(small({{"positions", "learned"},
                     {"max_distance", 3},
                     {"causal", "top_left"},
                     {"window", 2},
                     {"H", 4},
                     {"n_kv_heads", 2},
                     {"D_qk", 2}}),
              lengths(2, 5, 5)),
      ordered(small({{"qk_norm", true}, {"D_qk", 3}}), lengths(2, 3, 4)),
      ordered(small({{"qk_norm", true},
                     {"positions", "rope"},
                     {"H", 4},
                     {"n_kv_heads", 2},
                     {"D_qk", 4},
                     {"causal", "bottom_right"}}),
              lengths(2, 2, 4)),
      {small({{"dropout", 0.5}}), lengths(2, 3, 3)},
      ordered(small({{"dropout", 0.5}}), lengths(2, 3, 4), /*train=*/true),
      ordered(small({{"dropout", 0.25}, {"recompute", true}, {"n_kv_heads", 1}}), lengths(2, 3, 4),
              /*train=*/true),
      {small({{"recompute", true}}), lengths(2, 3, 3)},
      {small({{"D_1", 1}, {"H", 1}}), lengths(1, 1, 1, 1)},
      {small(), lengths(2, 3, 1)},
      {small(), lengths(0, 2, 3)},
      {small(), lengths(2, 0, 3)},
      {small(), lengths(2, 3, 0)},
      ordered(small({{"positions", "learned"}, {"max_distance", 1}}), lengths(1, 2, 0)),
      {.arguments = {{"D_1", 32},
                     {"H", 4},
                     {"n_kv_heads", 2},
                     {"D_out", 24},
                     {"causal", "bottom_right"},
                     {"window", 40},
                     {"positions", "rope"}},
       .inputs = lengths(4, 50, 60, 32),
       .large = true,
       .ordered = true}};
}

std::vector<ModuleErrorCase> errors() {
  const std::string m = "MultiHeadAttention: ";
  const std::string letters =
      " where D_1 = 4, D_2 = 3, D_value = 5, D_out = 6, D_qk = 2, D_v = 3, "
      "H = 2, n_kv_heads = 2, B = 2, L_1 = 3";
  const std::string in = " (in MultiHeadAttention)";
  return {
      {small({{"D_1", 0}}), {}, m + "D_1 must be at least 1, got 0"},
      {small({{"H", 0}}), {}, m + "H must be at least 1, got 0"},
      {small({{"D_2", 0}}), {}, m + "D_2 must be at least 1, got 0"},
      {small({{"D_value", -1}}), {}, m + "D_value must be at least 1, got -1"},
      {small({{"D_out", 0}}), {}, m + "D_out must be at least 1, got 0"},
      {small({{"D_qk", 0}}), {}, m + "D_qk must be at least 1, got 0"},
      {small({{"D_v", -2}}), {}, m + "D_v must be at least 1, got -2"},
      {small({{"n_kv_heads", 0}}), {}, m + "n_kv_heads must be at least 1, got 0"},
      {small({{"H", 3}}), {}, m + "H = 3 does not divide D_1 = 4; give D_qk"},
      {small({{"H", 3}, {"D_qk", 2}}), {}, m + "H = 3 does not divide D_1 = 4; give D_v"},
      {small({{"H", 4}, {"n_kv_heads", 3}}), {}, m + "n_kv_heads = 3 does not divide H = 4"},
      {small({{"n_kv_heads", 4}}), {}, m + "n_kv_heads = 4 does not divide H = 2"},
      {small({{"window", -1}}), {}, m + "window must not be negative, got -1"},
      {small({{"dropout", 1.5}}), {}, m + "dropout must be in [0, 1], got 1.5"},
      {small({{"dropout", "NaN"}}), {}, m + "dropout must be in [0, 1], got nan"},
      {small({{"positions", "rope"}, {"rope_base", 0}}),
       {},
       "RotaryPositions: base must be above 0, got 0"},
      {small({{"positions", "learned"}, {"max_distance", 0}}),
       {},
       "LearnedDistances: max_distance must be at least 1, got 0"},
      {small({{"positions", "sinusoidal"}}),
       {},
       "attribute \"positions\" must be one of \"none\", \"rope\", \"alibi\", \"learned\", not "
       "\"sinusoidal\""},
      {small({{"causal", "centre"}}),
       {},
       "attribute \"causal\" must be one of \"none\", \"top_left\", \"bottom_right\", not "
       "\"centre\""},
      {small({{"positions", "rope"}, {"D_qk", 3}}), lengths(2, 3, 3),
       "RotaryPositions: rotates pairs, so D_qk must be even, got [2, 2, 3, 3]" + in},
      {widths(),
       {any({2, 3, 5}), any({2, 4, 3}), any({2, 4, 5})},
       m + "expected [B L_1 D_1], got [2, 3, 5]" + letters + in},
      {widths(),
       {any({3, 4}), any({2, 4, 3}), any({2, 4, 5})},
       m +
           "expected [B L_1 D_1], got [3, 4] where D_1 = 4, D_2 = 3, D_value = 5, D_out = 6, "
           "D_qk = 2, D_v = 3, H = 2, n_kv_heads = 2, B = 3, L_1 = 4" +
           in},
      {widths(),
       {any({2, 3, 4}), any({1, 4, 3}), any({2, 4, 5})},
       m + "expected [B L_2 D_2], got [1, 4, 3]" + letters + in},
      {widths(),
       {any({2, 3, 4}), any({2, 4, 4}), any({2, 4, 5})},
       m + "expected [B L_2 D_2], got [2, 4, 4]" + letters + ", L_2 = 4" + in},
      {widths(),
       {any({2, 3, 4}), any({2, 4, 3}), any({2, 5, 5})},
       m + "expected [B L_2 D_value], got [2, 5, 5]" + letters + ", L_2 = 4" + in},
      {widths(),
       {any({2, 3, 4}), of_type(DType::f64, {2, 4, 3}), any({2, 4, 5})},
       "linear: dtypes differ: f64 [2, 4, 3] and f32 [4, 3]; write .to(DType::f64) on the second "
       "or .to(DType::f32) on the first (in W_K)"}};
}

ModuleCase multi_head_attention_row() {
  return {.name = "multi_head_attention",
          .inputs = {"query", "key", "value"},
          .arguments = {integer("D_1"),
                        integer("H"),
                        integer("D_2", left_out),
                        integer("D_value", left_out),
                        integer("D_out", left_out),
                        integer("D_qk", left_out),
                        integer("D_v", left_out),
                        integer("n_kv_heads", left_out),
                        flag("bias", true),
                        flag("query_bias", left_out),
                        flag("key_bias", left_out),
                        flag("value_bias", left_out),
                        flag("output_bias", left_out),
                        text("causal", "none"),
                        integer("window", left_out),
                        flag("qk_norm", false),
                        text("positions", "none"),
                        integer("max_distance", 16),
                        number("rope_base", 10000.0),
                        text("rope_pairs", "halves"),
                        number("dropout", 0.0),
                        flag("recompute", false)},
          .build = build_multi_head,
          .reference = reference_result,
          .num_parameters = count_parameters,
          .samples = samples(),
          .errors = errors(),
          .attention = AttentionRoles{.query = 0, .keys = {1, 2}},
          .inert = {"W_K.bias"}};
}

}  // namespace

ModuleTable multi_head_attention_modules() {
  return {multi_head_attention_row()};
}

}  // namespace heed::testing
