// gradcheck itself: what it reports, refuses and puts back. What it rejects:
// gradcheck_mutants_test.
#include "heed/framework/autograd/gradcheck.h"

#include <cmath>
#include <stdexcept>

#include "heed/framework/autograd/record.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::gradcheck_test {
TEST_CASE("right gradients pass in every layout of the inputs") {
  const auto f = differentiable([](const std::vector<Tensor>& in) {
    return softmax(matmul(in[0], in[1]) + in[2], 1) * in[0];
  });
  const Tensor base = normal({3, 6}, 1);
  for (const Tensor& a :
       {base.slice(1, 0, 3).clone(), base.slice(1, 0, 6, 2), base.slice(1, 1, 4).transpose(0, 1)}) {
    const std::vector<Tensor> inputs{a.detach().requires_grad_(),
                                     normal({3, 3}, 2).requires_grad_(),
                                     normal({3}, 3).requires_grad_()};
    for (const GradcheckReport& report : {gradcheck(f, inputs), gradgradcheck(f, inputs)}) {
      INFO(report.text());
      CHECK(report.passed);
    }
    CHECK(gradcheck(f, inputs).elements == 21);
    CHECK(gradgradcheck(f, inputs).elements == 30);
  }
}

TEST_CASE("the report names the input, the index and both numbers") {
  const auto wrong = differentiable([](const std::vector<Tensor>& in) {
    const Tensor x = in[1];
    return in[0] * 0 + record("wrong", x.detach() * 2,
                              {{x, [](const Tensor& g) {
                                  const Tensor zero_at = tensor<double>({1, 1, 0, 1}).view({2, 2});
                                  return g * 2 * zero_at;
                                }}});
  });
  const std::vector<Tensor> inputs{normal({2, 2}, 1).requires_grad_(),
                                   normal({2, 2}, 2).requires_grad_()};
  const GradcheckReport report = gradcheck(wrong, inputs);
  CHECK_FALSE(report.passed);
  CHECK(report.elements == 8);
  CHECK(report.worst.path == "input 1");
  CHECK(report.worst.index == IntList{1, 0});
  CHECK(report.worst.analytic == 0);
  CHECK(std::abs(report.worst.numeric) > 1e-3);
  CHECK(report.worst.ratio > 1000);
  GradcheckReport text = report;
  text.worst.analytic = 0;
  text.worst.numeric = 0.5;
  text.worst.ratio = 98039.2;
  CHECK(
      text.text() ==
      "gradcheck: failed: 8 of 8 elements, 1 wrong, 0 kinks; worst is input 1 at [1, 0]: analytic "
      "0, numeric 0.5, ratio 9.8e+04");
}

TEST_CASE("the number of the input counts those that are not checked") {
  const auto f = differentiable([](const std::vector<Tensor>& in) { return in[0] * in[2]; });
  const std::vector<Tensor> inputs{normal({2}, 1), Tensor(), normal({2}, 2).requires_grad_()};
  const GradcheckReport report = gradcheck(f, inputs);
  CHECK(report.passed);
  CHECK(report.worst.path == "input 2");
  CHECK(report.elements == 2);
}

TEST_CASE("gradcheck refuses what it cannot check") {
  const auto f = differentiable([](const std::vector<Tensor>& in) { return in[0] * 2; });
  CHECK(message_of([&] { gradcheck(f, {normal({2}, 1)}); }) ==
        "gradcheck: no input requires grad, nothing to check");
  CHECK(message_of([&] { gradcheck(f, {}); }) ==
        "gradcheck: no input requires grad, nothing to check");
  CHECK(message_of([&] { gradcheck(f, {leaf({})}); }) == "gradcheck: the leaves have no elements");
  const Differentiable none = [](const std::vector<Tensor>&) { return std::vector<Tensor>(); };
  const Differentiable whole = [](const std::vector<Tensor>& in) {
    return std::vector<Tensor>{gt(in[0], 0).to(DType::i64)};
  };
  for (const Differentiable& nothing : {none, whole}) {
    CHECK(message_of([&] { gradcheck(nothing, {normal({2}, 1).requires_grad_()}); }) ==
          "gradcheck: the function has no output that is floating and has elements, nothing to "
          "check");
    CHECK(message_of([&] { gradgradcheck(nothing, {normal({2}, 1).requires_grad_()}); }) ==
          "gradcheck: the function has no output that is floating and has elements, nothing to "
          "check");
  }
  CHECK(message_of([&] { gradcheck(f, {ones({2}).requires_grad_()}); }) ==
        "gradcheck: input 0 must be an f64 leaf that requires grad and does not overlap itself, "
        "got f32 [2] with "
        "strides "
        "[1]");
  CHECK(message_of([&] { gradcheck(f, {normal({}, 1).expand({2}).requires_grad_()}); }) ==
        "gradcheck: input 0 must be an f64 leaf that requires grad and does not overlap itself, "
        "got f64 [2] with "
        "strides "
        "[0]");
  CHECK(message_of([&] {
          gradcheck(f, {leaf({1, 2}) * 2});
        }) ==
        "gradcheck: input 0 must be an f64 leaf that requires grad and does not overlap itself, "
        "got f64 [2] with "
        "strides "
        "[1]");
}

TEST_CASE("inputs get their bits back, even when the function throws") {
  const Tensor x = normal({5}, 1).requires_grad_();
  const Values before = values(x);
  gradcheck(differentiable([](const std::vector<Tensor>& in) { return exp(in[0]); }), {x});
  CHECK(values(x) == before);
  CHECK_FALSE(x.grad().defined());
  for (int last = 1; last < 5; ++last) {
    int calls = 0;
    const auto failing = differentiable([&](const std::vector<Tensor>& in) {
      if (++calls > last) throw std::runtime_error("stop");
      return exp(in[0]);
    });
    CHECK_THROWS_WITH(gradcheck(failing, {x}), "stop");
    CHECK(values(x) == before);
  }
}

TEST_CASE("several outputs, outputs without gradient and integer outputs are checked together") {
  const Differentiable f = [](const std::vector<Tensor>& in) {
    return std::vector<Tensor>{in[0] * in[0], in[1].detach() * 0 + 3, gt(in[0], 0).to(DType::i64),
                               sum(in[0] * in[1])};
  };
  const std::vector<Tensor> inputs{normal({3}, 1).requires_grad_(),
                                   normal({3}, 2).requires_grad_()};
  CHECK(gradcheck(f, inputs).passed);
  CHECK(gradgradcheck(f, inputs).passed);
}

TEST_CASE("options set tolerances, step and cotangents") {
  const auto f = differentiable([](const std::vector<Tensor>& in) {
    return record("off", in[0].detach() * 2, {{in[0], [](const Tensor& g) { return g * 2.002; }}});
  });
  const std::vector<Tensor> inputs{normal({3}, 1).requires_grad_()};
  CHECK_FALSE(gradcheck(f, inputs).passed);
  CHECK(gradcheck(f, inputs, {.rtol = 1e-2}).passed);
  CHECK(gradcheck(f, inputs, {.atol = 1}).passed);
  CHECK(gradcheck(f, inputs, {.seed = 1}).worst.numeric !=
        gradcheck(f, inputs, {.seed = 2}).worst.numeric);
}

}  // namespace heed::testing::gradcheck_test
