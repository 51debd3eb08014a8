// Rows of modules/attention/documents/d2l_multi_head_attention.h.
#include "heed/modules/attention/documents/d2l_multi_head_attention.h"

#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_options.h"
#include "heed/tests/modules/reference/attention.h"
#include "heed/tests/modules/reference/layers.h"

namespace heed::testing {
namespace {

using reference::NdArray;

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

}  // namespace

ModuleTable d2l_multi_head_attention_modules() {
  return {d2l_multi_head_attention_row()};
}

}  // namespace heed::testing
