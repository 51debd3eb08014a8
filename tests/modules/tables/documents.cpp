// Rows of the documents' attentions with a Linear for each projection.
#include "heed/modules/attention/documents/d2l_multi_head_attention.h"
#include "heed/modules/attention/documents/labml_multi_head_attention.h"
#include "heed/modules/attention/documents/my_multi_head_attention.h"
#include "heed/tests/framework/ops/reference/attention.h"
#include "heed/tests/framework/ops/reference/matmul.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/case/module_options.h"
#include "heed/tests/modules/reference/layers.h"

namespace heed::testing {
namespace {

using reference::Index;
using reference::NdArray;

/// The projection called `name` in a state.
reference::Projection projection(const ModuleState& state, const std::string& name) {
  return {state[name + ".weight"], state.maybe(name + ".bias")};
}

Json mine(int64_t hidden_size, int64_t n_head) {
  return {{"hidden_size", hidden_size}, {"n_head", n_head}};
}

ModuleCase my_multi_head_attention_row() {
  return {
      .name = "my_multi_head_attention",
      .inputs = {"x"},
      .arguments = {integer("hidden_size"), integer("n_head")},
      .build =
          [](const Attributes& with) {
            auto b = built<MyMultiHeadAttention>(call_with_one, with.integer("hidden_size"),
                                                 with.integer("n_head"));
            b.weights = [m = std::dynamic_pointer_cast<MyMultiHeadAttention>(b.module)](
                            const Tensors& in) { return m->weights(in[0]); };
            return b;
          },
      .reference = [](const ModuleCall& c) -> ModuleResult {
        auto result = reference::multi_head_attention({.query = projection(c.state, "linear_q"),
                                                       .key = projection(c.state, "linear_k"),
                                                       .value = projection(c.state, "linear_v"),
                                                       .output = projection(c.state, "linear_o"),
                                                       .heads = c.with.integer("n_head")},
                                                      c.in[0], c.in[0], c.in[0]);
        return {result.output, result.weights};
      },
      .num_parameters =
          [](const Attributes& with) {
            const int64_t D = with.integer("hidden_size");
            return 4 * (D * D + D);
          },
      .samples = {{mine(6, 2), {any({2, 4, 6})}},
                  {mine(6, 3), {any({3, 2, 6})}},
                  {mine(4, 4), {any({4, 4, 4})}},
                  {mine(3, 1), {any({2, 5, 3})}},
                  {mine(1, 1), {any({1, 1, 1})}},
                  {mine(6, 2), {any({0, 4, 6})}},
                  {mine(6, 2), {any({2, 0, 6})}},
                  {.arguments = mine(32, 4), .inputs = {any({4, 60, 32})}, .large = true}},
      .errors = {{mine(10, 4),
                  {},
                  "MyMultiHeadAttention: n_head = 4 does not divide hidden_size = "
                  "10"},
                 {mine(0, 1), {}, "MyMultiHeadAttention: hidden_size must be at least 1, got 0"},
                 {mine(4, 0), {}, "MyMultiHeadAttention: n_head must be at least 1, got 0"},
                 {mine(6, 2),
                  {any({2, 4, 5})},
                  "MyMultiHeadAttention: expected [B L hidden_size], got [2, 4, 5] where "
                  "hidden_size = 6, n_head = 2, head_dim = 3, B = 2, L = 4 "
                  "(in MyMultiHeadAttention)"}},
      .attention = AttentionRoles{.query = 0, .keys = {0}},
      .inert = {"linear_k.bias"}};
}

Json d2l(const Json& more = Json::object()) {
  Json arguments = {{"query_size", 5}, {"key_size", 3},  {"value_size", 2}, {"num_hiddens", 6},
                    {"num_heads", 2},  {"dropout", 0.0}, {"bias", true}};
  arguments.update(more);
  return arguments;
}

BuiltModule build_d2l(const Attributes& with) {
  const auto m = std::make_shared<D2LMultiHeadAttention>(
      Slot::root(), with.integer("query_size"), with.integer("key_size"),
      with.integer("value_size"), with.integer("num_hiddens"), with.integer("num_heads"),
      with.number("dropout"), bias_of(with, "bias"));
  return {
      m, [m](const Tensors& in) { return (*m)(in[0], in[1], in[2], in[3]); },
      [m](const Tensors& in) {
        return m->weights(in[0], in[1], in[2], in.size() > 3 ? in[3] : Tensor());
      },
      [m](const Tensors& in, const Mask& mask) { return (*m)(in[0], in[1], in[2], mask); },
      [m](const Tensors& in, const Mask& mask) { return m->weights(in[0], in[1], in[2], mask); }};
}

/// Whether key j is beyond lengths [B] or [B, L_1]; never without any.
auto beyond(const std::optional<NdArray>& lengths) {
  return [lengths](int64_t b, int64_t i, int64_t j) {
    if (!lengths) return false;
    const double length = lengths->rank() == 1 ? lengths->at({b}) : lengths->at({b, i});
    return static_cast<double>(j) >= length;
  };
}

ModuleResult d2l_reference(const ModuleCall& c) {
  const double p = c.with.number("dropout");
  auto result = reference::multi_head_attention(
      {.query = projection(c.state, "W_q"),
       .key = projection(c.state, "W_k"),
       .value = projection(c.state, "W_v"),
       .output = projection(c.state, "W_o"),
       .heads = c.with.integer("num_heads"),
       .blocked = beyond(c.in.maybe(3)),
       .dropped =
           [&](const NdArray& weights) { return dropout_reference(weights, p, c.train, ""); }},
      c.in[0], c.in[1], c.in[2]);
  return {result.output, result.weights};
}

ModuleCase d2l_multi_head_attention_row() {
  const auto three = [](int64_t B, int64_t L_1, int64_t L_2) {
    return std::vector{any({B, L_1, 5}), any({B, L_2, 3}), any({B, L_2, 2})};
  };
  const auto with_lengths = [three](int64_t L_1, int64_t L_2, const Input& lengths) {
    std::vector<Input> inputs = three(2, L_1, L_2);
    inputs.push_back(lengths);
    return inputs;
  };
  const std::string letters =
      " where query_size = 5, key_size = 3, value_size = 2, D = 3, H = 2, B = 2, L_1 = 4";
  return {
      .name = "d2l_multi_head_attention",
      .inputs = {"queries", "keys", "values", "valid_lens?"},
      .arguments = {integer("query_size"), integer("key_size"), integer("value_size"),
                    integer("num_hiddens"), integer("num_heads"), number("dropout"),
                    flag("bias", false)},
      .build = build_d2l,
      .reference = d2l_reference,
      .num_parameters =
          [](const Attributes& with) {
            const int64_t D = with.integer("num_hiddens");
            return D * (with.integer("query_size") + with.integer("key_size") +
                        with.integer("value_size") + D) +
                   (with.flag("bias") ? 4 * D : 0);
          },
      .samples =
          {{d2l(), three(2, 4, 7)},
           {d2l({{"bias", false}}), three(3, 5, 2)},
           {d2l({{"num_heads", 6}}), with_lengths(4, 3, integers_of({2, 3}, {2}))},
           // A length for each query: 0, all, and more than there are.
           {d2l({{"num_heads", 1}}), with_lengths(3, 4, integers_of({0, 4, 1, 2, 9, 0}, {2, 3}))},
           {d2l(), with_lengths(4, 7, integers_of({0, 0}, {2}))},
           {.arguments = d2l({{"dropout", 0.5}}),
            .inputs = with_lengths(4, 7, integers_of({5, 3}, {2})),
            .train = true,
            .ordered = true},
           {.arguments = d2l({{"dropout", 0.25}}),
            .inputs = three(2, 4, 7),
            .train = true,
            .ordered = true},
           {d2l({{"dropout", 0.5}}), three(2, 4, 7)},
           {d2l(), three(2, 4, 1)},
           {d2l(), three(2, 1, 7)},
           {d2l(), three(0, 4, 7)},
           {d2l(), three(2, 0, 7)},
           {d2l(), three(2, 4, 0)},
           {.arguments = d2l({{"num_hiddens", 32}}), .inputs = three(4, 50, 60), .large = true}},
      .errors = {{d2l({{"num_hiddens", 100}, {"num_heads", 3}}),
                  {},
                  "D2LMultiHeadAttention: num_heads = 3 does not divide num_hiddens = 100"},
                 {d2l({{"query_size", 0}}),
                  {},
                  "D2LMultiHeadAttention: query_size must be at least 1, got 0"},
                 {d2l({{"key_size", -1}}),
                  {},
                  "D2LMultiHeadAttention: key_size must be at least 1, got -1"},
                 {d2l({{"value_size", 0}}),
                  {},
                  "D2LMultiHeadAttention: value_size must be at least 1, got 0"},
                 {d2l({{"dropout", 2}}),
                  {},
                  "D2LMultiHeadAttention: dropout must be in [0, 1], got 2"},
                 {d2l(),
                  {any({2, 4, 5}), any({2, 7, 5}), any({2, 7, 2})},
                  "D2LMultiHeadAttention: expected [B L_2 key_size], got [2, 7, 5]" + letters +
                      ", L_2 = 7 (in D2LMultiHeadAttention)"},
                 {d2l(),
                  {any({2, 4, 5}), any({2, 7, 3}), any({2, 6, 2})},
                  "D2LMultiHeadAttention: expected [B L_2 value_size], got [2, 6, 2]" + letters +
                      ", L_2 = 7 (in D2LMultiHeadAttention)"},
                 {d2l(), with_lengths(4, 7, integers_of({1, 2, 3}, {3})),
                  "Mask::lengths: must be [B] or [B, L_1] for scores [B, ..., L_1, L_2] of "
                  "[2, 2, 4, 7], got [3] (in D2LMultiHeadAttention)"},
                 {d2l(), with_lengths(4, 7, listed({1, 2}, {2})),
                  "Mask::lengths: lengths must be i64, got f32 [2]; write .to(DType::i64) "
                  "(in D2LMultiHeadAttention)"}},
      .attention = AttentionRoles{.query = 0, .keys = {1, 2}},
      .inert = {"W_k.bias"}};
}

ModuleCase prepare_for_multi_head_attention_row() {
  const auto sizes = [](int64_t d_model, int64_t heads, int64_t d_k, bool bias) {
    return Json{{"d_model", d_model}, {"heads", heads}, {"d_k", d_k}, {"bias", bias}};
  };
  return {.name = "prepare_for_multi_head_attention",
          .inputs = {"x"},
          .arguments = {integer("d_model"), integer("heads"), integer("d_k"), flag("bias")},
          .build =
              [](const Attributes& with) {
                return built<PrepareForMultiHeadAttention>(
                    call_with_one, with.integer("d_model"), with.integer("heads"),
                    with.integer("d_k"), bias_of(with, "bias"));
              },
          .reference = [](const ModuleCall& c) -> ModuleResult {
            NdArray y =
                reference::linear(c.in[0], c.state["linear.weight"], c.state.maybe("linear.bias"));
            y.shape.back() = c.with.integer("heads");
            y.shape.push_back(c.with.integer("d_k"));
            return {y};
          },
          .num_parameters =
              [](const Attributes& with) {
                return with.integer("heads") * with.integer("d_k") *
                       (with.integer("d_model") + (with.flag("bias") ? 1 : 0));
              },
          .samples = {{sizes(5, 2, 3, true), {any({4, 2, 5})}},
                      {sizes(5, 3, 2, false), {any({5})}},
                      {sizes(4, 2, 2, true), {any({2, 1, 3, 4})}},
                      {sizes(1, 1, 1, true), {any({1, 1})}},
                      {sizes(5, 2, 3, true), {any({0, 5})}},
                      {.arguments = sizes(64, 4, 16, true),
                       .inputs = {any({3, 200, 64})},
                       .large = true}},
          .errors = {{sizes(0, 2, 3, true),
                      {},
                      "PrepareForMultiHeadAttention: d_model must be at least 1, got 0"},
                     {sizes(5, 0, 3, true),
                      {},
                      "PrepareForMultiHeadAttention: heads must be at least 1, got 0"},
                     {sizes(5, 2, -3, true),
                      {},
                      "PrepareForMultiHeadAttention: d_k must be at least 1, got -3"},
                     {sizes(5, 2, 3, true),
                      {any({2, 4})},
                      "linear: needs x [..., in] and weight [out, in]: x [2, 4], weight [6, 5] "
                      "(in linear)"}}};
}

Json labml(const Json& more = Json::object()) {
  Json arguments = {{"heads", 2}, {"d_model", 6}, {"dropout_prob", 0.0}};
  arguments.update(more);
  return arguments;
}

BuiltModule build_labml(const Attributes& with) {
  const auto m = std::make_shared<LabmlMultiHeadAttention>(
      Slot::root(), with.integer("heads"), with.integer("d_model"), with.number("dropout_prob"),
      bias_of(with, "bias"));
  return {
      m, [m](const Tensors& in) { return (*m)(in[0], in[1], in[2], in[3]); },
      [m](const Tensors& in) {
        return m->weights(in[0], in[1], in[2], in.size() > 3 ? in[3] : Tensor());
      },
      [m](const Tensors& in, const Mask& mask) { return (*m)(in[0], in[1], in[2], mask); },
      [m](const Tensors& in, const Mask& mask) { return m->weights(in[0], in[1], in[2], mask); }};
}

/// [L, B, D] ⇄ [B, L, D]
NdArray swapped(const NdArray& x) {
  NdArray y = reference::filled({x.shape.at(1), x.shape.at(0), x.shape.at(2)}, 0);
  reference::for_each_index(y.shape, [&](const Index& at) {
    y.at(at) = x.at({at[1], at[0], at[2]});
  });
  return y;
}

ModuleResult labml_reference(const ModuleCall& c) {
  const double p = c.with.number("dropout_prob");
  const std::optional<NdArray> mask = c.in.maybe(3);
  auto result = reference::multi_head_attention(
      {.query = projection(c.state, "query.linear"),
       .key = projection(c.state, "key.linear"),
       .value = projection(c.state, "value.linear"),
       .output = projection(c.state, "output"),
       .heads = c.with.integer("heads"),
       .blocked =
           [&](int64_t b, int64_t i, int64_t j) {
             return mask && reference::broadcast_at(*mask, {i, j, b}) == 0;
           },
       .dropped =
           [&](const NdArray& weights) { return dropout_reference(weights, p, c.train, ""); }},
      swapped(c.in[0]), swapped(c.in[1]), swapped(c.in[2]));
  return {swapped(result.output), result.weights};
}

ModuleCase labml_multi_head_attention_row() {
  const auto three = [](int64_t B, int64_t L_1, int64_t L_2) {
    return std::vector{any({L_1, B, 6}), any({L_2, B, 6}), any({L_2, B, 6})};
  };
  const auto masked = [three](int64_t L_1, int64_t L_2, const Input& mask) {
    std::vector<Input> inputs = three(2, L_1, L_2);
    inputs.push_back(mask);
    return inputs;
  };
  return {
      .name = "labml_multi_head_attention",
      .inputs = {"query", "key", "value", "mask?"},
      .arguments = {integer("heads"), integer("d_model"), number("dropout_prob", 0.1),
                    flag("bias", true)},
      .build = build_labml,
      .reference = labml_reference,
      .num_parameters =
          [](const Attributes& with) {
            const int64_t D = with.integer("d_model");
            return 4 * D * D + (with.flag("bias") ? 4 : 2) * D;
          },
      .samples = {{labml(), three(2, 4, 7)},
                  {labml({{"bias", false}, {"heads", 3}}), three(3, 5, 2)},
                  {labml(), masked(3, 4, bools({3, 4, 2}))},
                  // One for the whole batch; the second query sees nothing.
                  {labml({{"heads", 6}}), masked(3, 2, listed({1, 1, 0, 0, 0.5, 0}, {3, 2, 1}))},
                  {labml({{"heads", 1}}),
                   masked(2, 2, integers_of({1, 0, 0, 1, 3, 1, 1, 0}, {2, 2, 2}))},
                  {labml(), masked(3, 4, bools_of(std::vector<double>(12, 0.0), {3, 4, 1}))},
                  {.arguments = labml({{"dropout_prob", 0.5}}),
                   .inputs = masked(4, 3, bools({4, 3, 1})),
                   .train = true,
                   .ordered = true},
                  {.arguments = {{"heads", 2}, {"d_model", 6}},
                   .inputs = three(2, 4, 7),
                   .train = true,
                   .ordered = true},
                  {{{"heads", 2}, {"d_model", 6}}, three(2, 4, 7)},
                  {labml(), three(2, 4, 1)},
                  {labml(), three(2, 1, 7)},
                  {labml(), three(0, 4, 7)},
                  {labml(), three(2, 0, 7)},
                  {labml(), three(2, 4, 0)},
                  {.arguments = labml(), .inputs = three(16, 50, 60), .large = true}},
      .errors =
          {{labml({{"d_model", 10}, {"heads", 4}}),
            {},
            "LabmlMultiHeadAttention: heads = 4 does not divide d_model = 10"},
           {labml({{"heads", 0}}), {}, "LabmlMultiHeadAttention: heads must be at least 1, got 0"},
           {labml({{"d_model", 0}}),
            {},
            "LabmlMultiHeadAttention: d_model must be at least 1, got 0"},
           {labml({{"dropout_prob", -0.5}}),
            {},
            "LabmlMultiHeadAttention: dropout_prob must be in [0, 1], got -0.5"},
           {labml(),
            {any({4, 2, 6}), any({7, 3, 6}), any({7, 3, 6})},
            "LabmlMultiHeadAttention: expected [L_2 B d_model], got [7, 3, 6] where d_model = 6, "
            "heads = 2, d_k = 3, L_1 = 4, B = 2, L_2 = 7 (in LabmlMultiHeadAttention)"},
           {labml(), masked(4, 7, bools({4, 7})),
            "Mask::block: the layout is [L_1, L_2, B], got [4, 7] (in LabmlMultiHeadAttention)"},
           {labml(), masked(4, 7, bools({7, 4, 1})),
            "Mask::block: shapes do not broadcast: [1, 1, 7, 4] and [2, 2, 4, 7] (7 != 4 at dim "
            "-2) "
            "(in LabmlMultiHeadAttention)"}},
      .attention = AttentionRoles{.query = 0, .keys = {1, 2}, .batch_dim = 1, .length_dim = 0},
      .inert = {"key.linear.bias"},
      .constants = {3}};
}

}  // namespace

ModuleTable document_modules() {
  return {my_multi_head_attention_row(), d2l_multi_head_attention_row(),
          prepare_for_multi_head_attention_row(), labml_multi_head_attention_row()};
}

}  // namespace heed::testing
