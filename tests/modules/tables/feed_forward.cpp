// Rows of modules/feed_forward.h.
#include "heed/modules/feed_forward.h"

#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_options.h"
#include "heed/tests/modules/reference/layers.h"

namespace heed::testing {
namespace {

ModuleCase feed_forward_row() {
  return {
      .name = "feed_forward",
      .inputs = {"x"},
      .arguments = {integer("width"), integer("hidden"), text("activation", "gelu"),
                    number("dropout_p", 0.0), flag("bias", true)},
      .build =
          [](const Attributes& with) {
            return built<FeedForward>(call_with_one, with.integer("width"), with.integer("hidden"),
                                      activation_of(with, "activation"), with.number("dropout_p"),
                                      bias_of(with, "bias"));
          },
      .reference = [](const ModuleCall& c) -> ModuleResult {
        return {feed_forward_reference(c.state, c.in[0], c.with.text("activation"),
                                       c.with.number("dropout_p"), c.train, "")};
      },
      .num_parameters =
          [](const Attributes& with) {
            return feed_forward_parameters(with.integer("width"), with.integer("hidden"),
                                           with.text("activation"), with.flag("bias"));
          },
      .samples = {{{{"width", 3}, {"hidden", 5}}, {any({2, 4, 3})}},
                  {{{"width", 3}, {"hidden", 5}, {"activation", "relu"}}, {any({2, 4, 3})}},
                  {{{"width", 3}, {"hidden", 5}, {"activation", "relu_squared"}}, {any({2, 4, 3})}},
                  {{{"width", 3}, {"hidden", 5}, {"activation", "silu"}}, {any({2, 3})}},
                  {{{"width", 3}, {"hidden", 5}, {"activation", "swiglu"}}, {any({2, 4, 3})}},
                  {{{"width", 3}, {"hidden", 5}, {"activation", "swiglu"}, {"bias", false}},
                   {any({2, 3})}},
                  {{{"width", 3}, {"hidden", 5}, {"bias", false}}, {any({2, 4, 3})}},
                  {{{"width", 3}, {"hidden", 5}, {"dropout_p", 0.5}}, {any({2, 4, 3})}, true},
                  {{{"width", 1}, {"hidden", 1}}, {any({1, 1})}},
                  {{{"width", 3}, {"hidden", 5}}, {any({0, 4, 3})}},
                  {.arguments = {{"width", 48}, {"hidden", 100}},
                   .inputs = {any({300, 48})},
                   .large = true}},
      .errors = {{{{"width", 3}, {"hidden", 0}}, {}, "Linear: out must be at least 1, got 0"},
                 {{{"width", 3}, {"hidden", 5}, {"activation", "tanh"}},
                  {},
                  "attribute \"activation\" must be one of \"relu\", \"relu_squared\", \"gelu\", "
                  "\"silu\", \"swiglu\", not \"tanh\""},
                 {{{"width", 3}, {"hidden", 5}},
                  {any({2, 4})},
                  "FeedForward: expected [... D_1], got [2, 4] where D_1 = 3, d_ff = 5 "
                  "(in FeedForward)"}}};
}

}  // namespace

ModuleTable feed_forward_modules() {
  return {feed_forward_row()};
}

}  // namespace heed::testing
