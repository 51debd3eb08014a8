// Rows of framework/ops/trigonometry.h.
#include "heed/framework/ops/trigonometry.h"

#include <cmath>

#include "heed/tests/framework/ops/case/op_rows.h"

namespace heed::testing {
namespace {

OpCase atan2_row() {
  OpCase row = binary(
      "atan2", atan2, [](double y, double x) { return std::atan2(y, x); }, shifted, nonzero);
  row.errors = {shapes_that_do_not_broadcast("atan2"), dtypes_that_differ("atan2")};
  row.samples.push_back({{listed({1, -1, 0, 30, 1e-6}, {5}), listed({0, 0, 1, -1e-3, -30}, {5})}});
  return row;
}

}  // namespace

OpTable trigonometry_ops() {
  return {
      with_values(unary(
                      "sin", sin, [](double v) { return std::sin(v); }, any),
                  {-30, 0, 1000}),
      with_values(unary(
                      "cos", cos, [](double v) { return std::cos(v); }, any),
                  {-30, 0, 1000}),
      with_values(unary(
                      "tan", tan, [](double v) { return std::tan(v); }, unit),
                  {-30, 0, 1000}),
      unary(
          "asin", asin, [](double v) { return std::asin(v); }, unit),
      unary(
          "acos", acos, [](double v) { return std::acos(v); }, unit),
      with_values(unary(
                      "atan", atan, [](double v) { return std::atan(v); }, any),
                  {-30, 0, 1000}),
      atan2_row(),
      with_values(unary(
                      "sinh", sinh, [](double v) { return std::sinh(v); }, any),
                  {-5, 0, 5}),
      with_values(unary(
                      "cosh", cosh, [](double v) { return std::cosh(v); }, any),
                  {-5, 0, 5}),
      with_values(unary(
                      "asinh", asinh, [](double v) { return std::asinh(v); }, any),
                  {-1000, 0, 30}),
      with_values(unary(
                      "acosh", acosh, [](double v) { return std::acosh(v); }, above_one),
                  {30, 1000}),
      unary(
          "atanh", atanh, [](double v) { return std::atanh(v); }, unit),
  };
}

}  // namespace heed::testing
