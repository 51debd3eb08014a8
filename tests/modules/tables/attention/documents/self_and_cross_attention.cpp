// Rows of the documents' attentions with one packed projection: SelfAttention, CrossAttention.
#include "heed/modules/attention/documents/cross_attention.h"
#include "heed/modules/attention/documents/self_attention.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/reference/attention.h"

namespace heed::testing {
namespace {

using reference::NdArray;

/// Third number `part` of the rows of a packed projection.
reference::Projection part_of(const ModuleState& state, int64_t part, int64_t rows) {
  const NdArray &weight = state["qkv.weight"], &bias = state["qkv.bias"];
  reference::Projection third{reference::filled({rows, weight.shape.at(1)}, 0),
                              reference::filled({rows}, 0)};
  reference::for_each_index(third.weight.shape, [&](const reference::Index& at) {
    third.weight.at(at) = weight.at({part * rows + at[0], at[1]});
    third.bias->at({at[0]}) = bias.at({part * rows + at[0]});
  });
  return third;
}

/// `mask` is [N, T_kv, T_q].
ModuleResult packed_reference(const ModuleCall& c, const NdArray& q_seq, const NdArray& kv_seq,
                              const std::optional<NdArray>& mask) {
  const int64_t rows = c.with.integer("hidden_size");
  const double blocked = c.with.number("mask_value");
  auto result = reference::multi_head_attention(
      {.query = part_of(c.state, 0, rows),
       .key = part_of(c.state, 1, rows),
       .value = part_of(c.state, 2, rows),
       .output = {c.state["out_proj.weight"], c.state["out_proj.bias"]},
       .heads = c.with.integer("num_head"),
       .blocked =
           [&](int64_t b, int64_t i, int64_t j) {
             return mask && mask->at({b, j, i}) == blocked;
           }},
      q_seq, kv_seq, kv_seq);
  return {result.output, result.weights};
}

const std::vector<Attribute> packed_arguments = {integer("input_size"), integer("hidden_size"),
                                                 integer("num_head"), number("mask_value", 0)};

int64_t packed_parameters(const Attributes& with) {
  const int64_t input = with.integer("input_size"), hidden = with.integer("hidden_size");
  return 3 * hidden * (input + 1) + input * (hidden + 1);
}

Json packed_sizes(int64_t input_size, int64_t hidden_size, int64_t num_head) {
  return {{"input_size", input_size}, {"hidden_size", hidden_size}, {"num_head", num_head}};
}
Json sizes_blocked_by(double mask_value) {
  Json arguments = packed_sizes(5, 6, 2);
  arguments["mask_value"] = mask_value;
  return arguments;
}

std::vector<ModuleErrorCase> constructor_errors(const std::string& name) {
  return {{packed_sizes(5, 10, 4), {}, name + ": num_head = 4 does not divide hidden_size = 10"},
          {packed_sizes(0, 6, 2), {}, name + ": input_size must be at least 1, got 0"},
          {packed_sizes(5, 0, 2), {}, name + ": hidden_size must be at least 1, got 0"},
          {packed_sizes(5, 6, 0), {}, name + ": num_head must be at least 1, got 0"}};
}

constexpr const char* letters =
    " where input_size = 5, hidden_size = 6, num_head = 2, dim_per_head = 3, B = 2, ";

ModuleCase self_attention_row() {
  ModuleCase row{
      .name = "self_attention",
      .inputs = {"x", "mask?"},
      .arguments = packed_arguments,
      .build = [](const Attributes& with) -> BuiltModule {
        const auto m = std::make_shared<SelfAttention>(
            Slot::root(), with.integer("input_size"), with.integer("hidden_size"),
            with.integer("num_head"), with.number("mask_value"));
        return {
            m, [m](const Tensors& in) { return (*m)(in[0], in[1]); },
            [m](const Tensors& in) { return m->weights(in[0], in.size() > 1 ? in[1] : Tensor()); },
            [m](const Tensors& in, const Mask& mask) { return (*m)(in[0], mask); },
            [m](const Tensors& in, const Mask& mask) { return m->weights(in[0], mask); }};
      },
      .reference =
          [](const ModuleCall& c) { return packed_reference(c, c.in[0], c.in[0], c.in.maybe(1)); },
      .num_parameters = packed_parameters,
      .samples = {{packed_sizes(5, 6, 2), {any({2, 4, 5})}},
                  {packed_sizes(4, 4, 4), {any({4, 4, 4})}},
                  {packed_sizes(3, 8, 1), {any({3, 2, 3})}},
                  {packed_sizes(5, 6, 2), {any({2, 4, 5}), bools({2, 4, 4})}},
                  {sizes_blocked_by(1), {any({2, 3, 5}), bools({2, 3, 3})}},
                  {sizes_blocked_by(1), {any({2, 3, 5})}},
                  // Only −1 blocks; keys are rows. The last query of the second sees nothing.
                  {sizes_blocked_by(-1),
                   {any({2, 2, 5}), listed({0, -1, 0.5, -1, 1, -1, -1, -1}, {2, 2, 2})}},
                  {sizes_blocked_by(2),
                   {any({2, 2, 5}), integers_of({0, 2, 1, 2, 2, 1, 2, 3}, {2, 2, 2})}},
                  {sizes_blocked_by(2), {any({2, 3, 5}), bools({2, 3, 3})}},
                  {packed_sizes(1, 1, 1), {any({1, 1, 1})}},
                  {packed_sizes(5, 6, 2), {any({0, 4, 5})}},
                  {packed_sizes(5, 6, 2), {any({2, 0, 5}), bools({2, 0, 0})}},
                  {.arguments = packed_sizes(24, 32, 4),
                   .inputs = {any({4, 60, 24})},
                   .large = true}},
      .errors = constructor_errors("SelfAttention"),
      .attention = AttentionRoles{.query = 0, .keys = {0}},
      .constants = {1}};
  row.errors.push_back({packed_sizes(5, 6, 2),
                        {any({2, 4, 6})},
                        std::string("SelfAttention: expected [B L input_size], got [2, 4, 6]") +
                            letters + "L = 4 (in SelfAttention)"});
  row.errors.push_back({packed_sizes(5, 6, 2),
                        {any({2, 4, 5}), bools({4, 4})},
                        "Mask::block: the layout is [B, L_2, L_1], got [4, 4] (in SelfAttention)"});
  return row;
}

ModuleCase cross_attention_row() {
  ModuleCase row{
      .name = "cross_attention",
      .inputs = {"q_seq", "kv_seq", "mask?"},
      .arguments = packed_arguments,
      .build = [](const Attributes& with) -> BuiltModule {
        const auto m = std::make_shared<CrossAttention>(
            Slot::root(), with.integer("input_size"), with.integer("hidden_size"),
            with.integer("num_head"), with.number("mask_value"));
        return {
            m, [m](const Tensors& in) { return (*m)(in[0], in[1], in[2]); },
            [m](const Tensors& in) {
              return m->weights(in[0], in[1], in.size() > 2 ? in[2] : Tensor());
            },
            [m](const Tensors& in, const Mask& mask) { return (*m)(in[0], in[1], mask); },
            [m](const Tensors& in, const Mask& mask) { return m->weights(in[0], in[1], mask); }};
      },
      .reference =
          [](const ModuleCall& c) { return packed_reference(c, c.in[0], c.in[1], c.in.maybe(2)); },
      .num_parameters = packed_parameters,
      .samples = {{packed_sizes(5, 6, 2), {any({2, 4, 5}), any({2, 7, 5})}},
                  {packed_sizes(4, 4, 4), {any({4, 4, 4}), any({4, 4, 4})}},
                  {packed_sizes(3, 8, 1), {any({3, 5, 3}), any({3, 2, 3})}},
                  {packed_sizes(5, 6, 2), {any({2, 4, 5}), any({2, 3, 5}), bools({2, 3, 4})}},
                  {sizes_blocked_by(1), {any({2, 2, 5}), any({2, 3, 5}), bools({2, 3, 2})}},
                  {sizes_blocked_by(1), {any({2, 2, 5}), any({2, 3, 5})}},
                  // Only −1 blocks; keys are rows. The second query sees nothing.
                  {sizes_blocked_by(-1),
                   {any({1, 2, 5}), any({1, 3, 5}), listed({0, -1, 0.5, -1, -1, -1}, {1, 3, 2})}},
                  {sizes_blocked_by(2),
                   {any({1, 2, 5}), any({1, 3, 5}), integers_of({2, 0, 1, 2, 3, 2}, {1, 3, 2})}},
                  {packed_sizes(5, 6, 2), {any({2, 4, 5}), any({2, 1, 5})}},
                  {packed_sizes(5, 6, 2), {any({2, 1, 5}), any({2, 7, 5})}},
                  {packed_sizes(1, 1, 1), {any({1, 1, 1}), any({1, 1, 1})}},
                  {packed_sizes(5, 6, 2), {any({0, 4, 5}), any({0, 7, 5})}},
                  {packed_sizes(5, 6, 2), {any({2, 0, 5}), any({2, 7, 5})}},
                  {packed_sizes(5, 6, 2), {any({2, 4, 5}), any({2, 0, 5}), bools({2, 0, 4})}},
                  {.arguments = packed_sizes(24, 32, 4),
                   .inputs = {any({4, 50, 24}), any({4, 60, 24})},
                   .large = true}},
      .errors = constructor_errors("CrossAttention"),
      .attention = AttentionRoles{},
      .constants = {2}};
  row.errors.push_back({packed_sizes(5, 6, 2),
                        {any({2, 4, 5}), any({3, 7, 5})},
                        std::string("CrossAttention: expected [B L_2 input_size], got [3, 7, 5]") +
                            letters + "L_1 = 4 (in CrossAttention)"});
  row.errors.push_back(
      {packed_sizes(5, 6, 2),
       {any({2, 4, 5}), any({2, 7, 5}), bools({2, 4, 7})},
       "Mask::block: shapes do not broadcast: [2, 1, 7, 4] and [2, 2, 4, 7] (7 != 4 at dim -2) "
       "(in CrossAttention)"});
  return row;
}

}  // namespace

ModuleTable self_and_cross_attention_modules() {
  return {self_attention_row(), cross_attention_row()};
}

}  // namespace heed::testing
