// Rows of modules/position_table.h.
#include "heed/modules/position_table.h"

#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/reference/layers.h"

namespace heed::testing {
namespace {

ModuleCase positions_row(const std::string& name, BuiltModule (*build)(int64_t, int64_t),
                         const std::string& owner, bool learned) {
  return {.name = name,
          .inputs = {"x"},
          .arguments = {integer("max_length"), integer("width")},
          .build =
              [build](const Attributes& with) {
                return build(with.integer("max_length"), with.integer("width"));
              },
          .reference = [learned](const ModuleCall& c) -> ModuleResult {
            const int64_t length = c.with.integer("max_length"), width = c.with.integer("width");
            return {add_positions(
                c.in[0], learned ? c.state["weight"] : sinusoids_reference(length, width))};
          },
          .num_parameters =
              [learned](const Attributes& with) {
                return learned ? with.integer("max_length") * with.integer("width") : 0;
              },
          .samples = {{{{"max_length", 5}, {"width", 4}}, {any({2, 5, 4})}},
                      {{{"max_length", 5}, {"width", 3}}, {any({2, 2, 3})}},
                      {{{"max_length", 5}, {"width", 4}}, {any({2, 2, 3, 4})}},
                      {{{"max_length", 3}, {"width", 1}}, {any({1, 1})}},
                      {{{"max_length", 5}, {"width", 4}}, {any({0, 5, 4})}},
                      {{{"max_length", 5}, {"width", 4}}, {any({2, 0, 4})}},
                      {.arguments = {{"max_length", 100}, {"width", 64}},
                       .inputs = {any({8, 90, 64})},
                       .large = true}},
          .errors =
              {{{{"max_length", 5}, {"width", 0}}, {}, owner + ": width must be at least 1, got 0"},
               {{{"max_length", 5}, {"width", 4}},
                {any({2, 6, 4})},
                owner + ": expected [..., L, 4] with L up to 5, got [2, 6, 4] (in " + owner + ")"},
               {{{"max_length", 5}, {"width", 4}},
                {any({4})},
                owner + ": expected [..., L, 4] with L up to 5, got [4] (in " + owner + ")"}}};
}

}  // namespace

ModuleTable position_table_modules() {
  const auto learned = [](int64_t max_length, int64_t width) {
    return built<LearnedPositions>(call_with_one, max_length, width);
  };
  const auto sinusoidal = [](int64_t max_length, int64_t width) {
    return built<SinusoidalPositions>(call_with_one, max_length, width);
  };
  return {positions_row("learned_positions", learned, "LearnedPositions", true),
          positions_row("sinusoidal_positions", sinusoidal, "SinusoidalPositions", false)};
}

}  // namespace heed::testing
