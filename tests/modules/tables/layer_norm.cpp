// Rows of modules/layer_norm.h.
#include "heed/modules/layer_norm.h"

#include "heed/tests/framework/ops/reference/normalization.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_options.h"

namespace heed::testing {
namespace {

ModuleCase layer_norm_row() {
  return {.name = "layer_norm",
          .inputs = {"x"},
          .arguments = {integer("width"), number("eps", 1e-5), flag("bias", true)},
          .build =
              [](const Attributes& with) {
                return built<LayerNorm>(call_with_one, with.integer("width"), with.number("eps"),
                                        bias_of(with, "bias"));
              },
          .reference = [](const ModuleCall& c) -> ModuleResult {
            return {reference::layer_norm(c.in[0], {c.with.integer("width")}, c.state["weight"],
                                          c.state.maybe("bias"), c.with.number("eps"))};
          },
          .num_parameters =
              [](const Attributes& with) {
                return with.integer("width") * (with.flag("bias") ? 2 : 1);
              },
          .samples = {{{{"width", 4}}, {any({2, 3, 4})}},
                      {{{"width", 4}, {"eps", 0.5}}, {any({3, 4})}},
                      {{{"width", 4}, {"bias", false}}, {any({2, 3, 4})}},
                      {{{"width", 1}}, {any({1, 1})}},
                      {{{"width", 4}}, {any({4})}},
                      {{{"width", 4}}, {any({0, 3, 4})}},
                      {.arguments = {{"width", 64}}, .inputs = {any({400, 64})}, .large = true}},
          .errors = {{{{"width", 0}}, {}, "LayerNorm: width must be at least 1, got 0"},
                     {{{"width", 4}},
                      {any({2, 3})},
                      "layer_norm: normalized_shape [4] is not the tail of x's shape [2, 3] "
                      "(in LayerNorm)"}},
          .aliases = {{"normalized_shape", "width"}},
          .tolerance = {.f32 = 1e-5, .gradient_f32 = 1e-5, .reason = "divides by a deviation"}};
}

}  // namespace

ModuleTable layer_norm_modules() {
  return {layer_norm_row()};
}

}  // namespace heed::testing
