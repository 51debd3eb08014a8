// Rows of modules/attention/documents/my_multi_head_attention.h.
#include "heed/modules/attention/documents/my_multi_head_attention.h"

#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_options.h"
#include "heed/tests/modules/reference/attention.h"
#include "heed/tests/modules/reference/layers.h"

namespace heed::testing {
namespace {

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

}  // namespace

ModuleTable my_multi_head_attention_modules() {
  return {my_multi_head_attention_row()};
}

}  // namespace heed::testing
