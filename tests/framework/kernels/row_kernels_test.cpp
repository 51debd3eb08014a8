// The kernels that take whole rows against plain loops in double, on every target, for lengths
// below, at and above whole vectors; and their gradients against the recorded formulas.
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/kernels/cross_entropy.h"
#include "heed/framework/kernels/gather.h"
#include "heed/framework/kernels/normalize.h"
#include "heed/framework/kernels/softmax.h"
#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/loss.h"
#include "heed/framework/ops/mask.h"
#include "heed/framework/ops/normalization.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/simd_fixtures.h"

namespace heed::testing::row_kernels_test {
namespace {

Values in_double(const Tensor& x) {
  return values(x.to(DType::f64));
}

/// The largest |got − want| / (1 + |want|); infinite where only one is NaN.
double distance(const Tensor& got, const Tensor& want) {
  const Values a = in_double(got), b = in_double(want);
  REQUIRE(got.shape() == want.shape());
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    const double error = std::abs(a[i] - b[i]) / (1 + std::abs(b[i]));
    worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
  }
  return worst;
}

std::vector<int64_t> lengths() {
  std::vector<int64_t> all;
  for (int64_t length = 0; length <= 70; ++length) all.push_back(length);
  for (const int64_t length : {127, 128, 129, 255, 257, 1000, 2049}) all.push_back(length);
  return all;
}

double tolerance(DType dtype) {
  return dtype == DType::f32 ? 2e-6 : 1e-14;
}

/// Blocks all of every third row, and about half of the elements of the others.
Tensor some_blocked(int64_t rows, int64_t length) {
  const Tensor blocked = Tensor::empty({rows, length}, DType::boolean);
  for (int64_t i = 0; i < rows * length; ++i) {
    blocked.mutable_data<bool>()[i] = i / length % 3 == 2 || i * 2654435761 % 7 < 3;
  }
  return blocked;
}

// The formulas in ops on f64, which are not the kernels under test.
Tensor exact_softmax(const Tensor& x) {
  const Tensor e = exp(x - amax(x, {1}, true));
  return e / sum(e, {1}, true);
}

Tensor softmax_gradient(const Tensor& g, const Tensor& y) {
  return y * (g - sum(g * y, {1}, true));
}

/// What f gives to the leaves, as backward(g) computes it: fused, or recorded op by op.
std::vector<Tensor> gradients(const std::function<Tensor(const std::vector<Tensor>&)>& f,
                              const std::vector<Tensor>& inputs, const Tensor& g, bool composed) {
  std::vector<Tensor> leaves, result;
  for (const Tensor& input : inputs) leaves.push_back(input.detach().requires_grad_());
  f(leaves).backward(g, {.create_graph = composed});
  for (const Tensor& leaf : leaves) {
    result.push_back(leaf.grad().detach());
    leaf.set_grad(Tensor());
  }
  return result;
}

}  // namespace

TEST_CASE("softmax and its gradient agree with the formula for every length on every target") {
  on_every_target([] {
    for (const DType dtype : {DType::f32, DType::f64}) {
      for (const int64_t length : lengths()) {
        INFO(length << " elements of " << name_of(dtype));
        const Tensor x = normal({4, length}, 1, dtype) * 5, g = normal({4, length}, 2, dtype);
        const Tensor y = kernels::softmax(x, 1), log_y = kernels::log_softmax(x, 1);
        REQUIRE(y.shape() == x.shape());
        if (length == 0) continue;
        const Tensor wide = x.to(DType::f64), wide_g = g.to(DType::f64);
        const Tensor want = exact_softmax(wide);
        CHECK(distance(y, want) < tolerance(dtype));
        CHECK(distance(log_y, log(want)) < 4 * tolerance(dtype));
        CHECK(distance(kernels::softmax_backward(g, y, 1), softmax_gradient(wide_g, want)) <
              tolerance(dtype));
        CHECK(distance(kernels::log_softmax_backward(g, log_y, 1),
                       wide_g - want * sum(wide_g, {1}, true)) < 4 * tolerance(dtype));

        const Tensor blocked = some_blocked(4, length);
        const Tensor open = eq(blocked, 0).to(DType::f64);
        const Tensor e = exp(wide - amax(wide, {1}, true)) * open;
        const Tensor total = sum(e, {1}, true);
        const Tensor masked = e / (total + eq(total, 0).to(DType::f64));
        const Tensor masked_y = kernels::masked_softmax(x, blocked, 1);
        CHECK(distance(masked_y, masked) < 4 * tolerance(dtype));
        CHECK(distance(kernels::masked_softmax_backward(g, masked_y, blocked, 1),
                       softmax_gradient(wide_g, masked)) < 4 * tolerance(dtype));
      }
    }
  });
}

TEST_CASE("normalisation agrees with the formula for every length on every target") {
  on_every_target([] {
    for (const DType dtype : {DType::f32, DType::f64}) {
      for (const int64_t length : lengths()) {
        if (length == 0) continue;
        INFO(length << " elements of " << name_of(dtype));
        const Tensor x = normal({4, length}, 1, dtype) + 3;
        const Tensor weight = normal({length}, 2, dtype), bias = normal({length}, 3, dtype);
        const Tensor wide = x.to(DType::f64);
        const Tensor centred = wide - mean(wide, {1}, true);
        const auto unit = [](const Tensor& v) {
          return v * rsqrt(mean(square(v), {1}, true) + 0.1);
        };
        const Tensor w = weight.to(DType::f64), b = bias.to(DType::f64);
        CHECK(distance(layer_norm(x, {length}, weight, bias, 0.1), unit(centred) * w + b) <
              2 * tolerance(dtype));
        CHECK(distance(layer_norm(x, {length}, {}, {}, 0.1), unit(centred)) < 2 * tolerance(dtype));
        CHECK(distance(rms_norm(x, {length}, weight, 0.1), unit(wide) * w) < 2 * tolerance(dtype));
      }
    }
  });
}

TEST_CASE("layer_norm of numbers far from zero keeps what f32 holds of them") {
  on_every_target([] {
    const Tensor x = normal({3, 100}, 1, DType::f32) + 4096;
    const Tensor wide = x.to(DType::f64);
    CHECK(distance(layer_norm(x, {100}), layer_norm(wide, {100})) < 1e-6);
  });
}

TEST_CASE("fused gradients agree with the recorded ones in every layout on every target") {
  using F = std::function<Tensor(const std::vector<Tensor>&)>;
  on_every_target([] {
    for (const int64_t length : {1, 5, 16, 23, 64, 100}) {
      const Tensor blocked = some_blocked(6, length);
      const Tensor target = Tensor::empty({6}, DType::i64);
      for (int64_t i = 0; i < 6; ++i) {
        target.mutable_data<int64_t>()[i] = i == 4 ? -100 : i * 7 % length;
      }
      const Tensor class_weight = abs(normal({length}, 9)) + 0.5;
      const auto loss = [&](Reduction reduction, double smoothing, bool weighted) {
        return F([=](const std::vector<Tensor>& in) {
          return cross_entropy(in[0], target,
                               {.weight = weighted ? class_weight.to(in[0].dtype()) : Tensor(),
                                .reduction = reduction,
                                .label_smoothing = smoothing});
        });
      };
      const std::vector<F> functions = {
          [](const std::vector<Tensor>& in) { return softmax(in[0], 1); },
          [](const std::vector<Tensor>& in) { return softmax(in[0], 0); },
          [](const std::vector<Tensor>& in) { return log_softmax(in[0], 1); },
          [](const std::vector<Tensor>& in) { return log_softmax(in[0], 0); },
          [&](const std::vector<Tensor>& in) { return masked_softmax(in[0], blocked, 1); },
          [&](const std::vector<Tensor>& in) {
            return masked_softmax(in[0], blocked.slice(0, 0, 1), 1);
          },
          [&](const std::vector<Tensor>& in) { return masked_softmax(in[0], blocked, 0); },
          [&](const std::vector<Tensor>& in) {
            return masked_softmax(in[0], blocked.slice(1, 0, 1), 1);
          },
          [&](const std::vector<Tensor>& in) {
            return layer_norm(in[0], {length}, in[1], in[2], 0.1);
          },
          [&](const std::vector<Tensor>& in) {
            return rms_norm(in[0], {length}, in[1], 0.1) + in[2];
          },
          [&](const std::vector<Tensor>& in) { return layer_norm(in[0], {length}, {}, {}, 0.1); },
          loss(Reduction::none, 0, false),
          loss(Reduction::none, 0.25, true),
          loss(Reduction::mean, 0, true),
          loss(Reduction::sum, 0.25, false)};
      for (const DType dtype : {DType::f32, DType::f64}) {
        const Tensor dense = normal({6, length}, 1, dtype);
        const std::vector<Tensor> layouts = {
            dense,
            normal({length, 6}, 2, dtype).transpose(0, 1),
            normal({6, length + 3}, 3, dtype).slice(1, 2, length + 2),
            normal({6, 2 * length}, 4, dtype).slice(1, 0, 2 * length, 2),
            normal({1, 1}, 5, dtype).expand({6, length}),
            normal({6, 1}, 6, dtype).expand({6, length}),
            normal({1, length}, 7, dtype).expand({6, length})};
        for (size_t f = 0; f < functions.size(); ++f) {
          for (size_t layout = 0; layout < 2 * layouts.size(); ++layout) {
            INFO("function " << f << ", layout " << layout << ", length " << length);
            const bool of_gradient = layout < layouts.size();
            const Tensor& odd = layouts[layout % layouts.size()];
            const std::vector<Tensor> inputs = {of_gradient ? dense : odd,
                                                normal({length}, 10, dtype),
                                                normal({length}, 11, dtype)};
            const NoGrad off;
            const Shape shape = functions[f](inputs).shape();
            Tensor g = of_gradient ? odd : dense;
            if (shape.size() == 1) g = g.select(1, 0);
            if (shape.empty()) g = g.select(1, 0).select(0, 1);
            const GradMode on(true);
            const auto used = [&](const std::vector<Tensor>& in) {
              return functions[f](in) + 0 * (sum(in[1]) + sum(in[2]));
            };
            const std::vector<Tensor> fused = gradients(used, inputs, g, false);
            const std::vector<Tensor> composed = gradients(used, inputs, g, true);
            for (size_t i = 0; i < fused.size(); ++i) {
              CHECK(distance(fused[i], composed[i]) < 4 * tolerance(dtype));
            }
          }
        }
      }
    }
  });
}

}  // namespace heed::testing::row_kernels_test
