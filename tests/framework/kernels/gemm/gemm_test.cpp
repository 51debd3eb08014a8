// gemm against a triple loop over strided operands, in every layout that views can make.
#include "heed/framework/kernels/gemm/gemm.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/gemm/blas.h"
#include "heed/framework/kernels/gemm/block.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/simd_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::gemm_test {
namespace {

/// a [batch, M, K] @ b [batch, K, N] by three loops, in double.
std::vector<double> naive(const Tensor& a, const Tensor& b) {
  const int64_t m = a.size(-2), k = a.size(-1), n = b.size(-1);
  const int64_t batch = a.dim() > 2 ? a.size(0) : 1;
  const std::vector<double> x = a.to(DType::f64).to_vector<double>();
  const std::vector<double> y = b.to(DType::f64).to_vector<double>();
  std::vector<double> out(static_cast<size_t>(batch * m * n));
  for (int64_t at = 0; at < batch; ++at) {
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t p = 0; p < k; ++p) {
        const double factor = x[static_cast<size_t>((at * m + i) * k + p)];
        for (int64_t j = 0; j < n; ++j) {
          out[static_cast<size_t>((at * m + i) * n + j)] +=
              factor * y[static_cast<size_t>((at * k + p) * n + j)];
        }
      }
    }
  }
  return out;
}

/// The largest difference, in units of what rounding K normal products one after another may cost.
double error_of(const Tensor& a, const Tensor& b) {
  const Tensor got = kernels::gemm(a, b);
  const std::vector<double> y = got.to(DType::f64).to_vector<double>();
  const std::vector<double> want = naive(a, b);
  REQUIRE(got.is_contiguous());
  REQUIRE(y.size() == want.size());
  const double unit = a.dtype() == DType::f32 ? 0x1p-24 : 0x1p-53;
  double worst = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    const double error = std::abs(y[i] - want[i]) / (1 + std::abs(want[i]));
    worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
  }
  return worst / (unit * (4 + static_cast<double>(a.size(-1)) / 4));
}

/// Normal matrices [batch, rows, cols] (batch 0: no such dimension) in one of seven layouts.
Tensor matrix(int layout, int64_t batch, int64_t rows, int64_t cols, DType dtype, uint64_t seed) {
  const auto make = [&](const Shape& shape) { return normal(shape, seed, dtype); };
  const int64_t count = std::max<int64_t>(batch, 1);
  Tensor x;
  switch (layout) {
    case 0:
      x = make({count, rows, cols});
      break;
    case 1:
      x = make({count, cols, rows}).transpose(1, 2);
      break;
    case 2:
      x = make({rows, count, cols}).permute({1, 0, 2});
      break;  // heads of one projection
    case 3:
      x = make({count, rows + 2, cols + 3}).slice(1, 1, rows + 1).slice(2, 2, cols + 2);
      break;
    case 4:
      x = make({count, rows, 2 * cols}).slice(2, 0, 2 * cols, 2);
      break;
    case 5:
      x = make({1, rows, cols}).expand({count, rows, cols});
      break;
    default:
      x = make({count, 1, cols}).expand({count, rows, cols});
      break;
  }
  return batch == 0 ? x.select(0, 0) : x;
}

/// Whole numbers from −4 to 4: their products and sums are exact, so that == tells a wrong index.
template <class T>
std::vector<T> small_numbers(int64_t count, uint32_t seed) {
  std::vector<T> x(static_cast<size_t>(count));
  for (T& v : x) {
    seed = seed * 1664525 + 1013904223;
    v = static_cast<T>(seed >> 24) / 32 - 4;
    v = std::floor(v);
  }
  return x;
}

/// A matrix [rows, cols] whose numbers are `x`, kept row-major or as its transpose.
template <class T>
struct Stored {
  std::vector<T> data;
  int64_t row, col;

  Stored(const std::vector<T>& x, int64_t rows, int64_t cols, bool crossed)
      : data(static_cast<size_t>(rows * cols)), row(crossed ? 1 : cols), col(crossed ? rows : 1) {
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < cols; ++j) {
        data[static_cast<size_t>(i * row + j * col)] = x[static_cast<size_t>(i * cols + j)];
      }
    }
  }
  kernels::Strided<const T> view() const { return {data.data(), row, col}; }
};

/// Sizes on both sides of the edges of tiles, vectors, panels and chunks.
constexpr std::array<int64_t, 10> edge_rows{1, 5, 6, 7, 12, 13, 95, 96, 97, 193};
constexpr std::array<int64_t, 10> edge_columns{1, 15, 16, 17, 31, 33, 63, 64, 65, 129};
constexpr std::array<int64_t, 6> edge_inner{1, 2, 127, 128, 129, 260};

/// Products of the first m·k and k·n of these numbers.
template <class T>
struct EdgeProducts {
  static constexpr int64_t margin = 16;  // elements around c that must stay as they are
  std::vector<T> a = small_numbers<T>(193 * 260, 1), b = small_numbers<T>(260 * 129, 2);
  std::vector<T> bias = small_numbers<T>(129, 3);

  void check(int64_t m, int64_t n, int64_t k) const {
    const Stored<T> rows(a, m, k, false), columns(a, m, k, true);
    const Stored<T> b_rows(b, k, n, false), b_columns(b, k, n, true);
    std::vector<T> want(static_cast<size_t>(m * n));
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t p = 0; p < k; ++p) {
        const T factor = a[static_cast<size_t>(i * k + p)];
        for (int64_t j = 0; j < n; ++j) {
          want[static_cast<size_t>(i * n + j)] += factor * b[static_cast<size_t>(p * n + j)];
        }
      }
    }
    on_every_target([&] {
      for (const int layout : {0, 1, 2, 3}) {
        const Stored<T>& x = layout % 2 == 1 ? columns : rows;
        const Stored<T>& y = layout / 2 == 1 ? b_columns : b_rows;
        for (const bool small : {false, true}) {
          const bool with_bias = small == (n % 2 == 1);
          INFO("m " << m << ", n " << n << ", k " << k << ", layout " << layout << ", small "
                    << small);
          const kernels::Product<T> product{
              m, n, k, x.view(), y.view(), {nullptr, n}, with_bias ? bias.data() : nullptr};
          CHECK(fault_of(product, small, want) == "");
        }
      }
    });
  }

  static std::string fault_of(kernels::Product<T> product, bool small, const std::vector<T>& want) {
    const T untouched = T{-12345};
    const size_t size = want.size();
    std::vector<T> c(size + 2 * margin, untouched);
    product.c.data = c.data() + margin;
    small ? kernels::small_gemm(product) : kernels::block_gemm(product);
    for (size_t i = 0; i < size; ++i) {
      const T add =
          product.bias == nullptr ? T{0} : product.bias[static_cast<int64_t>(i) % product.n];
      const T got = product.c.data[i];
      if (got != want[i] + add) return text_of("element ", i, " is ", got, ", not ", want[i] + add);
    }
    for (size_t i = 0; i < margin; ++i) {
      if (c[i] != untouched) return text_of("written ", margin - i, " before c");
      if (c[margin + size + i] != untouched) return text_of("written ", i, " behind c");
    }
    return "";
  }
};

}  // namespace

TEMPLATE_TEST_CASE("heed's own product is exact around the edges of its tiles", "", float, double) {
  const EdgeProducts<TestType> products;
  for (const int64_t m : edge_rows) {
    for (const int64_t n : edge_columns) {
      for (const int64_t k : edge_inner) products.check(m, n, k);
    }
  }
}

TEST_CASE("linear adds its bias on every target") {
  heed::testing::on_every_target([] {
    for (const DType dtype : {DType::f32, DType::f64}) {
      for (const int64_t n : {1, 17, 64, 130}) {
        const Tensor x = matrix(0, 0, 97, 140, dtype, 1), weight = matrix(0, 0, n, 140, dtype, 2);
        const Tensor bias = normal({n}, 3, dtype);
        const std::vector<double> got =
            kernels::linear(x, weight, bias).to(DType::f64).to_vector<double>();
        const std::vector<double> product = naive(x, weight.transpose(0, 1));
        const std::vector<double> add = bias.to(DType::f64).to_vector<double>();
        double worst = 0;
        for (size_t i = 0; i < got.size(); ++i) {
          const double want = product[i] + add[i % static_cast<size_t>(n)];
          worst = std::max(worst, std::abs(got[i] - want));
        }
        CHECK(worst < (dtype == DType::f32 ? 1e-4 : 1e-12));
      }
    }
  });
}

TEST_CASE("gemm agrees with three loops in every pair of layouts") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (int left = 0; left < 7; ++left) {
      for (int right = 0; right < 7; ++right) {
        for (const int64_t batch : {0, 1, 3}) {
          for (const auto& [m, k, n] : {std::array<int64_t, 3>{5, 7, 6},
                                        {1, 4, 3},
                                        {4, 1, 3},
                                        {4, 3, 1},
                                        {1, 1, 1},
                                        {17, 33, 19}}) {
            const Tensor a = matrix(left, batch, m, k, dtype, 1),
                         b = matrix(right, batch, k, n, dtype, 2);
            INFO(text_of(dtype, " ", a.shape(), a.strides(), " @ ", b.shape(), b.strides()));
            CHECK(error_of(a, b) < 4);
          }
        }
      }
    }
  }
}

TEST_CASE("gemm agrees with three loops around the sizes of its pieces") {
  for (const int64_t size : {255, 256, 257, 513}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      CHECK(error_of(matrix(0, 0, size, 9, dtype, 1), matrix(1, 0, 9, size + 1, dtype, 2)) < 4);
      CHECK(error_of(matrix(1, 0, size, 9, dtype, 1), matrix(0, 0, 9, 7, dtype, 2)) < 4);
      CHECK(error_of(matrix(0, 0, 7, 9, dtype, 1), matrix(3, 0, 9, size, dtype, 2)) < 4);
      CHECK(error_of(matrix(2, 2, size, 5, dtype, 1), matrix(0, 2, 5, size, dtype, 2)) < 4);
      CHECK(error_of(matrix(0, 3, size, 5, dtype, 1), matrix(5, 3, 5, 8, dtype, 2)) < 4);
    }
  }
  for (const int64_t inner : {1023, 1024, 1025, 2047, 2048, 2049, 5000}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      CHECK(error_of(matrix(1, 0, 9, inner, dtype, 1), matrix(0, 0, inner, 5, dtype, 2)) < 4);
      CHECK(error_of(matrix(0, 2, 3, inner, dtype, 1), matrix(1, 2, inner, 4, dtype, 2)) < 4);
      CHECK(error_of(matrix(1, 0, 64, inner, dtype, 1), matrix(0, 0, inner, 40, dtype, 2)) < 4);
    }
  }
}

TEST_CASE("gemm gives the same bits with 1, 2 and 3 threads") {
  const std::vector<std::pair<Tensor, Tensor>> products{
      {matrix(0, 0, 513, 64, DType::f32, 1), matrix(1, 0, 64, 300, DType::f32, 2)},
      {matrix(1, 0, 64, 5000, DType::f32, 1), matrix(0, 0, 5000, 48, DType::f32, 2)},
      {matrix(2, 24, 64, 32, DType::f32, 1), matrix(1, 24, 32, 64, DType::f32, 2)},
      {matrix(0, 0, 31, 700, DType::f64, 1), matrix(0, 0, 700, 600, DType::f64, 2)}};
  for (const auto& [a, b] : products) {
    std::vector<std::vector<double>> results;
    for (const int count : {1, 2, 3}) {
      const Threads threads(count);
      results.push_back(kernels::gemm(a, b).to(DType::f64).to_vector<double>());
    }
    CHECK(results[0] == results[1]);
    CHECK(results[0] == results[2]);
  }
}

TEST_CASE("gemm of no rows or columns is empty, of no inner size zero") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    CHECK(kernels::gemm(zeros({0, 3}, dtype), zeros({3, 2}, dtype)).shape() == Shape{0, 2});
    CHECK(kernels::gemm(zeros({2, 3}, dtype), zeros({3, 0}, dtype)).shape() == Shape{2, 0});
    CHECK(kernels::gemm(zeros({0, 2, 3}, dtype), zeros({0, 3, 2}, dtype)).shape() ==
          Shape{0, 2, 2});
    CHECK(kernels::gemm(zeros({0, 0}, dtype), zeros({0, 0}, dtype)).shape() == Shape{0, 0});
    // The cache hands out blocks full of NaN: a result that were not written would show them.
    { const Tensor dirty = full({4, 5}, std::nan(""), dtype); }
    const Tensor none = kernels::gemm(zeros({4, 0}, dtype), zeros({0, 5}, dtype)).to(DType::f64);
    CHECK(none.to_vector<double>() == std::vector<double>(20, 0.0));
  }
}

TEST_CASE("gemm never reads its output's old elements") {
  for (const int64_t size : {3, 40, 300}) {
    { const Tensor dirty = full({size, size}, std::nan("")); }
    const Tensor y = kernels::gemm(ones({size, size}), ones({size, size}));
    for (const float v : y.to_vector<float>()) REQUIRE(v == static_cast<float>(size));
  }
  for (const int64_t inner : {2048, 3000}) {
    { const Tensor dirty = full({8 * 3}, std::nan("")); }
    const Tensor y = kernels::gemm(ones({2, inner}), ones({inner, 3}));
    for (const float v : y.to_vector<float>()) REQUIRE(v == static_cast<float>(inner));
  }
}

TEST_CASE("NaN and infinity reach exactly their rows and columns") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {std::nan(""), infinity}) {
    for (const int64_t size : {5, 20, 300}) {
      const Tensor a = ones({size, size}, DType::f64), b = ones({size, size}, DType::f64);
      a.mutable_data<double>()[2 * size + 3] = bad;
      const std::vector<double> y = kernels::gemm(a, b).to_vector<double>();
      for (int64_t i = 0; i < size * size; ++i) {
        const double got = y[static_cast<size_t>(i)];
        const bool hit = i / size == 2;
        REQUIRE((hit ? (std::isnan(bad) ? std::isnan(got) : got == bad) : got == double(size)));
      }
      b.mutable_data<double>()[3 * size + 1] = 0;  // 0 · bad is NaN
      CHECK(std::isnan(kernels::gemm(a, b).to_vector<double>()[static_cast<size_t>(2 * size + 1)]));
    }
  }
}

TEST_CASE("transposed, permuted, sliced and shared operands are not copied") {
  const int64_t size = 64, batch = 4;
  const int64_t result_bytes = batch * size * size * 8;
  const auto used = [&](int left, int right) {
    const Tensor a = matrix(left, batch, size, size, DType::f64, 1);
    const Tensor b = matrix(right, batch, size, size, DType::f64, 2);
    reset_peak_memory();
    const int64_t before = memory_stats().live_bytes;
    const Tensor y = kernels::gemm(a, b);
    return memory_stats().peak_bytes - before;
  };
  for (const int left : {0, 1, 2, 3, 5}) {
    for (const int right : {0, 1, 2, 3, 5}) {
      INFO(left << " @ " << right);
      CHECK(used(left, right) >= result_bytes);
      CHECK(used(left, right) < result_bytes + 4096);
    }
  }
  // Every other column: neither rows nor columns are dense, so this one is, and it is seen.
  CHECK(used(4, 0) >= 2 * result_bytes);
}

TEST_CASE("linear is x times the transposed weight plus the bias") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor weight = normal({4, 6}, 2, dtype), bias = normal({4}, 3, dtype);
    for (const Tensor& x : {normal({3, 5, 6}, 1, dtype),
                            normal({5, 3, 6}, 1, dtype).transpose(0, 1), normal({6}, 1, dtype),
                            normal({2, 12}, 1, dtype).slice(1, 0, 12, 2), zeros({0, 6}, dtype)}) {
      const Tensor y = kernels::linear(x, weight, bias).to(DType::f64);
      const Tensor rows = kernels::contiguous_copy(x).view({x.numel() / 6, 6});
      const std::vector<double> product = naive(rows, weight.transpose(0, 1));
      const std::vector<double> add = bias.to(DType::f64).to_vector<double>();
      const std::vector<double> got = y.to_vector<double>();
      REQUIRE(y.size(-1) == 4);
      REQUIRE(got.size() == product.size());
      for (size_t i = 0; i < got.size(); ++i) {
        CHECK(got[i] == Approx(product[i] + add[i % 4]).margin(dtype == DType::f32 ? 1e-5 : 1e-13));
      }
    }
    CHECK(kernels::linear(ones({2, 0}, dtype), ones({3, 0}, dtype), ones({3}, dtype))
              .to(DType::f64)
              .to_vector<double>() == std::vector<double>(6, 1.0));
    CHECK(kernels::linear(ones({2, 3}, dtype), ones({0, 3}, dtype), Tensor()).shape() ==
          Shape{2, 0});
  }
}

TEST_CASE("blas_info says whether the environment chose the kernels") {
  const kernels::BlasInfo info = kernels::blas_info();
  CHECK_FALSE(info.kernels.empty());
  const char* const wanted = std::getenv("OPENBLAS_CORETYPE");
  const bool is_followed = wanted != nullptr && strcasecmp(wanted, info.kernels.c_str()) == 0;
  CHECK((info.choice == kernels::BlasChoice::user) == is_followed);
  if (info.name != "none") {
    CHECK((info.choice == kernels::BlasChoice::ignored) == (wanted != nullptr && !is_followed));
    CHECK_THAT(info.name, Catch::Matchers::StartsWith("OpenBLAS 0."));
  }
}

}  // namespace heed::testing::gemm_test
