// What an element becomes depends on its value alone: not on its place in a vector, a tail, a
// strided run or a result so large that it is written past the caches. And copies are exact.
#include "heed/framework/kernels/elementwise.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/functions.h"
#include "heed/framework/kernels/optimizer.h"
#include "heed/framework/kernels/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/simd_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::elementwise_test {
namespace {

using Binary = Tensor (*)(const Tensor&, const Tensor&);

constexpr std::pair<const char*, Binary> binaries[] = {
    {"add", [](const Tensor& a,
               const Tensor& b) { return kernels::arithmetic(kernels::Arithmetic::add, a, b); }},
    {"sub", [](const Tensor& a,
               const Tensor& b) { return kernels::arithmetic(kernels::Arithmetic::sub, a, b); }},
    {"mul", [](const Tensor& a,
               const Tensor& b) { return kernels::arithmetic(kernels::Arithmetic::mul, a, b); }},
    {"div", [](const Tensor& a,
               const Tensor& b) { return kernels::arithmetic(kernels::Arithmetic::div, a, b); }},
    {"exp", [](const Tensor& a, const Tensor&) { return kernels::unary(kernels::Unary::exp, a); }},
    {"tanh",
     [](const Tensor& a, const Tensor&) { return kernels::unary(kernels::Unary::tanh, a); }},
    {"sigmoid",
     [](const Tensor& a, const Tensor&) { return kernels::unary(kernels::Unary::sigmoid, a); }},
    {"gelu",
     [](const Tensor& a, const Tensor&) { return kernels::unary(kernels::Unary::gelu, a); }},
    {"gelu_tanh",
     [](const Tensor& a, const Tensor&) { return kernels::unary(kernels::Unary::gelu_tanh, a); }},
    {"gelu backward",
     [](const Tensor& a, const Tensor& b) {
       return kernels::unary_backward(kernels::UnaryBackward::gelu_from_x, a, b);
     }},
    {"tanh backward",
     [](const Tensor& a, const Tensor& b) {
       return kernels::unary_backward(kernels::UnaryBackward::tanh_from_y, a, b);
     }},
    {"add_",
     [](const Tensor& a, const Tensor& b) {
       const Tensor sum = kernels::contiguous_copy(a);
       kernels::add_(sum, b, 0.3);
       return sum;
     }},
};

/// The same elements, `step` apart in memory.
Tensor spread(const Tensor& x, int64_t step) {
  const Tensor wide = Tensor::empty({x.size(0), step}, x.dtype());
  kernels::fill_(wide, 1);
  const Tensor column = select(wide, 1, step - 1);
  kernels::copy_(column, x);
  return column;
}

template <class T>
void check_places() {
  const int64_t size = 77;
  const Tensor a = normal({size}, 1, dtype_of<T>), b = normal({size}, 2, dtype_of<T>);
  for (const auto& [name, f] : binaries) {
    CAPTURE(name);
    const std::vector<T> whole = f(a, b).template to_vector<T>();
    for (int64_t i = 0; i < size; ++i) {
      const Tensor one = f(a.slice(0, i, i + 1), b.slice(0, i, i + 1));
      REQUIRE(one.to_vector<T>()[0] == whole[static_cast<size_t>(i)]);
      const Tensor tail = f(a.slice(0, i, size), b.slice(0, i, size));
      const auto from = std::span(whole).subspan(static_cast<size_t>(i));
      const std::vector<T> found = tail.to_vector<T>();
      REQUIRE(std::equal(found.begin(), found.end(), from.begin(), from.end()));
    }
    REQUIRE(f(spread(a, 3), b).template to_vector<T>() == whole);
    REQUIRE(f(spread(a, 2), spread(b, 5)).template to_vector<T>() == whole);
    const Tensor rows = expand(a, {3, size}), columns = expand(reshape(b, {size, 1}), {size, 40});
    const std::vector<T> repeated = f(rows, expand(b, {3, size})).template to_vector<T>();
    for (size_t row = 0; row < 3; ++row) {
      const auto one = std::span(repeated).subspan(row * whole.size(), whole.size());
      REQUIRE(std::equal(one.begin(), one.end(), whole.begin(), whole.end()));
    }
    const Tensor wide = expand(reshape(a, {size, 1}), {size, 40});
    const std::vector<T> filled = f(wide, columns).template to_vector<T>();
    for (size_t i = 0; i < filled.size(); ++i) REQUIRE(filled[i] == whole[i / 40]);
  }
}

std::vector<double> copied(const Tensor& x) {
  const Tensor copy = kernels::contiguous_copy(x);
  REQUIRE(copy.is_contiguous());
  return kernels::cast(copy, DType::f64).to_vector<double>();
}

/// All elements in row-major order, one after another.
std::vector<double> walked(const Tensor& x) {
  const std::vector<double> memory = [&] {
    const int64_t last = [&] {
      int64_t at = 0;
      for (int64_t d = 0; d < x.dim(); ++d) at += (x.size(d) - 1) * x.strides()[d];
      return at;
    }();
    const Tensor dense = x.alias({last + 1}, Strides{1}, x.offset());
    return kernels::cast(dense, DType::f64).to_vector<double>();
  }();
  std::vector<double> all;
  std::vector<int64_t> index(static_cast<size_t>(x.dim()), 0);
  for (int64_t i = 0; i < x.numel(); ++i) {
    int64_t at = 0, rest = i;
    for (int64_t d = x.dim() - 1; d >= 0; --d) {
      at += rest % x.size(d) * x.strides()[d];
      rest /= x.size(d);
    }
    all.push_back(memory[static_cast<size_t>(at)]);
  }
  return all;
}

}  // namespace

TEST_CASE("an element's bits do not depend on its place on any target") {
  on_every_target([] {
    check_places<float>();
    check_places<double>();
  });
}

TEST_CASE("results written past the caches are those of small ones") {
  on_every_target([] {
    const Tensor x = normal({4097, 1031}, 3, DType::f32), bias = normal({1031}, 4, DType::f32);
    const Tensor row = kernels::arithmetic(kernels::Arithmetic::add, x.slice(0, 4096, 4097),
                                           reshape(bias, {1, 1031}));
    const Tensor whole =
        kernels::arithmetic(kernels::Arithmetic::add, x, expand(bias, {4097, 1031}));
    CHECK(whole.slice(0, 4096, 4097).to_vector<float>() == row.to_vector<float>());
    const Tensor relu = kernels::unary(kernels::Unary::relu, x), copy = kernels::contiguous_copy(x);
    CHECK(copy.to_vector<float>() == x.to_vector<float>());
    const std::vector<float> in = x.to_vector<float>(), out = relu.to_vector<float>();
    bool right = true;
    for (size_t i = 0; i < in.size(); ++i) right = right && out[i] == std::max(in[i], 0.0F);
    CHECK(right);
  });
}

TEST_CASE("rows written past the caches in the order of their source are copied as they are") {
  const Tensor x = normal({9, 64, 61, 64}, 8);
  for (const Tensor& view : {x.permute({0, 2, 1, 3}), x.slice(1, 1, 64).permute({2, 1, 0, 3}),
                             x.slice(2, 0, 60).permute({2, 0, 1, 3}),
                             expand(x.slice(0, 0, 1), {9, 64, 61, 64}).permute({1, 0, 2, 3})}) {
    CAPTURE(view.shape(), view.strides());
    CHECK((copied(view) == walked(view)));
  }
}

TEST_CASE("contiguous copies any permutation, expansion and slice") {
  for (const Shape& shape : {Shape{2, 33, 65, 3}, Shape{40, 4, 1, 37}, Shape{5, 3, 64, 32}}) {
    for (const DType dtype : {DType::f32, DType::f64, DType::i64}) {
      const Tensor x = kernels::cast(
          kernels::arithmetic(kernels::Arithmetic::mul, normal(shape, 5), 100), dtype);
      IntList order{0, 1, 2, 3};
      do {
        CAPTURE(shape, order, dtype);
        const Tensor view = x.permute(order);
        REQUIRE(copied(view) == walked(view));
        const Tensor cut = view.slice(0, 1, view.size(0)).slice(3, 0, view.size(3), 2);
        REQUIRE(copied(cut) == walked(cut));
      } while (std::next_permutation(order.begin(), order.end()));
    }
  }
  const Tensor column = normal({70}, 6, DType::f32);
  for (const Tensor& view :
       {expand(reshape(column, {70, 1}), {70, 50}), expand(column, {50, 70})}) {
    CHECK(copied(view) == walked(view));
  }
}

TEST_CASE("sums over leading and last dimensions are those of long double on every target") {
  on_every_target([] {
    for (const int64_t rows : {1, 2, 3, 4, 5, 16, 67}) {
      for (const int64_t columns : {1, 3, 16, 31, 64, 2048, 2049, 4100}) {
        CAPTURE(rows, columns);
        const Tensor x = normal({rows, columns}, 7);
        const std::vector<double> all = x.to_vector<double>();
        std::vector<long double> down(static_cast<size_t>(columns)),
            across(static_cast<size_t>(rows));
        for (size_t i = 0; i < all.size(); ++i) {
          down[i % down.size()] += static_cast<long double>(all[i]);
          across[i / down.size()] += static_cast<long double>(all[i]);
        }
        const std::vector<double> got_down = kernels::sum(x, {0}).to_vector<double>();
        const std::vector<double> got_across = kernels::sum(x, {1}).to_vector<double>();
        for (size_t i = 0; i < down.size(); ++i) {
          REQUIRE(got_down[i] == Approx(static_cast<double>(down[i])).margin(1e-11));
        }
        for (size_t i = 0; i < across.size(); ++i) {
          REQUIRE(got_across[i] == Approx(static_cast<double>(across[i])).margin(1e-11));
        }
      }
    }
  });
}

TEST_CASE(
    "an optimizer step over many parameters, of any sizes and dtypes, is that of each alone") {
  const int64_t sizes[] = {1, 5000, 0, 4096, 17, 20000, 3};
  const kernels::AdamStep adam{0.9, 0.99, 1e-8, false};
  std::vector<kernels::AdamItem> together, alone;
  uint64_t seed = 0;
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const int64_t size : sizes) {
      ++seed;
      const auto item = [&] {
        return kernels::AdamItem{normal({size}, seed, dtype),
                                 normal({size}, seed + 50, dtype),
                                 normal({size}, seed + 100, dtype),
                                 kernels::abs(normal({size}, seed + 150, dtype)),
                                 static_cast<int64_t>(seed),
                                 0.1,
                                 0.01};
      };
      together.push_back(item());
      alone.push_back(item());
    }
  }
  kernels::adam_step_(together, adam);
  for (const kernels::AdamItem& item : alone) kernels::adam_step_({&item, 1}, adam);
  const auto values = [](const Tensor& x) { return x.to(DType::f64).to_vector<double>(); };
  for (size_t i = 0; i < alone.size(); ++i) {
    INFO("parameter " << i);
    CHECK(values(together[i].parameter) == values(alone[i].parameter));
    CHECK(values(together[i].m) == values(alone[i].m));
    CHECK(values(together[i].v) == values(alone[i].v));
  }
}

TEST_CASE("a parameter's optimizer step does not depend on its place on any target") {
  on_every_target([] {
    const int64_t size = 39;
    const Tensor gradient = normal({size}, 8, DType::f32);
    const auto state = [&](uint64_t seed) {
      const Tensor x = normal({size}, seed, DType::f32);
      return kernels::abs(x);
    };
    const Tensor p = state(1), m = state(2), v = state(3), q = state(4), b = state(5), r = state(6);
    const Tensor p1 = state(1), m1 = state(2), v1 = state(3), q1 = state(4), b1 = state(5);
    const Tensor r1 = state(6);
    const kernels::AdamStep adam{0.9, 0.99, 1e-8, true};
    const kernels::SgdStep sgd{0.9, 0.2, true};
    kernels::adam_step_(std::array{kernels::AdamItem{p, gradient, m, v, 3, 0.1, 0.01}}, adam);
    kernels::sgd_step_(std::array{kernels::SgdItem{q, gradient, b, false, 0.1, 0.01},
                                  kernels::SgdItem{r, gradient, Tensor(), false, 0.1, 0.01}},
                       sgd);
    std::vector<kernels::AdamItem> adam_items;
    std::vector<kernels::SgdItem> sgd_items;
    for (int64_t i = 0; i < size; ++i) {
      const auto one = [i](const Tensor& x) { return x.slice(0, i, i + 1); };
      adam_items.push_back({one(p1), one(gradient), one(m1), one(v1), 3, 0.1, 0.01});
      sgd_items.push_back({one(q1), one(gradient), one(b1), false, 0.1, 0.01});
      sgd_items.push_back({one(r1), one(gradient), Tensor(), false, 0.1, 0.01});
    }
    kernels::adam_step_(adam_items, adam);
    kernels::sgd_step_(sgd_items, sgd);
    CHECK(p.to_vector<float>() == p1.to_vector<float>());
    CHECK(m.to_vector<float>() == m1.to_vector<float>());
    CHECK(v.to_vector<float>() == v1.to_vector<float>());
    CHECK(q.to_vector<float>() == q1.to_vector<float>());
    CHECK(b.to_vector<float>() == b1.to_vector<float>());
    CHECK(r.to_vector<float>() == r1.to_vector<float>());
    double squares = 0;
    for (const float x : gradient.to_vector<float>())
      squares += static_cast<double>(x) * static_cast<double>(x);
    CHECK(kernels::square_sum(gradient) == Approx(squares).epsilon(1e-14));
  });
}

}  // namespace heed::testing::elementwise_test
