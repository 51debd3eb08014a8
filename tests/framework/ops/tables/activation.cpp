// Rows of framework/ops/activation.h.
#include "heed/framework/ops/activation.h"

#include <cmath>

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/activation.h"

namespace heed::testing {
namespace {

double log_sigmoid_of(double v) {
  return v < 0 ? v - std::log1p(std::exp(v)) : -std::log1p(std::exp(-v));
}

double hardsigmoid_of(double v) {
  return v > 3 ? 1 : v < -3 ? 0 : v / 6 + 0.5;
}

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
      .reference =
          [](auto& in, auto& with) {
            const bool exact = with.text("approximate") == "none";
            return reference::each(in[0], exact ? reference::gelu : reference::gelu_tanh);
          },
      .samples = any_shapes(any),
  };
  for (Sample& sample : any_shapes(any, {{"approximate", "tanh"}})) row.samples.push_back(sample);
  for (const char* approximate : {"none", "tanh"}) {
    row.samples.push_back({{listed({-30, -5, 0, 5, 30}, {5})}, {{"approximate", approximate}}});
  }
  return row;
}

OpCase relu_squared_row() {
  OpCase row = unary("relu_squared", relu_squared, reference::relu_squared, nonzero);
  row.samples.push_back({{listed({-2, 0, 1000}, {3})}, {}, /*smooth=*/false});
  return row;
}

OpCase soft_cap_row() {
  OpCase row = unary_with(
      "soft_cap", {number("cap", 30)},
      [](auto& x, auto& with) { return soft_cap(x, with.number("cap")); },
      [](double v, auto& with) {
        const double cap = with.number("cap");
        return cap * std::tanh(v / cap);
      },
      any, {{{"cap", 2}}, {{"cap", 0.25}}});
  row.samples.push_back({{listed({-1000, -30, 0, 30, 1000}, {5})}});
  for (const int cap : {0, -1}) {
    row.errors.push_back({{of_type(f32, {2})},
                          {{"cap", cap}},
                          "soft_cap: cap must be above 0 and finite, got " + std::to_string(cap)});
  }
  return row;
}

OpCase softplus_row() {
  OpCase row = unary_with(
      "softplus", {number("beta", 1), number("threshold", 20)},
      [](auto& x, auto& with) {
        return softplus(x, with.number("beta"), with.number("threshold"));
      },
      [](double v, auto& with) {
        const double beta = with.number("beta");
        return v * beta > with.number("threshold") ? v : std::log1p(std::exp(v * beta)) / beta;
      },
      any, {{{"beta", 2}}, {{"beta", 0.5}, {"threshold", 0.3}}});
  row.samples.push_back({{listed({-30, -5, 0, 19, 21, 1000}, {6})}});
  return row;
}

OpCase leaky_relu_row() {
  return unary_with(
      "leaky_relu", {number("negative_slope", 0.01)},
      [](auto& x, auto& with) { return leaky_relu(x, with.number("negative_slope")); },
      [](double v, auto& with) { return v > 0 ? v : with.number("negative_slope") * v; }, nonzero,
      {{{"negative_slope", 0.5}}, {{"negative_slope", -1}}});
}

OpCase elu_row() {
  OpCase row = unary_with(
      "elu", {number("alpha", 1)}, [](auto& x, auto& with) { return elu(x, with.number("alpha")); },
      [](double v, auto& with) { return v > 0 ? v : with.number("alpha") * std::expm1(v); },
      nonzero, {{{"alpha", 2}}});
  row.samples.push_back({{listed({-30, -5, 5, 1000}, {4})}});
  return row;
}

}  // namespace

OpTable activation_ops() {
  return {
      unary("relu", relu, reference::relu, nonzero),
      relu_squared_row(),
      soft_cap_row(),
      with_values(unary("sigmoid", sigmoid, reference::sigmoid, any), {-30, -5, 0, 5, 30}),
      with_values(unary("silu", silu, reference::silu, any), {-30, -5, 0, 5, 30}),
      gelu_row(),
      with_values(unary("log_sigmoid", log_sigmoid, log_sigmoid_of, any), {-800, -5, 0, 5, 800}),
      with_values(unary("logsigmoid", logsigmoid, log_sigmoid_of, any), {-800, -5, 0, 5, 800}),
      with_values(
          unary(
              "mish", mish, [](double v) { return v * std::tanh(std::log1p(std::exp(v))); }, any),
          {-30, -5, 0, 5, 30, 100}),
      with_values(unary("hardsigmoid", hardsigmoid, hardsigmoid_of, any), {-30, -2.5, 2.5, 30}),
      with_values(unary(
                      "hardswish", hardswish, [](double v) { return v * hardsigmoid_of(v); }, any),
                  {-30, -2.5, 2.5, 30}),
      unary(
          "softsign", softsign, [](double v) { return v / (1 + std::abs(v)); }, nonzero),
      softplus_row(),
      leaky_relu_row(),
      elu_row(),
  };
}

}  // namespace heed::testing
