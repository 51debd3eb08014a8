// Rows of framework/ops/mask.h.
#include "heed/framework/ops/mask.h"

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/mask.h"

namespace heed::testing {
namespace {

OpCase masked_softmax_row() {
  return {
      .name = "masked_softmax",
      .inputs = {"x", "blocked"},
      .attributes = {integer("dim", -1)},
      .call = [](auto& in,
                 auto& with) { return masked_softmax(in[0], in[1], with.integer("dim")); },
      .reference =
          [](auto& in, auto& with) {
            return reference::masked_softmax(in[0], in[1], with.integer("dim"));
          },
      .samples = {{{any({2, 3, 4}), bools({2, 3, 4})}},
                  {{any({2, 3, 4}), bools({4})}, {{"dim", 1}}},
                  {{any({2, 3, 4}), bools({3, 1})}, {{"dim", -1}}},
                  {{any({2, 3}), bools_of({1, 1, 1, 0, 1, 0}, {2, 3})}},
                  {{any({2, 3}), bools_of({1}, {1, 1})}},
                  {{any({2, 3}), bools_of({0}, {})}},
                  {{any({}), bools_of({0}, {})}},
                  {{any({}), bools_of({1}, {})}},
                  {{any({2, 0}), bools({2, 0})}},
                  {{any({0, 3}), bools({3})}},
                  {{listed({1000, 999, -1000, 5, 6, 7}, {2, 3}),
                    bools_of({0, 0, 1, 1, 0, 0}, {2, 3})}},
                  {{any({90, 400}), bools({90, 400})}}},
      .errors = {{{of_type(f32, {2, 3}), of_type(f32, {2, 3})},
                  {},
                  "masked_softmax: the mask must be bool, got f32 [2, 3]; write "
                  ".to(DType::boolean)"},
                 {{of_type(f32, {3}), bools({2, 3})},
                  {},
                  "masked_softmax: [2, 3] does not broadcast to the scores' [3]"},
                 {{of_type(f32, {2, 3}), bools({3})},
                  {{"dim", 2}},
                  "masked_softmax: dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"}},
      .no_golden_case = "PyTorch has no such op",
  };
}

}  // namespace

OpTable mask_ops() {
  return {masked_softmax_row()};
}

}  // namespace heed::testing
