#include "heed/framework/kernels/reduce.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/not_finite.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::reduce_test {
namespace {

template <class T>
long double exact_sum(const std::vector<T>& values) {
  long double total = 0;
  for (const T v : values) total += static_cast<long double>(v);
  return total;
}

/// Σ along the last dimension of [rows, length] agrees with a sum in long double.
template <class T>
void check_rows(const Tensor& x) {
  const std::vector<T> all = x.to_vector<T>(), got = kernels::sum(x, {1}).to_vector<T>();
  const auto length = static_cast<size_t>(x.size(1));
  const double unit = std::is_same_v<T, float> ? 0x1p-24 : 0x1p-53;
  for (size_t row = 0; row < got.size(); ++row) {
    const std::vector<T> part(all.begin() + static_cast<std::ptrdiff_t>(row * length),
                              all.begin() + static_cast<std::ptrdiff_t>((row + 1) * length));
    const auto want = static_cast<double>(exact_sum(part));
    INFO(text_of(x.shape(), x.strides()));
    REQUIRE(std::abs(static_cast<double>(got[row]) - want) <=
            unit * (16 + static_cast<double>(length) / 4) * (1 + std::abs(want)));
  }
}

template <class T>
void check_lengths() {
  const DType dtype = dtype_of<T>;
  for (const int64_t length :
       {0, 1, 2, 15, 16, 17, 31, 1023, 1024, 1025, 1040, 2048, 2049, 32767, 32768, 32769, 65537}) {
    check_rows<T>(normal({1, length}, 1, dtype));
    check_rows<T>(normal({3, length}, 2, dtype));
    check_rows<T>(normal({length, 3}, 3, dtype).transpose(0, 1));
    check_rows<T>(normal({2, 2 * length}, 4, dtype).slice(1, 0, 2 * length, 2));
    check_rows<T>(normal({2, 1}, 5, dtype).expand({2, length}));
    check_rows<T>(normal({length, 2}, 6, dtype).slice(1, 1, 2).transpose(0, 1));
  }
  for (const int64_t columns : {1, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1000}) {
    for (const int64_t rows : {1, 7, 64, 129, 1000}) {  // sums down the columns
      const Tensor x = normal({rows, columns}, 7, dtype);
      const std::vector<T> down = kernels::sum(x, {0}).to_vector<T>();
      const std::vector<T> want = kernels::sum(x.transpose(0, 1), {1}).to_vector<T>();
      const double unit = std::is_same_v<T, float> ? 0x1p-24 : 0x1p-53;
      for (size_t i = 0; i < down.size(); ++i) {
        REQUIRE(std::abs(static_cast<double>(down[i] - want[i])) <=
                unit * 64 * std::sqrt(static_cast<double>(rows)));
      }
    }
  }
}

}  // namespace

TEST_CASE("sums around the edges of blocks and pieces agree with long double") {
  check_lengths<float>();
  check_lengths<double>();
}

TEST_CASE("a long f32 sum does not lose small terms") {
  const int64_t count = int64_t{1} << 22;
  const Tensor x = full({count}, 0.1);
  const double want = 0.1F * static_cast<double>(count);
  // With four lanes in a vector, 64 numbers are added in f32 before they join a double.
  CHECK(kernels::sum(x, {0}).item() == Approx(want).epsilon(5e-6));
  const Tensor columns = full({count / 2, 2}, 0.1);
  CHECK(kernels::sum(columns, {0}).select(1, 1).item() == Approx(want / 2).epsilon(5e-6));
}

TEST_CASE("sums over any set of dimensions keep size 1 and count each element once") {
  const Tensor x = arange(0, 24, 1, DType::f64).view({2, 3, 4});
  CHECK(kernels::sum(x, {}).to_vector<double>() == x.to_vector<double>());
  CHECK(kernels::sum(x, {0, 1, 2}).shape() == Shape{1, 1, 1});
  CHECK(kernels::sum(x, {0, 1, 2}).item() == 276);
  CHECK(kernels::sum(x, {0, 2}).to_vector<double>() == std::vector<double>{60, 92, 124});
  CHECK(kernels::sum(x, {1}).to_vector<double>() ==
        std::vector<double>{12, 15, 18, 21, 48, 51, 54, 57});
  CHECK(kernels::sum(x, {0, 1}).to_vector<double>() == std::vector<double>{60, 66, 72, 78});
  CHECK(kernels::sum(x.permute({2, 0, 1}), {0, 2}).to_vector<double>() ==
        std::vector<double>{66, 210});
  CHECK(kernels::sum(zeros({0, 3}, DType::f64), {0}).to_vector<double>() ==
        std::vector<double>(3, 0.0));
  CHECK(kernels::sum(zeros({3, 0}, DType::f64), {0}).numel() == 0);
  CHECK(kernels::sum(arange(5), {0}).item() == 10);
  CHECK(message_of([] { kernels::sum(zeros({2}, DType::boolean), {0}); }) ==
        "sum: takes numbers, got bool; write .to(DType::f32) or .to(DType::i64)");
}

TEST_CASE("sums carry NaN and infinity") {
  for (const int64_t at : {0, 15, 16, 1023, 1024, 2999}) {
    Tensor x = ones({3000});
    x.mutable_data<float>()[at] = static_cast<float>(infinity);
    CHECK(kernels::sum(x, {0}).item() == infinity);
    x.mutable_data<float>()[at] = std::nanf("");
    CHECK(std::isnan(kernels::sum(x, {0}).item()));
    CHECK(std::isnan(kernels::sum(x.view({1000, 3}), {0}).select(1, at % 3).item()));
  }
}

TEST_CASE("reductions give the same bits with 1, 2 and 3 threads") {
  const Tensor x = normal({300, 700}, 1, DType::f32);
  for (const IntList& dims : {IntList{0}, IntList{1}, IntList{0, 1}}) {
    for (const Tensor& view : {x, x.transpose(0, 1), x.slice(1, 0, 700, 3)}) {
      std::vector<std::vector<float>> results;
      for (const int count : {1, 2, 3}) {
        const Threads threads(count);
        results.push_back(kernels::sum(view, dims).to_vector<float>());
      }
      CHECK(results[0] == results[1]);
      CHECK(results[0] == results[2]);
    }
  }
}

TEST_CASE("the largest element is found in every place and NaN wins") {
  for (int64_t at = 0; at < 70; ++at) {
    Tensor x = zeros({70}, DType::f64);
    x.mutable_data<double>()[at] = 1;
    CHECK(kernels::amax(x, {0}).item() == 1);
    CHECK(kernels::argmax(x, 0).item() == static_cast<double>(at));
    x.mutable_data<double>()[at] = std::nan("");
    x.mutable_data<double>()[69 - at] = at == 69 - at ? std::nan("") : 5;
    CHECK(std::isnan(kernels::amax(x, {0}).item()));
    CHECK(kernels::argmax(x, 0).item() == static_cast<double>(at));
  }
  const Tensor x = tensor<double>({3, 7, 7, -infinity, 2, 7}).view({2, 3});
  CHECK(kernels::argmax(x, 1).to_vector<int64_t>() == std::vector<int64_t>{1, 2});
  CHECK(kernels::argmax(x.transpose(0, 1), 1).to_vector<int64_t>() ==
        std::vector<int64_t>{0, 0, 0});
  CHECK(kernels::amax(full({2, 2}, -infinity), {1}).to_vector<float>() ==
        std::vector<float>(2, static_cast<float>(-infinity)));
  CHECK(kernels::amax(tensor<int64_t>({-5, -2}), {0}).item() == -2);
  CHECK(message_of([] {
          kernels::amax(zeros({2, 0}), {1});
        }) == "amax: nothing to choose from along dim 1 of [2, 0]");
  CHECK(message_of([] {
          kernels::argmax(zeros({0, 2}), 0);
        }) == "argmax: nothing to choose from along dim 0 of [0, 2]");
}

}  // namespace heed::testing::reduce_test
