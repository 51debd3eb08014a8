// Rows of framework/ops/cast.h.
#include "heed/framework/ops/cast.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/support/case/tensor_json.h"

namespace heed::testing {
namespace {

double itself(double v) {
  return v;
}

/// `x` as "f32", "f64", "i64" (rounded towards zero) or "bool".
reference::NdArray naive_cast(const reference::NdArray& x, const std::string& dtype) {
  reference::NdArray y = x;
  for (double& value : y.data) {
    if (dtype == "f32") value = static_cast<double>(static_cast<float>(value));
    if (dtype == "i64") value = std::trunc(value);
    if (dtype == "bool") value = value != 0 ? 1 : 0;
  }
  return y;
}

OpCase for_all_dtypes(OpCase row) {
  row.dtypes = all_dtypes;
  return row;
}

OpCase to_row() {
  OpCase row = {
      .name = "to",
      .inputs = {"x"},
      .attributes = {text("dtype")},
      .call = [](auto& in, auto& with) { return to(in[0], dtype_from_name(with.text("dtype"))); },
      .reference = [](auto& in, auto& with) { return naive_cast(in[0], with.text("dtype")); },
      .samples = any_shapes(any, {{"dtype", "f64"}}),
      .errors = {{{of_type(f32, {2})},
                  {{"dtype", "f16"}},
                  "dtype must be \"f32\", \"f64\", \"i64\" or \"bool\", not \"f16\""}},
      .dtypes = all_dtypes,
      .outputs = {OutputType::as_attribute},
  };
  for (const char* dtype : {"f32", "i64", "bool"}) {
    for (Sample& sample : any_shapes(any, {{"dtype", dtype}})) {
      sample.smooth = false;
      row.samples.push_back(sample);
    }
  }
  return row;
}

}  // namespace

OpTable cast_ops() {
  return {
      for_all_dtypes(unary("clone", clone, itself, any)),
      for_all_dtypes(unary("contiguous", contiguous, itself, any)),
      to_row(),
  };
}

}  // namespace heed::testing
