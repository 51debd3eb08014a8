#include <cmath>
#include <limits>
#include <sstream>

#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::print_test {
TEST_CASE("tensors print with their dtype and shape") {
  CHECK(to_string(Tensor()) == "undefined tensor");
  CHECK(to_string(scalar(1.5)) == "1.5 f32 []");
  CHECK(to_string(tensor<float>({1, -2.5F, 0.3333333F})) == "[     1,   -2.5, 0.3333] f32 [3]");
  CHECK(to_string(tensor<int64_t>({1, -20})) == "[  1, -20] i64 [2]");
  CHECK(to_string(tensor<bool>({true, false})) == "[ true, false] bool [2]");
  CHECK(to_string(scalar(1, DType::boolean)) == "true bool []");
}

TEST_CASE("rows stand below each other, matrices apart") {
  CHECK(to_string(arange(6).view({2, 3})) ==
        "[[0, 1, 2],\n"
        " [3, 4, 5]] i64 [2, 3]");
  CHECK(to_string(arange(8).view({2, 2, 2})) ==
        "[[[0, 1],\n"
        "  [2, 3]],\n"
        "\n"
        " [[4, 5],\n"
        "  [6, 7]]] i64 [2, 2, 2]");
  CHECK(to_string(arange(6).view({2, 3}).transpose(0, 1)) ==
        "[[0, 3],\n"
        " [1, 4],\n"
        " [2, 5]] i64 [3, 2]");
}

TEST_CASE("the middle of axes longer than seven is left out") {
  CHECK(to_string(arange(7)) == "[0, 1, 2, 3, 4, 5, 6] i64 [7]");
  CHECK(to_string(arange(8)) == "[0, 1, 2, …, 5, 6, 7] i64 [8]");
  CHECK(to_string(arange(1000)) == "[  0,   1,   2, …, 997, 998, 999] i64 [1000]");
  CHECK(to_string(arange(16).view({8, 2})) ==
        "[[ 0,  1],\n"
        " [ 2,  3],\n"
        " [ 4,  5],\n"
        " …,\n"
        " [10, 11],\n"
        " [12, 13],\n"
        " [14, 15]] i64 [8, 2]");
}

TEST_CASE("numbers that are not finite and empty tensors print") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(to_string(tensor<double>({std::nan(""), infinity, -infinity, 1e-30, 123456})) ==
        "[      nan,       inf,      -inf,     1e-30, 1.235e+05] f64 [5]");
  CHECK(to_string(zeros({0})) == "[] f32 [0]");
  CHECK(to_string(zeros({2, 0})) == "[[],\n []] f32 [2, 0]");
  CHECK(to_string(zeros({0, 2})) == "[] f32 [0, 2]");
}

TEST_CASE("streams and messages take tensors") {
  std::ostringstream stream;
  stream << tensor<int64_t>({1, 2});
  CHECK(stream.str() == "[1, 2] i64 [2]");
  stream << Shape{2, 3} << Shape{} << Strides{3, 1} << DType::f64;
  CHECK(stream.str() == "[1, 2] i64 [2][2, 3][][3, 1]f64");
  CHECK(text_of("x = ", scalar(2)) == "x = 2 f32 []");
}

}  // namespace heed::testing::print_test
