// Rows of modules/attention/documents/labml_multi_head_attention.h.
#include "heed/modules/attention/documents/labml_multi_head_attention.h"

#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_options.h"
#include "heed/tests/modules/reference/attention.h"
#include "heed/tests/modules/reference/layers.h"

namespace heed::testing {
namespace {

using reference::Index;
using reference::NdArray;

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

ModuleTable labml_multi_head_attention_modules() {
  return {labml_multi_head_attention_row()};
}

}  // namespace heed::testing
