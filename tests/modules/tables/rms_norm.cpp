// Rows of modules/rms_norm.h.
#include "heed/modules/rms_norm.h"

#include "heed/tests/framework/ops/reference/normalization.h"
#include "heed/tests/modules/case/module_case.h"

namespace heed::testing {
namespace {

ModuleCase rms_norm_row() {
  return {
      .name = "rms_norm",
      .inputs = {"x"},
      .arguments = {integer("width"), number("eps", left_out)},
      .build =
          [](const Attributes& with) {
            const bool given = with.has("eps");
            return built<RMSNorm>(call_with_one, with.integer("width"),
                                  given ? std::optional(with.number("eps")) : std::nullopt);
          },
      .reference = [](const ModuleCall& c) -> ModuleResult {
        // Samples without eps have rows so far from zero that no machine epsilon is seen.
        const double eps = c.with.has("eps") ? c.with.number("eps") : 0;
        return {reference::rms_norm(c.in[0], {c.with.integer("width")}, c.state["weight"], eps)};
      },
      .num_parameters = [](const Attributes& with) { return with.integer("width"); },
      .samples = {{{{"width", 4}}, {any({2, 3, 4})}},
                  {{{"width", 4}, {"eps", 0.5}}, {any({3, 4})}},
                  {{{"width", 1}, {"eps", 0.25}}, {any({1, 1})}},
                  {{{"width", 4}}, {any({4})}},
                  {{{"width", 4}}, {any({0, 3, 4})}},
                  {.arguments = {{"width", 64}}, .inputs = {any({400, 64})}, .large = true}},
      .errors = {{{{"width", 0}}, {}, "RMSNorm: width must be at least 1, got 0"},
                 {{{"width", 4}},
                  {any({2, 3})},
                  "rms_norm: normalized_shape [4] is not the tail of x's shape [2, 3] "
                  "(in RMSNorm)"}},
      .aliases = {{"normalized_shape", "width"}},
      .tolerance = {.f32 = 1e-5, .gradient_f32 = 1e-5, .reason = "divides by a mean square"}};
}

}  // namespace

ModuleTable rms_norm_modules() {
  return {rms_norm_row()};
}

}  // namespace heed::testing
