// Rows of functions of one element.
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/tests/support/op_reference.h"
#include "heed/tests/support/op_rows.h"
#include "heed/tests/support/reference_elementwise.h"

namespace heed::testing {
namespace {

OpCase gelu_row() {
  OpCase row = {
      .name = "gelu",
      .inputs = {"x"},
      .attributes = {text("approximate", "none")},
      .call =
          [](auto& in, auto& with) {
            const std::string approximate = with.text("approximate");
            if (approximate != "none" && approximate != "tanh") {
              throw RequestError("gelu: approximate must be \"none\" or \"tanh\"");
            }
            return gelu(in[0],
                        approximate == "none" ? GeluApproximation::none : GeluApproximation::tanh);
          },
      .reference = [](auto& in,
                      auto& with) { return reference::gelu(in[0], with.text("approximate")); },
      .samples = any_shapes(any),
  };
  for (Sample& sample : any_shapes(any, {{"approximate", "tanh"}})) row.samples.push_back(sample);
  for (const char* approximate : {"none", "tanh"}) {
    row.samples.push_back({{listed({-30, -5, 0, 5, 30}, {5})}, {{"approximate", approximate}}});
  }
  return row;
}

/// Adds a sample of given values.
OpCase also(OpCase row, std::vector<double> values) {
  const auto count = static_cast<int64_t>(values.size());
  row.samples.push_back({{listed(std::move(values), {count})}});
  return row;
}

}  // namespace

OpTable function_ops() {
  OpTable table = {
      also(unary("exp", exp, reference::exp, any), {-30, 0, 3}),
      also(unary("log", log, reference::log, positive), {0.0009765625, 1, 1024}),
      also(unary("sqrt", sqrt, reference::sqrt, positive), {0.0625, 1, 1024}),
      also(unary("rsqrt", rsqrt, reference::rsqrt, positive), {0.0625, 1, 1024}),
      unary("square", square, reference::square, any),
      also(unary("tanh", tanh, reference::tanh, any), {-30, -5, 0, 5, 30}),
      also(unary("erf", erf, reference::erf, any), {-30, -5, 0, 5, 30}),
      unary("relu", relu, reference::relu, nonzero),
      also(unary("sigmoid", sigmoid, reference::sigmoid, any), {-30, -5, 0, 5, 30}),
      also(unary("silu", silu, reference::silu, any), {-30, -5, 0, 5, 30}),
      unary("neg", neg, reference::neg, any),
      gelu_row(),
  };
  for (OpCase& row : table) {
    if (row.name == "square" || row.name == "neg") row.dtypes.push_back(i64);
  }
  return table;
}

}  // namespace heed::testing
