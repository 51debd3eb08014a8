// Rows of framework/ops/elementwise.h.
#include "heed/framework/ops/elementwise.h"

#include <cmath>
#include <functional>

#include "heed/framework/ops/division.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/ops/case/op_rows.h"

namespace heed::testing {
namespace {

using reference::broadcast_at;
using reference::broadcast_shapes;
using reference::filled;
using reference::for_each_index;
using reference::Index;
using reference::NdArray;

using NumberOnTheLeft = Tensor (*)(double, const Tensor&);

constexpr const char* no_operand =
    ": needs each operand once, as an input or as the attribute of that name";

/// A number in place of an operand is the attribute of that operand's name.
struct Operators {
  std::string name;
  std::string right_name;
  BinaryOp both;
  NumberOnTheRight right;
  NumberOnTheLeft left;
  BinaryReference reference;
  Domain left_domain;
  Domain right_domain;
};

Tensor add_to_number(double a, const Tensor& b) {
  return a + b;
}
Tensor multiply_number(double a, const Tensor& b) {
  return a * b;
}

OpCase arithmetic(const Operators& with) {
  OpCase row = binary(with.name, with.both, with.reference, with.left_domain, with.right_domain);
  row.inputs = {"input?", with.right_name + "?"};
  row.attributes = {number("input", left_out), number(with.right_name, left_out)};
  row.call = [with](auto& in, auto& given) {
    const bool left = given.has("input"), right = given.has(with.right_name);
    if (in[0].defined() == left || in[1].defined() == right || (left && right)) {
      throw RequestError(with.name + no_operand);
    }
    if (left) return with.left(given.number("input"), in[1]);
    if (right) return with.right(in[0], given.number(with.right_name));
    return with.both(in[0], in[1]);
  };
  row.reference = [with](auto& in, auto& given) {
    const auto number_or = [&](const std::string& name, size_t i) {
      return given.has(name) ? reference::scalar(given.number(name)) : in[i];
    };
    return reference::each_pair(number_or("input", 0), number_or(with.right_name, 1),
                                with.reference);
  };
  for (const double value : {2.0, 3.0}) {
    row.samples.push_back({{with.left_domain({2, 3})}, {{with.right_name, value}}});
    row.samples.push_back({{absent(), with.right_domain({2, 3})}, {{"input", value}}});
  }
  row.samples.push_back({{with.left_domain({})}, {{with.right_name, 2}}});
  row.samples.push_back({{with.left_domain({0, 2})}, {{with.right_name, 2}}});
  row.errors = {
      shapes_that_do_not_broadcast(with.name),
      {{of_type(f32, {2, 3}), of_type(f64, {3})},
       {},
       with.name + ": dtypes differ: f32 [2, 3] and f64 [3]; write .to(DType::f32) on the second "
                   "or .to(DType::f64) on the first"},
      {{of_type(f32, {2})}, {}, with.name + no_operand},
  };
  return row;
}

OpCase comparison(const std::string& name, BinaryOp call, NumberOnTheRight with_number,
                  BinaryReference naive) {
  OpCase row = binary_or_number(name, call, with_number, naive, any, any);
  row.samples.push_back({{listed({1, 2, 3, 3, 2, 1}, {2, 3}), listed({2, 2, 1}, {3})}});
  row.samples.push_back({{listed({1, 2, 3, 3, 2, 1}, {2, 3})}, {{"other", 2}}});
  row.samples.push_back({{any({})}, {{"other", 0.5}}});
  row.samples.push_back({{any({0})}, {{"other", 0.5}}});
  row.errors = {
      shapes_that_do_not_broadcast(name, i64),
      {{of_type(i64, {2, 3}), of_type(boolean, {3})},
       {},
       name + ": dtypes differ: i64 [2, 3] and bool [3]; write .to(DType::i64) on the second or "
              ".to(DType::boolean) on the first"},
  };
  row.dtypes = all_dtypes;
  row.outputs = {OutputType::boolean};
  row.differentiable = false;
  return row;
}

NdArray naive_masked_fill(const NdArray& x, const NdArray& mask, double value) {
  NdArray y = filled(broadcast_shapes(x.shape, mask.shape), value);
  for_each_index(y.shape, [&](const Index& index) {
    if (broadcast_at(mask, index) == 0.0) y.at(index) = broadcast_at(x, index);
  });
  return y;
}

NdArray naive_where(const NdArray& condition, const NdArray& a, const NdArray& b) {
  NdArray y = filled(broadcast_shapes(condition.shape, broadcast_shapes(a.shape, b.shape)), 0.0);
  for_each_index(y.shape, [&](const Index& index) {
    const bool first = broadcast_at(condition, index) != 0.0;
    y.at(index) = broadcast_at(first ? a : b, index);
  });
  return y;
}

OpCase where_row() {
  OpCase row = {
      .name = "where",
      .inputs = {"condition", "input", "other"},
      .call = [](auto& in, auto&) { return where(in[0], in[1], in[2]); },
      .reference = [](auto& in, auto&) { return naive_where(in[0], in[1], in[2]); },
      .samples = {{{bools({2, 1, 3}), any({4, 1}), any({3})}},
                  {{bools({}), any({2}), any({})}},
                  {{bools({2}), any({}), any({})}},
                  {{bools({0}), any({1}), any({})}},
                  {{bools({2, 3}), any({2, 3}), any({2, 3})}}},
      .errors = {{{of_type(f32, {2}), of_type(f32, {2}), of_type(f32, {2})},
                  {},
                  "where: the condition must be bool, got f32 [2]; write .to(DType::boolean)"},
                 {{bools({2}), of_type(f32, {2}), of_type(i64, {2})},
                  {},
                  "where: dtypes differ: f32 [2] and i64 [2]; write .to(DType::f32) on the second "
                  "or .to(DType::i64) on the first"},
                 {{bools({3}), of_type(f32, {2}), of_type(f32, {})},
                  {},
                  "where: shapes do not broadcast: [3] and [2] (3 != 2 at dim -1)"}},
      .dtypes = all_dtypes,
  };
  for (const Sample& pair : broadcasting(any, any)) {
    row.samples.push_back({{bools(pair.inputs[0].shape), pair.inputs[0], pair.inputs[1]}});
  }
  return row;
}

OpCase masked_fill_row() {
  OpCase row = {
      .name = "masked_fill",
      .inputs = {"x", "mask"},
      .attributes = {number("value")},
      .call = [](auto& in, auto& with) { return masked_fill(in[0], in[1], with.number("value")); },
      .reference = [](auto& in,
                      auto& with) { return naive_masked_fill(in[0], in[1], with.number("value")); },
      .samples = {},
      .errors = {{{of_type(f32, {2}), of_type(f32, {2})},
                  {{"value", 0}},
                  "masked_fill: the mask must be bool, got f32 [2]; write .to(DType::boolean)"},
                 {{of_type(f32, {2}), bools({3})},
                  {{"value", 0}},
                  "masked_fill: shapes do not broadcast: [2] and [3] (2 != 3 at dim -1)"},
                 {{of_type(i64, {2}), bools({2})},
                  {{"value", "-Infinity"}},
                  "masked_fill: -inf is not representable as i64, the dtype of the tensor; write "
                  ".to(DType::f32) on it"},
                 {{of_type(f32, {2}), bools({2})}, {}, "missing attribute \"value\""}},
      .dtypes = all_dtypes,
  };
  for (Sample& sample : broadcasting_mask(any)) {
    sample.attributes = {{"value", 1}};
    row.samples.push_back(sample);
  }
  return row;
}

RoundingMode rounding_mode_of(const Attributes& with) {
  if (!with.has("rounding_mode")) return RoundingMode::none;
  const std::string mode = with.text("rounding_mode");
  if (mode != "trunc" && mode != "floor") {
    throw RequestError("div: rounding_mode must be \"trunc\" or \"floor\", got \"" + mode + "\"");
  }
  return mode == "trunc" ? RoundingMode::trunc : RoundingMode::floor;
}

/// `div` with its attribute rounding_mode, under which it takes i64, too.
OpCase with_rounding(OpCase row) {
  row.attributes.push_back(text("rounding_mode", left_out));
  row.call = [exact = row.call](auto& in, auto& with) -> Tensors {
    const RoundingMode mode = rounding_mode_of(with);
    if (mode == RoundingMode::none || in[0].defined() == with.has("input") ||
        in[1].defined() == with.has("other")) {
      return exact(in, with);
    }
    if (with.has("input")) return {div(scalar(with.number("input"), in[1].dtype()), in[1], mode)};
    if (with.has("other")) return {div(in[0], with.number("other"), mode)};
    return {div(in[0], in[1], mode)};
  };
  row.reference = [exact = row.reference](auto& in, auto& with) -> std::vector<NdArray> {
    std::vector<NdArray> quotients = exact(in, with);
    const RoundingMode mode = rounding_mode_of(with);
    if (mode == RoundingMode::none) return quotients;
    return {reference::each(quotients[0], [mode](double q) {
      return mode == RoundingMode::trunc ? std::trunc(q) : std::floor(q);
    })};
  };
  for (const char* mode : {"trunc", "floor"}) {
    const Json attributes = {{"rounding_mode", mode}};
    for (const Sample& pair : broadcasting(shifted, nonzero)) {
      row.samples.push_back({pair.inputs, attributes, true, {i64}});
    }
    row.samples.push_back(
        {{shifted({2, 3})}, {{"other", -3}, {"rounding_mode", mode}}, true, {i64}});
    row.samples.push_back(
        {{absent(), nonzero({2, 3})}, {{"input", 7}, {"rounding_mode", mode}}, false, {i64}});
    row.errors.push_back({{of_type(i64, {2}), integers_of({1, 0}, {2})},
                          attributes,
                          "div: i64 [2] divided by i64 [2], which has a 0; write .to(DType::f32) "
                          "for infinities"});
  }
  row.errors.push_back({{of_type(f32, {2}), of_type(f32, {2})},
                        {{"rounding_mode", "up"}},
                        "div: rounding_mode must be \"trunc\" or \"floor\", got \"up\""});
  return row;
}

/// add, sub, mul, div and pow.
OpTable arithmetic_rows() {
  OpTable table = {
      arithmetic({"add", "other", add, add, add_to_number, std::plus<>(), any, any}),
      arithmetic({"sub", "other", sub, sub, sub, std::minus<>(), any, any}),
      arithmetic({"mul", "other", mul, mul, multiply_number, std::multiplies<>(), any, any}),
      with_rounding(arithmetic({"div", "other", div, div, div, std::divides<>(), any, nonzero})),
      arithmetic({"pow", "exponent", pow, pow, pow,
                  [](double a, double b) { return std::pow(a, b); }, positive, any}),
  };
  for (OpCase& row : table) {
    if (row.name == "div" || row.name == "pow") continue;
    row.dtypes.push_back(i64);
    for (const Json& value : {Json(0.5), Json("NaN"), Json(1e30)}) {
      const std::string shown = value.is_number() ? text_of(value.get<double>()) : "nan";
      row.errors.push_back({{of_type(i64, {2})},
                            {{"other", value}},
                            row.name + ": " + shown +
                                " is not representable as i64, the dtype of the tensor; write "
                                ".to(DType::f32) on it"});
    }
  }
  OpCase& power = table.back();
  for (const double exponent : {0.0, 1.0, 2.0, 3.0, -1.0}) {
    power.samples.push_back({{nonzero({2, 3})}, {{"exponent", exponent}}});
  }
  for (const double number : {0.5, -0.5}) {
    power.samples.push_back({{positive({2, 3})}, {{"exponent", number}}});
    power.samples.push_back({{absent(), any({2, 3})}, {{"input", 0.5}}});
  }
  return table;
}

}  // namespace

OpTable elementwise_ops() {
  OpTable table = arithmetic_rows();
  OpCase negation = unary(
      "neg", neg, [](double v) { return -v; }, any);
  negation.dtypes.push_back(i64);
  for (const OpCase& row :
       {negation, comparison("eq", eq, eq, std::equal_to<>()),
        comparison("ne", ne, ne, std::not_equal_to<>()), comparison("lt", lt, lt, std::less<>()),
        comparison("le", le, le, std::less_equal<>()), comparison("gt", gt, gt, std::greater<>()),
        comparison("ge", ge, ge, std::greater_equal<>()), where_row(), masked_fill_row()}) {
    table.push_back(row);
  }
  return table;
}

}  // namespace heed::testing
