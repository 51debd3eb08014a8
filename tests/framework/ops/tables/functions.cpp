// Rows of framework/ops/functions.h.
#include "heed/framework/ops/functions.h"

#include <cmath>

#include "heed/tests/framework/ops/case/op_rows.h"

namespace heed::testing {
namespace {

double larger(double a, double b) {
  return a > b ? a : b;
}
double smaller(double a, double b) {
  return a < b ? a : b;
}

double round_half_even(double v) {
  const double down = std::floor(v), rest = v - down;
  if (rest != 0.5) return rest < 0.5 ? down : down + 1;
  return std::fmod(down, 2) == 0 ? down : down + 1;
}

/// A row for an op with steps: differences are taken between them.
OpCase stepped(const std::string& name, UnaryOp call, UnaryReference naive_step) {
  OpCase row = unary(name, call, naive_step, any);
  for (Sample& sample : row.samples) sample.smooth = false;
  row.samples.push_back({{listed({-1.5, -0.5, 0.5, 1.5, 2.5, 1, -2}, {7})}, {}, false});
  row.samples.push_back({{listed({-1.75, -0.25, 0.25, 0.75, 2.125}, {5})}});
  return row;
}

OpCase clamp_row() {
  OpCase row = unary_with(
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
                 "clamp: 0.5 is not representable as i64, the dtype of the tensor; write "
                 ".to(DType::f32) on it"}};
  return row;
}

OpCase choice_row(const std::string& name, BinaryOp call, double (*naive)(double, double)) {
  OpCase row = {
      .name = name,
      .inputs = {"input", "other"},
      .call = [call](auto& in, auto&) { return call(in[0], in[1]); },
      .reference = [naive](auto& in, auto&) { return reference::each_pair(in[0], in[1], naive); },
      .samples = broadcasting(shifted, any),
      .errors = {shapes_that_do_not_broadcast(name), dtypes_that_differ(name)},
      .dtypes = {f32, f64, i64},
  };
  row.samples.push_back({{listed({1, 2, 3}, {3}), listed({1, 3, 2}, {3})}, {}, false});
  return row;
}

OpCase logaddexp_row() {
  OpCase row = binary(
      "logaddexp", logaddexp,
      [](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }, any, any);
  row.errors = {shapes_that_do_not_broadcast("logaddexp"), dtypes_that_differ("logaddexp")};
  row.samples.push_back({{listed({2, -3, 0.5}, {3}), listed({2, -3, -30}, {3})}});
  return row;
}

OpCase nan_to_num_row() {
  OpCase row = unary_with(
      "nan_to_num", {number("nan", 0), number("posinf", left_out), number("neginf", left_out)},
      [](auto& x, auto& with) {
        const auto bound = [&](const char* name) {
          return with.has(name) ? std::optional(with.number(name)) : std::nullopt;
        };
        return nan_to_num(x, with.number("nan"), bound("posinf"), bound("neginf"));
      },
      [](double v, auto&) { return v; }, any, {{{"nan", 1}, {"posinf", 2}, {"neginf", -3}}});
  row.dtypes = all_dtypes;
  return row;
}

}  // namespace

OpTable functions_ops() {
  OpTable table = {
      with_values(unary(
                      "exp", exp, [](double v) { return std::exp(v); }, any),
                  {-30, 0, 3}),
      with_values(unary(
                      "exp2", exp2, [](double v) { return std::exp2(v); }, any),
                  {-30, 0, 3}),
      with_values(unary(
                      "log2", log2, [](double v) { return std::log2(v); }, positive),
                  {0.0009765625, 1, 1024}),
      with_values(unary(
                      "log10", log10, [](double v) { return std::log10(v); }, positive),
                  {0.0009765625, 1, 1000}),
      with_values(unary(
                      "log", log, [](double v) { return std::log(v); }, positive),
                  {0.0009765625, 1, 1024}),
      with_values(unary(
                      "sqrt", sqrt, [](double v) { return std::sqrt(v); }, positive),
                  {0.0625, 1, 1024}),
      with_values(unary(
                      "rsqrt", rsqrt, [](double v) { return 1 / std::sqrt(v); }, positive),
                  {0.0625, 1, 1024}),
      unary(
          "square", square, [](double v) { return v * v; }, any),
      with_values(unary(
                      "tanh", tanh, [](double v) { return std::tanh(v); }, any),
                  {-30, -5, 0, 5, 30}),
      with_values(unary(
                      "erf", erf, [](double v) { return std::erf(v); }, any),
                  {-30, -5, 0, 5, 30}),
      with_values(unary(
                      "expm1", expm1, [](double v) { return std::expm1(v); }, any),
                  {-30, 1e-6, 0, 3}),
      with_values(unary(
                      "log1p", log1p, [](double v) { return std::log1p(v); }, positive),
                  {-0.75, 1e-6, 0, 1024}),
      with_values(unary(
                      "reciprocal", reciprocal, [](double v) { return 1 / v; }, nonzero),
                  {64}),
      unary(
          "abs", abs, [](double v) { return v < 0 ? -v : v; }, nonzero),
      unary(
          "sign", sign, [](double v) { return v > 0   ? 1.0
                                              : v < 0 ? -1.0
                                                      : 0.0; }, nonzero),
      stepped("floor", floor, [](double v) { return std::floor(v); }),
      stepped("ceil", ceil, [](double v) { return -std::floor(-v); }),
      stepped("trunc", trunc, [](double v) { return v < 0 ? -std::floor(-v) : std::floor(v); }),
      stepped("round", round, round_half_even),
      clamp_row(),
      choice_row("maximum", maximum, larger),
      choice_row("minimum", minimum, smaller),
      logaddexp_row(),
      nan_to_num_row(),
  };
  for (OpCase& row : table) {
    if (row.name == "square" || row.name == "abs" || row.name == "sign") row.dtypes.push_back(i64);
  }
  return table;
}

}  // namespace heed::testing
