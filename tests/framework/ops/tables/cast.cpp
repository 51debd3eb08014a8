// Rows of copies.
#include "heed/framework/ops/cast.h"
#include "heed/tests/framework/ops/case/op_reference.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/support/tensor_json.h"

namespace heed::testing {
namespace {

reference::NdArray itself(const reference::NdArray& x) {
  return x;
}

OpCase for_all_dtypes(OpCase row) {
  row.dtypes = {f32, f64, i64, boolean};
  return row;
}

OpCase to_row() {
  OpCase row = {
      .name = "to",
      .inputs = {"x"},
      .attributes = {text("dtype")},
      .call = [](auto& in, auto& with) { return to(in[0], dtype_from_name(with.text("dtype"))); },
      .reference = [](auto& in, auto& with) { return reference::cast(in[0], with.text("dtype")); },
      .samples = any_shapes(any, {{"dtype", "f64"}}),
      .errors = {{{of_type(f32, {2})},
                  {{"dtype", "f16"}},
                  "dtype must be \"f32\", \"f64\", \"i64\" or \"bool\", not \"f16\""}},
      .dtypes = {f32, f64, i64, boolean},
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
