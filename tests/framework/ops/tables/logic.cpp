// Rows of framework/ops/logic.h.
#include "heed/framework/ops/logic.h"

#include "heed/tests/framework/ops/case/op_rows.h"

namespace heed::testing {
namespace {

/// Ops whose result is a bool.
OpCase boolean_row(OpCase row) {
  row.dtypes = all_dtypes;
  row.outputs = {OutputType::boolean};
  row.differentiable = false;
  return row;
}

OpCase logical(const std::string& name, BinaryOp call, bool (*naive)(bool, bool)) {
  OpCase row = boolean_row(binary(
      name, call, [naive](double a, double b) { return naive(a != 0, b != 0); }, any, any));
  row.samples.push_back({{listed({0, 0, 2, 1}, {2, 2}), listed({0, 1, 0, -1}, {2, 2})}});
  row.samples.push_back({{listed({0, 0, 0.25, 1}, {4}), integers_of({0, 7, 0, -1}, {4})}});
  row.samples.push_back({{bools({2, 3}), any({3})}});
  row.errors = {shapes_that_do_not_broadcast(name)};
  return row;
}

OpCase one_tensor(const std::string& name, UnaryOp call, bool (*naive)(double)) {
  OpCase row = boolean_row(unary(name, call, naive, any));
  row.samples.push_back({{listed({0, 1, -1, 0.25}, {2, 2})}});
  return row;
}

/// Integers of both signs.
Input whole_numbers(Sizes shape, int64_t step) {
  std::vector<double> values(static_cast<size_t>(reference::count_elements(shape)));
  int64_t value = 0;
  for (double& element : values) element = static_cast<double>((value += step) % 1000 - 500);
  return integers_of(values, shape);
}

/// Ops on bits: samples are of i64; bools have golden cases and a test of their semantics.
OpCase bitwise_row(OpCase row) {
  row.dtypes = {i64, boolean};
  row.outputs = {OutputType::i64};
  row.differentiable = false;
  row.samples.clear();
  row.errors = {{{of_type(f32, {2}), of_type(f32, {2})},
                 {},
                 row.name + ": takes i64 or bool, got f32 [2]; write .to(DType::i64) or "
                            ".to(DType::boolean)"}};
  return row;
}

OpCase bitwise(const std::string& name, BinaryOp call, int64_t (*naive)(int64_t, int64_t)) {
  const auto of_integers = [naive](double a, double b) {
    return static_cast<double>(naive(static_cast<int64_t>(a), static_cast<int64_t>(b)));
  };
  OpCase row = bitwise_row(binary(name, call, of_integers, any, any));
  for (const Sample& sample : broadcasting(any, any)) {
    row.samples.push_back(
        {{whole_numbers(sample.inputs[0].shape, 37), whole_numbers(sample.inputs[1].shape, 71)}});
  }
  row.errors.push_back(shapes_that_do_not_broadcast(name, i64));
  row.errors.push_back({{of_type(i64, {2}), of_type(boolean, {2})},
                        {},
                        name + ": dtypes differ: i64 [2] and bool [2]; write .to(DType::i64) on "
                               "the second or .to(DType::boolean) on the first"});
  return row;
}

OpCase bitwise_not_row() {
  OpCase row = bitwise_row(unary(
      "bitwise_not", bitwise_not, [](double v) { return -v - 1; }, any));
  row.errors[0].inputs.pop_back();
  for (const Sample& sample : any_shapes(any)) {
    row.samples.push_back({{whole_numbers(sample.inputs[0].shape, 37)}});
  }
  return row;
}

}  // namespace

OpTable logic_ops() {
  return {
      logical("logical_and", logical_and, [](bool a, bool b) { return a && b; }),
      logical("logical_or", logical_or, [](bool a, bool b) { return a || b; }),
      logical("logical_xor", logical_xor, [](bool a, bool b) { return a != b; }),
      one_tensor("logical_not", logical_not, [](double v) { return v == 0; }),
      one_tensor("isnan", isnan, [](double) { return false; }),
      one_tensor("isinf", isinf, [](double) { return false; }),
      one_tensor("isfinite", isfinite, [](double) { return true; }),
      bitwise("bitwise_and", bitwise_and, [](int64_t a, int64_t b) { return a & b; }),
      bitwise("bitwise_or", bitwise_or, [](int64_t a, int64_t b) { return a | b; }),
      bitwise("bitwise_xor", bitwise_xor, [](int64_t a, int64_t b) { return a ^ b; }),
      bitwise_not_row(),
  };
}

}  // namespace heed::testing
