// Losses at infinities: limits, with gradients that are finite where limits are.
#include "heed/framework/ops/loss.h"

#include <cmath>

#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::loss_semantics_test {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const ClassLossOptions each{.reduction = Reduction::none};

/// The losses and the gradient of their sum, in f64 and in f32, and recorded for a second one.
template <class Call>
void check_loss(const Call& call, const Values& input, const Values& losses, const Values& slopes,
                Shape shape = {}) {
  if (shape.empty()) shape = {std::ssize(input)};
  for (const DType dtype : {DType::f64, DType::f32}) {
    for (const bool create_graph : {false, true}) {
      const Tensor x = from_values(input, shape).to(dtype).requires_grad_();
      const Tensor y = call(x);
      CHECK(shown(y.detach().to(DType::f64)) == shown(losses));
      const Tensor seed = ones(y.shape(), dtype);
      const auto gradients =
          grad(std::vector{y}, std::vector{x}, std::vector{seed}, {.create_graph = create_graph});
      CHECK(shown(gradients[0].detach().to(DType::f64)) == shown(slopes));
    }
  }
}

Tensor like(const Tensor& x, const Values& numbers) {
  return from_values(numbers, {std::ssize(numbers)}).to(x.dtype());
}
Tensor like(const Tensor& x, const Values& numbers, const Shape& shape) {
  return from_values(numbers, shape).to(x.dtype());
}

}  // namespace

TEST_CASE("binary_cross_entropy_with_logits of infinite logits is its limit") {
  const Values logits{-inf, inf, -inf, inf};
  const auto none = [](const Tensor& x) {
    return binary_cross_entropy_with_logits(x, like(x, {0, 0, 1, 1}),
                                            {.reduction = Reduction::none});
  };
  check_loss(none, logits, {0, inf, inf, 0}, {0, 1, -1, 0});
  const auto weighted = [](const Tensor& x) {
    return binary_cross_entropy_with_logits(x, like(x, {0, 0, 1, 1}),
                                            {.weight = like(x, {2, 0, 0, 2}),
                                             .pos_weight = like(x, {3}),
                                             .reduction = Reduction::none});
  };
  check_loss(weighted, logits, {0, 0, 0, 0}, {0, 0, 0, 0});
  const auto unlikely = [](const Tensor& x) {
    return binary_cross_entropy_with_logits(
        x, like(x, {1, 0.5, 0.5, 1}), {.pos_weight = like(x, {0}), .reduction = Reduction::none});
  };
  check_loss(unlikely, logits, {0, inf, 0, 0}, {0, 0.5, 0, 0});
  for (const double target : {0.0, 1.0}) {  // the target's gradient is no NaN either
    const Tensor t = leaf({target, target});
    binary_cross_entropy_with_logits(tensor<double>({-inf, inf}), t).backward();
    for (const double slope : values(t.grad())) CHECK_FALSE(std::isnan(slope));
  }
}

TEST_CASE("cross_entropy of infinite logits is its limit") {
  const auto of = [](int64_t target, ClassLossOptions options = each) {
    return [=](const Tensor& x) {
      return cross_entropy(x, expand(from_values(Whole{target}, {1}), {x.size(0)}), options);
    };
  };
  const Shape rows{2, 2};
  check_loss(of(0), {0, -inf, -inf, 0}, {0, inf}, {0, 0, -1, 1}, rows);
  check_loss(of(0), {inf, 0, 0, inf}, {0, inf}, {0, 0, -1, 1}, rows);
  check_loss(of(1), {inf, -inf, -inf, inf}, {inf, 0}, {1, -1, 0, 0}, rows);
  ClassLossOptions smooth = each;
  smooth.label_smoothing = 0.5;
  check_loss(of(0, smooth), {0, -inf, inf, 0}, {inf, inf}, {0.25, -0.25, 0.25, -0.25}, rows);
  smooth.label_smoothing = 1e-50;  // little of infinity is all of it
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor logits = from_values(Values{0, -inf, inf, 0}, rows).to(dtype);
    CHECK(shown(of(0, smooth)(logits).to(DType::f64)) == shown({inf, inf}));
  }
  smooth.label_smoothing = 1;  // and a class that has no share does not count
  smooth.weight = tensor<double>({1, 0});
  const Tensor x = leaf({0, -inf, 0, inf}, rows);
  const Tensor y = cross_entropy(x, from_values(Whole{1, 0}, {2}), smooth);
  CHECK(shown(y) == shown({0, inf}));
  const auto undecided = [&](const Values& row) {
    return values(cross_entropy(leaf(row, {1, 2}), from_values(Whole{0}, {1}), each));
  };
  CHECK(std::isnan(undecided({inf, inf})[0]));  // several infinities have no limit
  CHECK(std::isnan(undecided({-inf, -inf})[0]));
  CHECK(std::isnan(undecided({inf, nan})[0]));
}

TEST_CASE("cross_entropy reads no logits of ignored rows, whatever they are") {
  const Tensor x = leaf({1, 1, nan, inf, inf, inf, -inf, -inf}, {4, 2});
  const Tensor targets = from_values(Whole{0, -100, -100, -100}, {4});
  const Tensor y = cross_entropy(x, targets);
  CHECK(shown(y) == shown({std::log(2.0)}));
  y.backward();
  CHECK(shown(x.grad()) == shown({-0.5, 0.5, 0, 0, 0, 0, 0, 0}));
}

TEST_CASE("cross_entropy with probabilities as target counts no class of probability 0") {
  const auto of = [](const Values& target, double smoothing = 0) {
    return [=](const Tensor& x) {
      ClassLossOptions options = each;
      options.label_smoothing = smoothing;
      return cross_entropy(x, like(x, target, x.shape()), options);
    };
  };
  const Shape rows{2, 2};
  check_loss(of({1, 0, 1, 0}), {0, -inf, -inf, 0}, {0, inf}, {0, 0, -1, 1}, rows);
  check_loss(of({1, 0, 1, 0}), {inf, 0, 0, inf}, {0, inf}, {0, 0, -1, 1}, rows);
  check_loss(of({1, 0, 0.5, 0.5}), {0, -inf, inf, 0}, {0, inf}, {0, 0, 0.5, -0.5}, rows);
  check_loss(of({1, 0, 1, 0}, 0.5), {0, -inf, 0, inf}, {inf, inf}, {0.25, -0.25, -0.75, 0.75},
             rows);
  CHECK(std::isnan(values(of({1, 0})(leaf({inf, inf}, {1, 2})))[0]));
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor logits = from_values(Values{0, -inf, inf, 0}, rows).to(dtype);
    CHECK(shown(of({1, 0, 1, 0}, 1e-50)(logits).to(DType::f64)) == shown({inf, inf}));
  }
}

TEST_CASE("nll_loss of infinite log-probabilities counts no class of weight 0") {
  const auto of = [](const Tensor& x) {
    return nll_loss(x, from_values(Whole{0, 1}, {2}),
                    {.weight = like(x, {1, 0}), .reduction = Reduction::none});
  };
  check_loss(of, {0, -inf, 0, -inf}, {0, 0}, {-1, 0, 0, 0}, {2, 2});
  check_loss(of, {-inf, 0, -inf, 0}, {inf, 0}, {-1, 0, 0, 0}, {2, 2});
}

TEST_CASE("kl_div counts nothing where the target has no probability") {
  const auto plain = [](const Tensor& x) {
    return kl_div(x, like(x, {0, 0, 1, 1}), Reduction::none);
  };
  check_loss(plain, {-inf, inf, -inf, 0}, {0, 0, inf, 0}, {0, 0, -1, -1});
  const auto logs = [](const Tensor& x) {
    return kl_div(x, like(x, {-inf, -inf, 0, -1e30}), Reduction::none, true);
  };
  check_loss(logs, {-inf, 0, -inf, -inf}, {0, 0, inf, 0}, {0, 0, -1, 0});
  for (const bool log_target : {false, true}) {
    const Tensor t = leaf({log_target ? -inf : 0.0, log_target ? -inf : 0.0});
    sum(kl_div(tensor<double>({-inf, 0}), t, Reduction::none, log_target)).backward();
    CHECK(shown(t.grad()) == shown({0, 0}));
  }
}

TEST_CASE("losses of infinite differences have their slopes, whatever the bend") {
  const Values far{inf, -inf, 3};
  const auto against_zero = [](auto loss) {
    return [=](const Tensor& x) { return loss(x, zeros(x.shape(), x.dtype())); };
  };
  check_loss(
      against_zero([](const Tensor& x, const Tensor& t) { return l1_loss(x, t, Reduction::none); }),
      far, {inf, inf, 3}, {1, -1, 1});
  check_loss(against_zero(
                 [](const Tensor& x, const Tensor& t) { return mse_loss(x, t, Reduction::none); }),
             far, {inf, inf, 9}, {inf, -inf, 6});
  check_loss(against_zero([](const Tensor& x, const Tensor& t) {
               return huber_loss(x, t, Reduction::none, 2);
             }),
             far, {inf, inf, 4}, {2, -2, 2});
  check_loss(against_zero([](const Tensor& x, const Tensor& t) {
               return huber_loss(x, t, Reduction::none, inf);
             }),
             far, {inf, inf, 4.5}, {inf, -inf, 3});
  for (const double beta : {0.0, 1e-320, 1e-50}) {
    check_loss(against_zero([=](const Tensor& x, const Tensor& t) {
                 return smooth_l1_loss(x, t, Reduction::none, beta);
               }),
               {inf, -inf, 3, 0}, {inf, inf, 3, 0}, {1, -1, 1, 0});
  }
}

}  // namespace heed::testing::loss_semantics_test
