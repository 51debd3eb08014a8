// Rows of arithmetic on two operands, either of which may be a number.
#include "heed/framework/ops/elementwise.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/elementwise.h"

namespace heed::testing {
namespace {

using NumberOnTheRight = Tensor (*)(const Tensor&, double);
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
    return with.reference(number_or("input", 0), number_or(with.right_name, 1));
  };
  for (const double value : {2.0, 3.0}) {
    row.samples.push_back({{with.left_domain({2, 3})}, {{with.right_name, value}}});
    row.samples.push_back({{absent(), with.right_domain({2, 3})}, {{"input", value}}});
  }
  row.samples.push_back({{with.left_domain({})}, {{with.right_name, 2}}});
  row.samples.push_back({{with.left_domain({0, 2})}, {{with.right_name, 2}}});
  row.errors = {
      {{of_type(f32, {2, 3}), of_type(f32, {2, 4})},
       {},
       with.name + ": shapes do not broadcast: [2, 3] and [2, 4] (3 != 4 at dim -1)"},
      {{of_type(f32, {2, 3}), of_type(f64, {3})},
       {},
       with.name + ": dtypes differ: f32 [2, 3] and f64 [3]; write .to(DType::f32) on the second "
                   "or .to(DType::f64) on the first"},
      {{of_type(f32, {2})}, {}, with.name + no_operand},
  };
  return row;
}

}  // namespace

OpTable arithmetic_ops() {
  OpTable table = {
      arithmetic({"add", "other", add, add, add_to_number, reference::add, any, any}),
      arithmetic({"sub", "other", sub, sub, sub, reference::sub, any, any}),
      arithmetic({"mul", "other", mul, mul, multiply_number, reference::mul, any, any}),
      arithmetic({"div", "other", div, div, div, reference::div, any, nonzero}),
      arithmetic({"pow", "exponent", pow, pow, pow, reference::pow, positive, any}),
  };
  for (OpCase& row : table) {
    if (row.name == "div" || row.name == "pow") continue;
    row.dtypes.push_back(i64);
    for (const Json& value : {Json(0.5), Json("NaN"), Json(1e30)}) {
      const std::string shown = value.is_number() ? text_of(value.get<double>()) : "nan";
      row.errors.push_back({{of_type(i64, {2})},
                            {{"other", value}},
                            row.name + ": " + shown +
                                " is no i64, the dtype of the tensor; write "
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

}  // namespace heed::testing
