// Rows of framework/ops/division.h; `div` is in elementwise.cpp.
#include "heed/framework/ops/division.h"

#include <cmath>

#include "heed/tests/framework/ops/case/op_rows.h"

namespace heed::testing {
namespace {

/// The samples' quotients are no integers, where the functions jump.
OpCase rest_row(const std::string& name, BinaryOp call, NumberOnTheRight with_number,
                double (*naive)(double, double)) {
  OpCase row = binary_or_number(name, call, with_number, naive, shifted, nonzero);
  for (const double number : {2.0, -3.0}) {
    row.samples.push_back({{shifted({2, 3})}, {{"other", number}}});
  }
  row.samples.push_back({{listed({7, -7, 7, -7}, {4}), listed({3, 3, -3, -3}, {4})}});
  row.dtypes = {f32, f64, i64};
  row.errors = {shapes_that_do_not_broadcast(name),
                dtypes_that_differ(name),
                {{of_type(i64, {2, 3}), integers_of({1, 0, 2}, {3})},
                 {},
                 name + ": i64 [2, 3] divided by i64 [2, 3], which has a 0; write .to(DType::f32) "
                        "for infinities"},
                {{of_type(i64, {2})},
                 {{"other", 0.5}},
                 name + ": 0.5 is not representable as i64, the dtype of the tensor; write "
                        ".to(DType::f32) on it"},
                {{of_type(boolean, {2})},
                 {{"other", 1}},
                 name + ": takes numbers, got bool; write .to(DType::f32) or .to(DType::i64)"}};
  return row;
}

}  // namespace

OpTable division_ops() {
  return {
      rest_row("remainder", remainder, remainder,
               [](double a, double b) { return a - b * std::floor(a / b); }),
      rest_row("fmod", fmod, fmod, [](double a, double b) { return a - b * std::trunc(a / b); }),
  };
}

}  // namespace heed::testing
