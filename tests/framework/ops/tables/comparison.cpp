// Rows of comparisons and choices.
#include "heed/framework/ops/elementwise.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/elementwise.h"
#include "heed/tests/framework/ops/reference/indexing.h"

namespace heed::testing {
namespace {

using NumberOnTheRight = Tensor (*)(const Tensor&, double);

OpCase comparison(const std::string& name, BinaryOp call, NumberOnTheRight with_number,
                  BinaryReference reference) {
  OpCase row = binary(name, call, reference, any, any);
  row.inputs = {"input", "other?"};
  row.attributes = {number("other", left_out)};
  row.call = [=](auto& in, auto& with) {
    if (in[1].defined() == with.has("other")) {
      throw RequestError(name + ": needs other once, as an input or as an attribute");
    }
    return in[1].defined() ? call(in[0], in[1]) : with_number(in[0], with.number("other"));
  };
  row.reference = [=](auto& in, auto& with) {
    return reference(in[0], with.has("other") ? reference::scalar(with.number("other")) : in[1]);
  };
  row.samples.push_back({{listed({1, 2, 3, 3, 2, 1}, {2, 3}), listed({2, 2, 1}, {3})}});
  row.samples.push_back({{listed({1, 2, 3, 3, 2, 1}, {2, 3})}, {{"other", 2}}});
  row.samples.push_back({{any({})}, {{"other", 0.5}}});
  row.samples.push_back({{any({0})}, {{"other", 0.5}}});
  row.errors = {
      {{of_type(i64, {2, 3}), of_type(i64, {2, 4})},
       {},
       name + ": shapes do not broadcast: [2, 3] and [2, 4] (3 != 4 at dim -1)"},
      {{of_type(i64, {2, 3}), of_type(boolean, {3})},
       {},
       name + ": dtypes differ: i64 [2, 3] and bool [3]; write .to(DType::i64) on the second or "
              ".to(DType::boolean) on the first"},
  };
  row.dtypes = {f32, f64, i64, boolean};
  row.outputs = {OutputType::boolean};
  row.differentiable = false;
  return row;
}

OpCase where_row() {
  OpCase row = {
      .name = "where",
      .inputs = {"condition", "input", "other"},
      .call = [](auto& in, auto&) { return where(in[0], in[1], in[2]); },
      .reference = [](auto& in, auto&) { return reference::where(in[0], in[1], in[2]); },
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
      .dtypes = {f32, f64, i64, boolean},
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
      .reference =
          [](auto& in, auto& with) {
            return reference::masked_fill(in[0], in[1], with.number("value"));
          },
      .samples = {},
      .errors =
          {{{of_type(f32, {2}), of_type(f32, {2})},
            {{"value", 0}},
            "masked_fill: the mask must be bool, got f32 [2]; write .to(DType::boolean)"},
           {{of_type(f32, {2}), bools({3})},
            {{"value", 0}},
            "masked_fill: shapes do not broadcast: [2] and [3] (2 != 3 at dim -1)"},
           {{of_type(i64, {2}), bools({2})},
            {{"value", "-Infinity"}},
            "masked_fill: -inf is no i64, the dtype of the tensor; write .to(DType::f32) on it"},
           {{of_type(f32, {2}), bools({2})}, {}, "missing attribute \"value\""}},
      .dtypes = {f32, f64, i64, boolean},
  };
  for (Sample& sample : broadcasting_mask(any)) {
    sample.attributes = {{"value", 1}};
    row.samples.push_back(sample);
  }
  return row;
}

}  // namespace

OpTable comparison_ops() {
  return {
      comparison("eq", eq, eq, reference::eq),
      comparison("ne", ne, ne, reference::ne),
      comparison("lt", lt, lt, reference::lt),
      comparison("le", le, le, reference::le),
      comparison("gt", gt, gt, reference::gt),
      comparison("ge", ge, ge, reference::ge),
      where_row(),
      masked_fill_row(),
  };
}

}  // namespace heed::testing
