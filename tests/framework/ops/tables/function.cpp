// Rows of functions of one element.
#include <cmath>

#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/tests/framework/ops/case/op_reference.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/elementwise.h"

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

using reference::each;

double sign_of(double v) {
  return v > 0 ? 1 : v < 0 ? -1 : 0;
}
double log_sigmoid_of(double v) {
  return v < 0 ? v - std::log1p(std::exp(v)) : -std::log1p(std::exp(-v));
}
double larger(double a, double b) {
  return a > b ? a : b;
}
double smaller(double a, double b) {
  return a < b ? a : b;
}

/// The reference of an op of one element.
template <double (*f)(double)>
reference::NdArray for_each_element(const reference::NdArray& x) {
  return each(x, f);
}
double expm1_of(double v) {
  return std::expm1(v);
}
double log1p_of(double v) {
  return std::log1p(v);
}
double reciprocal_of(double v) {
  return 1 / v;
}
double sin_of(double v) {
  return std::sin(v);
}
double cos_of(double v) {
  return std::cos(v);
}
double abs_of(double v) {
  return v < 0 ? -v : v;
}
double floor_of(double v) {
  return std::floor(v);
}

reference::NdArray round_half_even(const reference::NdArray& x) {
  return each(x, [](double v) {
    const double down = std::floor(v), rest = v - down;
    if (rest != 0.5) return rest < 0.5 ? down : down + 1;
    return std::fmod(down, 2) == 0 ? down : down + 1;
  });
}

/// A row for an op of one input and numbers beside it.
template <class Call, class Naive>
OpCase with_numbers(const std::string& name, std::vector<Attribute> attributes, Call call,
                    Naive naive, Domain domain, const std::vector<Json>& settings) {
  OpCase row = {
      .name = name,
      .inputs = {"x"},
      .attributes = std::move(attributes),
      .call = [call](auto& in, auto& with) { return call(in[0], with); },
      .reference =
          [naive](auto& in, auto& with) {
            return each(in[0], [&](double v) { return naive(v, with); });
          },
      .samples = any_shapes(domain),
  };
  for (const Json& setting : settings) {
    for (const Sample& sample : any_shapes(domain, setting)) row.samples.push_back(sample);
  }
  return row;
}

/// A row for an op with steps: differences are taken between them.
OpCase stepped(const std::string& name, UnaryOp call, UnaryReference naive_step) {
  OpCase row = unary(name, call, naive_step, any);
  for (Sample& sample : row.samples) sample.smooth = false;
  row.samples.push_back({{listed({-1.5, -0.5, 0.5, 1.5, 2.5, 1, -2}, {7})}, {}, false});
  row.samples.push_back({{listed({-1.75, -0.25, 0.25, 0.75, 2.125}, {5})}});
  return row;
}

OpCase softplus_row() {
  OpCase row = with_numbers(
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
  return with_numbers(
      "leaky_relu", {number("negative_slope", 0.01)},
      [](auto& x, auto& with) { return leaky_relu(x, with.number("negative_slope")); },
      [](double v, auto& with) { return v > 0 ? v : with.number("negative_slope") * v; }, nonzero,
      {{{"negative_slope", 0.5}}, {{"negative_slope", -1}}});
}

OpCase elu_row() {
  OpCase row = with_numbers(
      "elu", {number("alpha", 1)}, [](auto& x, auto& with) { return elu(x, with.number("alpha")); },
      [](double v, auto& with) { return v > 0 ? v : with.number("alpha") * std::expm1(v); },
      nonzero, {{{"alpha", 2}}});
  row.samples.push_back({{listed({-30, -5, 5, 1000}, {4})}});
  return row;
}

OpCase clamp_row() {
  OpCase row = with_numbers(
      "clamp", {number("min", left_out), number("max", left_out)},
      [](auto& x, auto& with) {
        const auto bound = [&](const char* name) {
          return with.has(name) ? std::optional(with.number(name)) : std::nullopt;
        };
        return clamp(x, bound("min"), bound("max"));
      },
      [](double v, auto& with) {
        if (with.has("min")) v = std::fmax(v, with.number("min"));
        return with.has("max") ? std::fmin(v, with.number("max")) : v;
      },
      nonzero,  // no element stands at a bound
      {{{"max", 0}},
       {{"min", 0}, {"max", 3}},
       {{"min", -3}, {"max", 0}},
       {{"min", 1}, {"max", 0}}});
  for (Sample& sample : row.samples) {
    if (sample.attributes.empty()) sample.attributes = {{"min", 0}};
  }
  row.dtypes.push_back(i64);
  row.errors = {{{of_type(f32, {2})}, {}, "clamp: needs a lower or an upper bound"},
                {{of_type(i64, {2})},
                 {{"min", 0.5}},
                 "clamp: 0.5 is no i64, the dtype of the tensor; write .to(DType::f32) on it"}};
  return row;
}

OpCase choice_row(const std::string& name, BinaryOp call, double (*naive)(double, double)) {
  OpCase row = {
      .name = name,
      .inputs = {"input", "other"},
      .call = [call](auto& in, auto&) { return call(in[0], in[1]); },
      .reference = [naive](auto& in, auto&) { return reference::each_pair(in[0], in[1], naive); },
      .samples = broadcasting(shifted, any),
      .errors = {{{of_type(f32, {2, 3}), of_type(f32, {2, 4})},
                  {},
                  name + ": shapes do not broadcast: [2, 3] and [2, 4] (3 != 4 at dim -1)"},
                 {{of_type(f32, {2}), of_type(f64, {2})},
                  {},
                  name + ": dtypes differ: f32 [2] and f64 [2]; write .to(DType::f32) on the "
                         "second or .to(DType::f64) on the first"}},
      .dtypes = {f32, f64, i64},
  };
  row.samples.push_back({{listed({1, 2, 3}, {3}), listed({1, 3, 2}, {3})}, {}, false});
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
      also(unary("expm1", expm1, for_each_element<expm1_of>, any), {-30, 1e-6, 0, 3}),
      also(unary("log1p", log1p, for_each_element<log1p_of>, positive), {-0.75, 1e-6, 0, 1024}),
      also(unary("reciprocal", reciprocal, for_each_element<reciprocal_of>, nonzero), {64}),
      also(unary("sin", sin, for_each_element<sin_of>, any), {-30, 0, 1000}),
      also(unary("cos", cos, for_each_element<cos_of>, any), {-30, 0, 1000}),
      unary("abs", abs, for_each_element<abs_of>, nonzero),
      unary("sign", sign, for_each_element<sign_of>, nonzero),
      stepped("floor", floor, for_each_element<floor_of>),
      stepped("round", round, round_half_even),
      also(unary("log_sigmoid", log_sigmoid, for_each_element<log_sigmoid_of>, any),
           {-800, -5, 0, 5, 800}),
      softplus_row(),
      leaky_relu_row(),
      elu_row(),
      clamp_row(),
      choice_row("maximum", maximum, larger),
      choice_row("minimum", minimum, smaller),
  };
  for (OpCase& row : table) {
    if (row.name == "square" || row.name == "neg" || row.name == "abs" || row.name == "sign")
      row.dtypes.push_back(i64);
  }
  return table;
}

}  // namespace heed::testing
