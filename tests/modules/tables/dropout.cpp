// Rows of modules/dropout.h.
#include "heed/modules/dropout.h"

#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/reference/layers.h"

namespace heed::testing {
namespace {

ModuleCase dropout_row() {
  return {
      .name = "dropout",
      .inputs = {"x"},
      .arguments = {number("p")},
      .build =
          [](const Attributes& with) { return built<Dropout>(call_with_one, with.number("p")); },
      .reference = [](const ModuleCall& c) -> ModuleResult {
        return {dropout_reference(c.in[0], c.with.number("p"), c.train, "")};
      },
      .num_parameters = [](const Attributes&) { return int64_t{0}; },
      .samples =
          {{{{"p", 0.5}}, {any({2, 3, 4})}, true},
           {{{"p", 0.5}}, {any({2, 3, 4})}},
           {{{"p", 0.25}}, {any({3, 5})}, true},
           {{{"p", 0}}, {any({3, 5})}, true},
           {{{"p", 1}}, {any({3, 5})}, true},
           {{{"p", 0.5}}, {any({1, 1})}, true},
           {{{"p", 0.5}}, {any({0, 5})}, true},
           {.arguments = {{"p", 0.1}}, .inputs = {any({300, 100})}, .train = true, .large = true}},
      .errors = {{{{"p", 1.5}}, {}, "Dropout: p must be in [0, 1], got 1.5"},
                 {{{"p", -0.5}}, {}, "Dropout: p must be in [0, 1], got -0.5"},
                 {{{"p", "NaN"}}, {}, "Dropout: p must be in [0, 1], got nan"}}};
}

}  // namespace

ModuleTable dropout_modules() {
  return {dropout_row()};
}

}  // namespace heed::testing
