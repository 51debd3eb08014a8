// Rows of modules/linear.h.
#include "heed/modules/linear.h"

#include "heed/tests/framework/ops/reference/matmul.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_options.h"

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

}  // namespace

ModuleTable linear_modules() {
  return {linear_row()};
}

}  // namespace heed::testing
