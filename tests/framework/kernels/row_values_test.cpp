// What rows of NaN, infinities, huge and tiny numbers become, and that large results and many
// threads change no bit.
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "heed/framework/kernels/gather.h"
#include "heed/framework/kernels/normalize.h"
#include "heed/framework/kernels/softmax.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/loss.h"
#include "heed/framework/ops/mask.h"
#include "heed/framework/ops/normalization.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/simd_fixtures.h"

namespace heed::testing::row_values_test {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

using Floats = std::vector<float>;

Floats floats(const Tensor& x) {
  return x.to_vector<float>();
}

bool all_nan(const Floats& row) {
  for (const float v : row) {
    if (!std::isnan(v)) return false;
  }
  return true;
}

bool all_finite(const Floats& row) {
  for (const float v : row) {
    if (!std::isfinite(v)) return false;
  }
  return true;
}

/// Three rows of which element `at` of the second is `value`.
Tensor spoilt(int64_t length, int64_t at, float value) {
  Tensor x = normal({3, length}, 1, DType::f32);
  x.mutable_data<float>()[length + at] = value;
  return x;
}

constexpr int64_t odd_lengths[] = {1, 7, 16, 17, 31, 64, 70};

}  // namespace

TEST_CASE("a NaN or +Inf changes its whole row and no other, wherever it is, on every target") {
  on_every_target([] {
    for (const int64_t length : odd_lengths) {
      for (const int64_t at : {int64_t{0}, length / 2, length - 1}) {
        for (const float bad : {not_a_number, infinity}) {
          INFO("element " << at << " of " << length << " is " << bad);
          const Tensor x = spoilt(length, at, bad);
          const Tensor open = zeros(x.shape(), DType::boolean);
          for (const Tensor& y : {kernels::softmax(x, 1), kernels::log_softmax(x, 1),
                                  kernels::masked_softmax(x, open, 1), layer_norm(x, {length})}) {
            CHECK(all_nan(floats(y.select(0, 1))));
            CHECK(all_finite(floats(y.slice(0, 0, 3, 2))));
          }
          const Tensor target = zeros({3}, DType::i64);
          const ClassLossOptions each{.reduction = Reduction::none};
          const Floats losses = floats(cross_entropy(x, target, each));
          CHECK((std::isfinite(losses[0]) && std::isfinite(losses[2])));
          if (std::isnan(bad)) {
            CHECK(std::isnan(losses[1]));
          } else {  // the limit: the target, 0, has all of the probability or none
            CHECK(losses[1] == (at == 0 ? 0 : infinity));
          }

          const Tensor good = normal({3, length}, 2, DType::f32);
          const Tensor y = kernels::softmax(good, 1), log_y = kernels::log_softmax(good, 1);
          for (const Tensor& dx :
               {kernels::softmax_backward(x, y, 1), kernels::log_softmax_backward(x, log_y, 1),
                kernels::masked_softmax_backward(x, y, open, 1)}) {
            CHECK(all_finite(floats(dx.slice(0, 0, 3, 2))));
            CHECK_FALSE(all_finite(floats(dx.select(0, 1))));
          }
        }
      }
    }
  });
}

TEST_CASE("what is blocked has no influence, whatever it is, on every target") {
  on_every_target([] {
    for (const int64_t length : odd_lengths) {
      for (const int64_t at : {int64_t{0}, length / 2, length - 1}) {
        const Tensor blocked = zeros({3, length}, DType::boolean);
        blocked.mutable_data<bool>()[length + at] = true;
        const Tensor g = normal({3, length}, 3, DType::f32);
        const Tensor want = kernels::masked_softmax(spoilt(length, at, 0), blocked, 1);
        for (const float bad : {not_a_number, infinity, -infinity, 3e38F}) {
          const Tensor y = kernels::masked_softmax(spoilt(length, at, bad), blocked, 1);
          CHECK(floats(y) == floats(want));
          CHECK(floats(y)[static_cast<size_t>(length + at)] == 0);
          const Floats dx =
              floats(kernels::masked_softmax_backward(spoilt(length, at, bad), y, blocked, 1));
          CHECK(all_finite(dx));
          CHECK(dx[static_cast<size_t>(length + at)] == 0);
        }
      }
      for (const bool composed : {false, true}) {
        const Tensor blocked = zeros({3, length}, DType::boolean);
        blocked.mutable_data<bool>()[length] = true;
        const Tensor x = normal({3, length}, 4, DType::f32).requires_grad_();
        masked_softmax(x, blocked)
            .backward(spoilt(length, 0, not_a_number), {.create_graph = composed});
        CHECK(all_finite(floats(x.grad())));
        x.set_grad(Tensor());
      }
      const Tensor none = kernels::masked_softmax(full({2, length}, -infinity, DType::f32),
                                                  ones({2, length}, DType::boolean), 1);
      CHECK(floats(none) == Floats(static_cast<size_t>(2 * length), 0.0F));
    }
  });
}

TEST_CASE("rows of -Inf, huge and denormal numbers on every target") {
  on_every_target([] {
    for (const int64_t length : odd_lengths) {
      const auto row = [&](float value) { return full({1, length}, value, DType::f32); };
      const auto count = static_cast<float>(length);
      for (const float same : {3e38F, -3e38F, 1e-45F, -1e-40F}) {
        for (const float p : floats(kernels::softmax(row(same), 1))) CHECK(p == 1 / count);
        for (const float p : floats(kernels::log_softmax(row(same), 1))) {
          CHECK(p == Approx(-std::log(count)));
        }
        CHECK(cross_entropy(row(same), zeros({1}, DType::i64)).item() == Approx(std::log(count)));
        for (const float v : floats(layer_norm(row(same), {length}))) CHECK(v == 0);
      }
      CHECK(all_nan(floats(kernels::softmax(row(-infinity), 1))));
      CHECK(all_nan(floats(kernels::log_softmax(row(-infinity), 1))));
      CHECK(std::isnan(cross_entropy(row(-infinity), zeros({1}, DType::i64)).item()));
      Tensor peak = row(-infinity);
      peak.mutable_data<float>()[length - 1] = -3e38F;
      CHECK(floats(kernels::softmax(peak, 1)).back() == 1);
      CHECK(floats(kernels::log_softmax(peak, 1)).back() == 0);
    }
  });
}

TEST_CASE("cross_entropy: ignored rows count nothing even if infinite, on every target") {
  on_every_target([] {
    for (const Reduction reduction : {Reduction::none, Reduction::mean, Reduction::sum}) {
      const Tensor x = spoilt(5, 2, -infinity).requires_grad_();
      const Tensor target = from_values<int64_t>({1, -100, 3}, {3});
      const Tensor loss = cross_entropy(x, target, {.reduction = reduction});
      loss.backward(ones(loss.shape()));
      CHECK(all_finite(floats(loss)));
      CHECK(floats(x.grad().select(0, 1)) == Floats(5, 0.0F));
    }
    for (const bool composed : {false, true}) {
      const Tensor x = normal({2, 5}, 1, DType::f32).requires_grad_();
      const Tensor loss = cross_entropy(x, full({2}, -100, DType::i64));
      CHECK(std::isnan(loss.item()));
      loss.backward({}, {.create_graph = composed});
      CHECK(floats(x.grad()) == Floats(10, 0.0F));
      x.set_grad(Tensor());
    }
  });
}

TEST_CASE("rows of a result too large for the caches have the bits of few rows, on every target") {
  on_every_target([] {
    const int64_t length = 1024, many = 2100;  // 8.6 MB
    const Tensor x = normal({many, length}, 1, DType::f32);
    const Tensor g = normal({many, length}, 2, DType::f32);
    const Tensor blocked = lt(x, 0.5);
    const Tensor target = full({many}, 7, DType::i64);
    const auto gradient = [](const Tensor& input, const Tensor& seed, const auto& f) {
      const Tensor leaf = input.detach().requires_grad_();
      f(leaf).backward(seed);
      return leaf.grad();
    };
    const auto all = [&](int64_t first, int64_t end) {
      const Tensor part = x.slice(0, first, end), seed = g.slice(0, first, end);
      const Tensor mask = blocked.slice(0, first, end);
      const Tensor y = kernels::softmax(part, 1), log_y = kernels::log_softmax(part, 1);
      const ClassLossOptions summed{.reduction = Reduction::sum};
      return std::vector<Tensor>{
          y,
          log_y,
          kernels::masked_softmax(part, mask, 1),
          layer_norm(part, {length}),
          kernels::softmax_backward(seed, y, 1),
          kernels::log_softmax_backward(seed, log_y, 1),
          kernels::masked_softmax_backward(seed, y, mask, 1),
          gradient(part, seed, [&](const Tensor& in) { return layer_norm(in, {length}); }),
          gradient(part, ones({}), [&](const Tensor& in) {
            return cross_entropy(in, target.slice(0, first, end), summed);
          })};
    };
    const std::vector<Tensor> large = all(0, many), small = all(1000, 1003);
    for (size_t i = 0; i < large.size(); ++i) {
      INFO("result " << i);
      CHECK(floats(large[i].slice(0, 1000, 1003)) == floats(small[i]));
    }
  });
}

TEST_CASE("normalisation, losses and sums at indices give the same bits with 1 and 2 threads") {
  const Tensor x = normal({1000, 130}, 1, DType::f32), g = normal({1000, 130}, 2, DType::f32);
  const Tensor target = Tensor::empty({1000}, DType::i64);
  for (int64_t i = 0; i < 1000; ++i) target.mutable_data<int64_t>()[i] = i * i % 130;
  std::vector<std::vector<Floats>> results;
  for (const int count : {1, 2}) {
    const Threads threads(count);
    const Tensor a = x.detach().requires_grad_(), b = x.detach().requires_grad_();
    const Tensor weight = ones({130}).requires_grad_(), bias = zeros({130}).requires_grad_();
    const Tensor loss = cross_entropy(a, target, {.label_smoothing = 0.1});
    loss.backward();
    const Tensor y = layer_norm(b, {130}, weight, bias);
    y.backward(g);
    results.push_back({floats(loss), floats(a.grad()), floats(y), floats(b.grad()),
                       floats(weight.grad()), floats(bias.grad()),
                       floats(kernels::index_sum({130, 130}, 0, target, g))});
  }
  CHECK(results[0] == results[1]);
  const Tensor onto_zeros = kernels::index_add(zeros({130, 130}), 0, target, g);
  CHECK(results[0].back() == floats(onto_zeros));
}

}  // namespace heed::testing::row_values_test
