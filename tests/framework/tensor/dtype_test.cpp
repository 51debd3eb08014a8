#include "heed/framework/tensor/dtype.h"

#include <type_traits>

#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::dtype_test {
namespace {

constexpr DType all_dtypes[] = {DType::f32, DType::f64, DType::i64, DType::boolean};

}  // namespace

TEST_CASE("each dtype has its name, its size and its C++ type") {
  CHECK(text_of(DType::f32, " ", DType::f64, " ", DType::i64, " ", DType::boolean) ==
        "f32 f64 i64 bool");
  CHECK(itemsize(DType::f32) == 4);
  CHECK(itemsize(DType::f64) == 8);
  CHECK(itemsize(DType::i64) == 8);
  CHECK(itemsize(DType::boolean) == 1);
  for (const DType dtype : all_dtypes) {
    CHECK(visit(dtype, []<class T>() { return dtype_of<T>; }) == dtype);
    CHECK(is_floating(dtype) ==
          visit(dtype, []<class T>() { return std::is_floating_point_v<T>; }));
  }
}

TEST_CASE("dispatch to some dtypes refuses the others and says what to write") {
  const auto name = []<class T>() { return dtype_of<T>; };
  CHECK(visit_floating("exp", DType::f32, name) == DType::f32);
  CHECK(visit_floating("exp", DType::f64, name) == DType::f64);
  CHECK(message_of([&] { visit_floating("exp", DType::i64, name); }) ==
        "exp: takes f32 or f64, got i64; write .to(DType::f32)");
  CHECK(message_of([&] { visit_floating("exp", DType::boolean, name); }) ==
        "exp: takes f32 or f64, got bool; write .to(DType::f32)");
  CHECK(visit_number("sum", DType::i64, name) == DType::i64);
  CHECK(visit_number("sum", DType::f32, name) == DType::f32);
  CHECK(visit_number("sum", DType::f64, name) == DType::f64);
  CHECK(message_of([&] { visit_number("sum", DType::boolean, name); }) ==
        "sum: takes numbers, got bool; write .to(DType::f32) or .to(DType::i64)");
}

}  // namespace heed::testing::dtype_test
