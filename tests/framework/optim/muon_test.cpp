// Muon against its definition, a matrix at a time.
#include "heed/framework/optim/muon.h"

#include <cmath>

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/linear_algebra.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/reduce.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::muon_test {
namespace {

using Matrix = std::vector<Values>;

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix result(a.size(), Values(b[0].size()));
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b[0].size(); ++j) {
      for (size_t k = 0; k < b.size(); ++k) result[i][j] += a[i][k] * b[k][j];
    }
  }
  return result;
}

Matrix transposed(const Matrix& a) {
  Matrix result(a[0].size(), Values(a.size()));
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < a[0].size(); ++j) result[j][i] = a[i][j];
  }
  return result;
}

/// One step of Muon on a matrix that is at rest, for its definition: aX + (b XXᵀ + c (XXᵀ)²)X.
Matrix muon_direction(Matrix x, const MuonConfig& config) {
  double norm = 0;
  for (const Values& row : x) {
    for (const double entry : row) norm += entry * entry;
  }
  norm = std::sqrt(norm);
  for (Values& row : x) {
    for (double& entry : row) entry /= norm;
  }
  const auto [a, b, c] = config.coefficients;
  for (int64_t round = 0; round < config.rounds; ++round) {
    const Matrix gram = product(x, transposed(x)), third = product(gram, x);
    const Matrix fifth = product(gram, third);
    for (size_t i = 0; i < x.size(); ++i) {
      for (size_t j = 0; j < x[0].size(); ++j) {
        x[i][j] = a * x[i][j] + b * third[i][j] + c * fifth[i][j];
      }
    }
  }
  return x;
}

}  // namespace

TEST_CASE("Muon moves matrices of any shape along their gradients made orthogonal") {
  for (const Shape& shape : {Shape{3, 5}, Shape{6, 2}, Shape{4, 4}, Shape{1, 3}}) {
    for (const MuonScale scale :
         {MuonScale::original, MuonScale::match_rms_adamw, MuonScale::none}) {
      const MuonConfig config{.lr = 0.1, .weight_decay = 0.3, .scale = scale};
      // Another matrix of the shape and one of another one: neither changes the result.
      const Tensor x = normal(shape, 1).requires_grad_(), twin = normal(shape, 2).requires_grad_();
      const Tensor other = normal({2, 7}, 3).requires_grad_();
      Muon muon({x, other, twin}, config);
      const auto rows = static_cast<size_t>(shape[0]), columns = static_cast<size_t>(shape[1]);
      for (const Tensor& each : {x, twin, other}) each.set_grad(normal(each.shape(), 4));
      Matrix gradient(rows, Values(columns));
      for (size_t i = 0; i < rows * columns; ++i) {
        gradient[i / columns][i % columns] = values(x.grad())[i];
      }
      Values want = values(x);
      const Matrix direction = muon_direction(gradient, config);
      const double ratio = static_cast<double>(rows) / static_cast<double>(columns);
      const double size = scale == MuonScale::none ? 1
                          : scale == MuonScale::original
                              ? std::sqrt(std::max(1.0, ratio))
                              : 0.2 * std::sqrt(static_cast<double>(std::max(rows, columns)));
      for (size_t i = 0; i < want.size(); ++i) {
        want[i] = want[i] * (1 - 0.1 * 0.3) - 0.1 * size * direction[i / columns][i % columns];
      }
      muon.step();
      CHECK(difference(array_of(x), {{shape[0], shape[1]}, want}, 1e-12) == "");
    }
  }
}

TEST_CASE("Muon keeps the singular vectors of a gradient and brings its singular values near 1") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const Shape& shape : {Shape{24, 40}, Shape{40, 24}, Shape{32, 32}}) {
      const Tensor gradient = normal(shape, 5).to(dtype);
      const Tensor x = zeros(shape, dtype).requires_grad_();
      x.set_grad(gradient);
      Muon({x}, {.lr = 1, .scale = MuonScale::none}).step();
      const Svd of = svd(gradient, false);
      const Tensor turned = matmul(matmul(of.u.transpose(0, 1), x.detach()), of.vh.transpose(0, 1));
      const Tensor is_diagonal = eq(eye(turned.size(0), dtype), 1);
      CHECK(max(abs(masked_fill(turned, is_diagonal, 0))).item() <
            (dtype == DType::f32 ? 1e-4 : 1e-12));
      const std::vector<double> before = of.s.to(DType::f64).to_vector<double>();
      const Values after = values(diagonal(turned).to(DType::f64).contiguous());
      double square_sum = 0;
      for (const double value : before) square_sum += value * value;
      for (size_t i = 0; i < before.size(); ++i) {
        double want = before[i] / std::sqrt(square_sum);
        for (int round = 0; round < 5; ++round) {
          want = 3.4445 * want - 4.7750 * std::pow(want, 3) + 2.0315 * std::pow(want, 5);
        }
        CHECK(after[i] == Approx(-want).epsilon(1e-3));  // against the gradient
        if (shape[0] != shape[1]) CHECK(std::abs(want - 0.95) < 0.3);
      }
    }
  }
}

TEST_CASE("Muon refuses what is not a matrix and numbers out of range") {
  const double nan = std::nan("");
  const Tensor x = leaf({1, 2}), scale = leaf({3});
  CHECK(message_of([&] {
          Muon({x, normal({2, 2}, 1).requires_grad_(), scale}, {});
        }) == "Muon: trains matrices only, got 0 [2], 2 [1]; give the rest to another optimizer");
  const Tensor matrix = normal({2, 2}, 1).requires_grad_();
  const auto muon = [&](const MuonConfig& config) {
    return message_of([&] { Muon({matrix}, config); });
  };
  CHECK(muon({.momentum = 1}) == "Muon: momentum must be in [0, 1), got 1");
  CHECK(muon({.rounds = -1}) == "Muon: rounds must be in [0, 100), got -1");
  CHECK(muon({.coefficients = {1, nan, 1}}) == "Muon: a coefficient must be finite, got nan");
  CHECK(muon({.eps = -1}) == "Muon: eps must be finite and at least 0, got -1");
}

}  // namespace heed::testing::muon_test
