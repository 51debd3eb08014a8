// Rows of modules/attention/documents/prepare_for_multi_head_attention.h.
#include "heed/modules/attention/documents/prepare_for_multi_head_attention.h"

#include "heed/tests/framework/ops/reference/matmul.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_options.h"

namespace heed::testing {
namespace {

using reference::NdArray;

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

}  // namespace

ModuleTable prepare_for_multi_head_attention_modules() {
  return {prepare_for_multi_head_attention_row()};
}

}  // namespace heed::testing
