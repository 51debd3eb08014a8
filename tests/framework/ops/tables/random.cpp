// Rows of random ops: with a seed they are functions like others.
#include "heed/framework/ops/random.h"
#include "heed/tests/framework/ops/case/op_reference.h"
#include "heed/tests/framework/ops/case/op_rows.h"

namespace heed::testing {

OpTable random_ops() {
  OpTable table = {{
      .name = "dropout",
      .inputs = {"x"},
      .attributes = {number("p", 0.5), integer("seed", 0)},
      .call =
          [](auto& in, auto& with) {
            const auto seed = static_cast<uint64_t>(with.integer("seed"));
            return dropout(in[0], with.number("p"), RandomStream{seed, 0});
          },
      .reference =
          [](auto& in, auto& with) {
            return reference::dropout(in[0], with.number("p"),
                                      static_cast<uint64_t>(with.integer("seed")));
          },
      .samples = any_shapes(any, {{"p", 0.25}, {"seed", 7}}),
      .errors = {{{of_type(f32, {2})}, {{"p", -0.5}}, "dropout: p must be in [0, 1], got -0.5"},
                 {{of_type(f32, {2})}, {{"p", "NaN"}}, "dropout: p must be in [0, 1], got nan"}},
  }};
  for (const double p : {0.0, 0.5, 1.0}) {
    table[0].samples.push_back({{any({3, 5})}, {{"p", p}, {"seed", 123456789012345}}});
  }
  return table;
}

}  // namespace heed::testing
