// Rows of modules/attention/my_mha.h.
#include "heed/modules/attention/my_mha.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/reference/layers.h"

namespace heed::testing {
namespace {

Json sizes(int64_t D_1, int64_t D_2, int64_t D_qk, int64_t D_v, int64_t H) {
  return {{"D_1", D_1}, {"D_2", D_2}, {"D_qk", D_qk}, {"D_v", D_v}, {"H", H}};
}

BuiltModule build_my_mha(const Attributes& with) {
  const auto m =
      std::make_shared<MyMHA>(Slot::root(), with.integer("D_1"), with.integer("D_2"),
                              with.integer("D_qk"), with.integer("D_v"), with.integer("H"));
  return {m, [m](const Tensors& in) { return (*m)(in[0], in[1]); },
          [m](const Tensors& in) { return m->weights(in[0], in[1]); }};
}

ModuleCase my_mha_row() {
  const std::string letters = "where D_1 = 5, D_2 = 6, D_qk = 3, D_v = 4, H = 2";
  return {
      .name = "my_mha",
      .inputs = {"x1", "x2"},
      .arguments = {integer("D_1"), integer("D_2"), integer("D_qk"), integer("D_v"), integer("H")},
      .build = build_my_mha,
      .reference =
          [](const ModuleCall& c) {
            return my_mha_reference(c.state, c.in[0], c.in[1], c.with.integer("H"));
          },
      .num_parameters =
          [](const Attributes& with) {
            const int64_t D_1 = with.integer("D_1"), D_2 = with.integer("D_2");
            const int64_t D_qk = with.integer("D_qk"), D_v = with.integer("D_v");
            return with.integer("H") * (D_1 * D_qk + D_2 * D_qk + D_2 * D_v + D_v * D_1);
          },
      .samples = {{sizes(5, 6, 3, 4, 2), {any({2, 4, 5}), any({2, 7, 6})}},
                  // All sizes of a kind equal: what only permutes axes goes through.
                  {sizes(4, 4, 4, 4, 4), {any({4, 4, 4}), any({4, 4, 4})}},
                  {sizes(3, 2, 1, 2, 1), {any({2, 3, 3}), any({2, 4, 2})}},
                  {sizes(5, 6, 3, 4, 2), {any({2, 4, 5}), any({2, 1, 6})}},
                  {sizes(5, 6, 3, 4, 2), {any({2, 1, 5}), any({2, 7, 6})}},
                  {sizes(1, 1, 1, 1, 1), {any({1, 1, 1}), any({1, 1, 1})}},
                  {sizes(5, 6, 3, 4, 2), {any({0, 4, 5}), any({0, 7, 6})}},
                  {sizes(5, 6, 3, 4, 2), {any({2, 0, 5}), any({2, 7, 6})}},
                  {sizes(5, 6, 3, 4, 2), {any({2, 4, 5}), any({2, 0, 6})}},
                  // Scores of a thousand and more: exp overflows unless it is shifted.
                  {.arguments = sizes(1, 1, 1, 1, 1),
                   .inputs = {listed({60, -50, 70}, {1, 3, 1}), listed({64, -64, 32}, {1, 3, 1})},
                   .smooth = false},
                  {.arguments = sizes(32, 48, 16, 8, 4),
                   .inputs = {any({4, 50, 32}), any({4, 60, 48})},
                   .large = true}},
      .errors = {{sizes(0, 6, 3, 4, 2), {}, "MyMHA: D_1 must be at least 1, got 0"},
                 {sizes(5, 0, 3, 4, 2), {}, "MyMHA: D_2 must be at least 1, got 0"},
                 {sizes(5, 6, -3, 4, 2), {}, "MyMHA: D_qk must be at least 1, got -3"},
                 {sizes(5, 6, 3, -4, 2), {}, "MyMHA: D_v must be at least 1, got -4"},
                 {sizes(5, 6, 3, 4, -2), {}, "MyMHA: H must be at least 1, got -2"},
                 {sizes(5, 6, 3, 4, 2),
                  {any({2, 4, 6}), any({2, 7, 6})},
                  "MyMHA: expected [B L_1 D_1], got [2, 4, 6] " + letters +
                      ", B = 2, L_1 = 4 (in MyMHA)"},
                 {sizes(5, 6, 3, 4, 2),
                  {any({2, 4, 5}), any({3, 7, 6})},
                  "MyMHA: expected [B L_2 D_2], got [3, 7, 6] " + letters +
                      ", B = 2, L_1 = 4 (in MyMHA)"},
                 {sizes(5, 6, 3, 4, 2),
                  {any({4, 5}), any({2, 7, 6})},
                  "MyMHA: expected [B L_1 D_1], got [4, 5] " + letters +
                      ", B = 4, L_1 = 5 (in MyMHA)"},
                 {sizes(5, 6, 3, 4, 2),
                  {of_type(DType::i64, {2, 4, 5}), any({2, 7, 6})},
                  "linear: dtypes differ: i64 [2, 4, 5] and f32 [6, 5]; write .to(DType::i64) on "
                  "the second or .to(DType::f32) on the first (in W_Q)"}},
      .attention = AttentionRoles{}};
}

}  // namespace

ModuleTable my_mha_modules() {
  return {my_mha_row()};
}

}  // namespace heed::testing
