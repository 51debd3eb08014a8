// leaf_gradcheck: what passes, what is named, what counts as a kink, what is refused.
#include "heed/framework/autograd/leaf_gradcheck.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "heed/framework/autograd/record.h"
#include "heed/framework/base/text.h"
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/trigonometry.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::leaf_gradcheck_test {
namespace {

/// The identity whose gradient is off by a factor at one element.
Tensor slightly_wrong(const Tensor& x, const IntList& at, double factor) {
  Tensor scale = ones_like(x);
  int64_t offset = 0;
  for (int64_t d = 0; d < x.dim(); ++d) offset += at[d] * scale.strides()[d];
  scale.mutable_data<double>()[offset] = factor;
  return record("slightly_wrong", x.detach().clone(),
                {{x, [scale = Saved(scale)](const Tensor& g) { return g * scale; }}});
}

/// A leaf of `count` numbers away from 0, but for the first `zeros`.
Tensor mostly_smooth(int64_t count, int64_t zeros) {
  Values numbers(static_cast<size_t>(count), 0.5);
  for (int64_t i = 0; i < zeros; ++i) numbers[static_cast<size_t>(i)] = 0;
  return leaf(numbers);
}

TEST_CASE("a network passes in first and second order, in every layout of its leaves") {
  const Tensor base = normal({4, 6}, 1);
  const Tensor x = normal({5, 3}, 2);
  for (const Tensor& part : {base.slice(1, 0, 3).clone(), base.slice(1, 0, 6, 2)}) {
    const Tensor w = part.detach().requires_grad_();
    const Tensor b = normal({4}, 3).requires_grad_();
    const Tensor unused = normal({2}, 4).requires_grad_();
    const Values before = values(w);
    const Computation network = [&] {
      return std::vector<Tensor>{softmax(tanh(matmul(x, w.transpose(0, 1)) + b), -1), exp(b)};
    };
    for (const bool second_order : {false, true}) {
      const GradcheckReport report = leaf_gradcheck(
          network, {{"w", w}, {"b", b}, {"unused", unused}}, {.second_order = second_order});
      INFO(report.text());
      CHECK(report.passed);
      CHECK(report.elements == 18);
      CHECK(report.total == 18);
      CHECK(report.kinks.empty());
      CHECK(report.worst.ratio < 0.5);
    }
    CHECK(values(w) == before);
    CHECK_FALSE(w.grad().defined());
  }
}

TEST_CASE("a factor of 1.001 in one element is found and named") {
  const Tensor a = normal({3}, 1).requires_grad_();
  const Tensor w = normal({4, 3}, 2).requires_grad_();
  const Computation wrong = [&] {
    return std::vector<Tensor>{tanh(matmul(slightly_wrong(w, {2, 1}, 1.001), a))};
  };
  const GradcheckReport report = leaf_gradcheck(wrong, {{"a", a}, {"deep.w", w}});
  INFO(report.text());
  CHECK_FALSE(report.passed);
  CHECK(report.wrong == 1);
  CHECK(report.kinks.empty());
  CHECK(report.worst.path == "deep.w");
  CHECK(report.worst.index == IntList{2, 1});
  CHECK(report.worst.ratio > 5);
  CHECK(std::abs(report.worst.analytic / report.worst.numeric - 1.001) < 1e-6);
  CHECK(report.disagreement == Disagreement::gradient);
}

TEST_CASE("the limit is where atol and rtol put it") {
  const Tensor x = leaf(Values(20, 0.5));
  const auto report_of = [&](double factor) {
    return leaf_gradcheck(
        [&] { return std::vector<Tensor>{slightly_wrong(x, {7}, factor) * 10.0}; }, {{"x", x}});
  };
  CHECK(report_of(1 + 0.5e-5).passed);
  const GradcheckReport above = report_of(1 + 1.7e-5);
  CHECK_FALSE(above.passed);
  CHECK(above.worst.index == IntList{7});
  CHECK(above.worst.ratio < 2);
  CHECK(above.disagreement == Disagreement::gradient);
}

TEST_CASE("a second derivative that is wrong is found although the first is right") {
  const Tensor x = normal({4}, 1).requires_grad_();
  const Computation computation = [&] {
    // The pullback of sin captures its factor as a constant, so that it has no derivative itself.
    return std::vector<Tensor>{
        record("forgetful", sin(x.detach()),
               {{x, [slope = Saved(cos(x.detach()))](const Tensor& g) { return g * slope; }}})};
  };
  CHECK(leaf_gradcheck(computation, {{"x", x}}).passed);
  const GradcheckReport report = leaf_gradcheck(computation, {{"x", x}}, {.second_order = true});
  CHECK_FALSE(report.passed);
  CHECK(report.wrong == 4);
}

TEST_CASE("an element at the kink of ReLU is listed, and more than 0.1 % of them fail") {
  const Tensor x = mostly_smooth(2000, 2);
  const Computation computation = [&] { return std::vector<Tensor>{relu(x) * 3}; };
  GradcheckReport report = leaf_gradcheck(computation, {{"x", x}});
  INFO(report.text());
  CHECK(report.passed);
  CHECK(report.elements == 2000);
  CHECK(report.wrong == 0);
  REQUIRE(report.kinks.size() == 2);
  CHECK(report.kinks[0].path == "x");
  CHECK(report.kinks[0].index == IntList{0});
  CHECK(report.kinks[1].index == IntList{1});
  CHECK(report.text().find("\n  kink: x at [0]: analytic ") != std::string::npos);
  CHECK(report.text().find("\n  kink: x at [1]: analytic ") != std::string::npos);

  const Tensor more = mostly_smooth(2000, 3);
  report = leaf_gradcheck([&] { return std::vector<Tensor>{relu(more) * 3}; }, {{"x", more}});
  CHECK_FALSE(report.passed);
  CHECK(report.wrong == 0);
  CHECK(report.kinks.size() == 3);
  CHECK(
      report.text().starts_with("gradcheck: failed: 2000 of 2000 elements, 3 kinks, which is "
                                "more than 0.1 %; worst is x at ["));
}

TEST_CASE("a kink is seen even where the analytic derivative is the mean of both sides") {
  const Tensor x = mostly_smooth(1000, 1);
  const GradcheckReport report =
      leaf_gradcheck([&] { return std::vector<Tensor>{abs(x)}; }, {{"x", x}});
  CHECK(report.passed);
  CHECK(report.kinks.size() == 1);
}

TEST_CASE("a kink beside the element is passed with a shorter step") {
  for (const double distance : {9e-6, 9.1e-7, 5e-7, -3e-7, -9e-6}) {
    const Tensor x = leaf({distance, 1});
    const GradcheckReport report =
        leaf_gradcheck([&] { return std::vector<Tensor>{relu(x) * x + relu(x)}; }, {{"x", x}});
    INFO(distance << ": " << report.text());
    CHECK(report.passed);
    CHECK(report.kinks.empty());
  }
}

TEST_CASE("a wrong gradient beside a kink is wrong, not a kink") {
  const Tensor x = leaf({5e-7, 1});
  const GradcheckReport report = leaf_gradcheck(
      [&] { return std::vector<Tensor>{relu(slightly_wrong(x, {0}, 1.5))}; }, {{"x", x}});
  CHECK_FALSE(report.passed);
  CHECK(report.kinks.empty());
  CHECK(report.worst.index == IntList{0});
}

TEST_CASE("a function that bends much is proved right by shorter steps") {
  const Tensor x = leaf({0.3});
  const GradcheckReport report =
      leaf_gradcheck([&] { return std::vector<Tensor>{sin(x * 3e3)}; }, {{"x", x}});
  INFO(report.text());
  CHECK(report.passed);
}

TEST_CASE("the report says whether truncation or round-off dominates") {
  const Tensor x = leaf({0.3});
  GradcheckReport report =
      leaf_gradcheck([&] { return std::vector<Tensor>{sin(x * 3)}; }, {{"x", x}}, {.step = 1});
  INFO(report.text());
  CHECK_FALSE(report.passed);
  CHECK(report.wrong == 1);
  CHECK(report.disagreement == Disagreement::truncation);
  CHECK(
      report.text().ends_with(" (the shorter step agrees: truncation dominates, not the "
                              "gradient)"));

  // What is left of large numbers that cancel is noisier than its size tells.
  report = leaf_gradcheck([&] { return std::vector<Tensor>{(x + 1e9) - 1e9}; }, {{"x", x}},
                          {.step = 1e-2});
  INFO(report.text());
  CHECK_FALSE(report.passed);
  CHECK(report.wrong == 1);
  CHECK(report.kinks.empty());
  CHECK(report.disagreement == Disagreement::round_off);
  CHECK(
      report.text().ends_with(" (the longer step agrees: round-off dominates, not the "
                              "gradient)"));
}

TEST_CASE("numbers that are not finite beside an element fail it") {
  const Tensor x = leaf({1, 0});
  const GradcheckReport report =
      leaf_gradcheck([&] { return std::vector<Tensor>{pow(x, 1.5)}; }, {{"x", x}});
  CHECK_FALSE(report.passed);
  CHECK(report.wrong == 1);
  CHECK(report.kinks.empty());
  CHECK(report.worst.index == IntList{1});
  CHECK(report.disagreement == Disagreement::unseen);
}

TEST_CASE("a sample has the wanted size, an element of every leaf, and depends on the seed alone") {
  const Tensor large = normal({500}, 1).requires_grad_();
  const Tensor small = normal({2, 2}, 2).requires_grad_();
  const auto check = [&](int64_t sample, uint64_t seed) {
    const Computation computation = [&] {
      return std::vector<Tensor>{sin(slightly_wrong(large, {0}, 1)), exp(small)};
    };
    return leaf_gradcheck(computation, {{"large", large}, {"small", small}},
                          {.sample = sample, .seed = seed});
  };
  for (const int64_t sample : {2, 50, 503, 504, 1000}) {
    const GradcheckReport report = check(sample, 3);
    CHECK(report.passed);
    CHECK(report.elements == std::min<int64_t>(sample, 504));
    CHECK(report.total == 504);
    CHECK(report.text() == check(sample, 3).text());
  }
  CHECK(check(1, 0).elements == 2);
  CHECK(check(50, 3).text() != check(50, 4).text());
}

TEST_CASE("leaf_gradcheck refuses what it cannot check") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = normal({2}, 1).requires_grad_();
  const Computation twice = [&] { return std::vector<Tensor>{x * 2}; };
  CHECK(message_of([&] { leaf_gradcheck(twice, {}); }) == "gradcheck: the leaves have no elements");
  CHECK(message_of([&] {
          leaf_gradcheck(twice, {{"x", x}}, {.sample = 0});
        }) == "gradcheck: a sample must have at least 1 element, got 0");
  CHECK(message_of([&] {
          leaf_gradcheck(twice, {{"a.w", ones({2}).requires_grad_()}});
        }) ==
        "gradcheck: a.w must be an f64 leaf that requires grad and does not overlap itself, got "
        "f32 [2] with strides [1]");
  CHECK(message_of([&] {
          leaf_gradcheck([&] { return std::vector<Tensor>{log(x * 0)}; }, {{"x", x}});
        }) == "gradcheck: an output is not finite; AnomalyMode names the op that made it so");
  for (const double step : {0.0, 1e-16, 1e-300, -1e-5, infinity, not_a_number}) {
    CHECK(message_of([&] {
            leaf_gradcheck(twice, {{"x", x}}, {.step = step});
          }) ==
          text_of("gradcheck: step must be finite and at least 1e-13, below which differences "
                  "are round-off, got ",
                  step));
  }
  for (const double atol : {-1e-7, infinity, not_a_number}) {
    CHECK(message_of([&] {
            leaf_gradcheck(twice, {{"x", x}}, {.atol = atol});
          }) == text_of("gradcheck: atol must be a finite number of at least 0, got ", atol));
  }
  for (const double rtol : {-1e-5, 1.0, infinity, not_a_number}) {
    CHECK(message_of([&] {
            leaf_gradcheck(twice, {{"x", x}}, {.rtol = rtol});
          }) == text_of("gradcheck: rtol must be at least 0 and below 1, from where on a gradient "
                        "of 0 always passes, got ",
                        rtol));
  }
  double drift = 0;
  CHECK(message_of([&] {
          leaf_gradcheck([&] { return std::vector<Tensor>{x * (drift += 1)}; }, {{"x", x}});
        }) ==
        "gradcheck: the function gives different values when it is called again; let it draw the "
        "same random numbers each time, for dropout with a RandomScope inside it");
}

TEST_CASE("a check that compared nothing is an error, in both orders") {
  const Tensor x = normal({2}, 1).requires_grad_();
  const auto message = [&](std::vector<Tensor> outputs) {
    return message_of([&] { leaf_gradcheck([&] { return outputs; }, {{"x", x}}); });
  };
  const std::string nothing =
      "gradcheck: the function has no output that is floating and has elements, nothing to check";
  CHECK(message({}) == nothing);
  CHECK(message({tensor<int64_t>({1})}) == nothing);
  CHECK(message({tensor<bool>({true}), x.slice(0, 0, 0)}) == nothing);
  CHECK(message({x, Tensor()}) == "gradcheck: output 1 is undefined");
  CHECK(message_of([&] {
          leaf_gradcheck([&] { return std::vector<Tensor>{x.detach() * 2.0}; }, {{"x", x}},
                         {.second_order = true});
        }) == "gradcheck: no gradient reaches a leaf, nothing to check");
  int calls = 0;
  CHECK(message_of([&] {
          leaf_gradcheck([&] { return std::vector<Tensor>(++calls == 1 ? 2 : 1, x); }, {{"x", x}});
        }) ==
        "gradcheck: the function gives outputs of 2 elements, which had 4; their number must not "
        "change");
}

TEST_CASE("leaves get their bits back when the function throws") {
  const Tensor x = normal({5}, 1).requires_grad_();
  const Values before = values(x);
  for (int last = 1; last < 8; ++last) {
    int calls = 0;
    const Computation failing = [&] {
      if (++calls > last) throw std::runtime_error("stop");
      return std::vector<Tensor>{exp(x)};
    };
    CHECK_THROWS_WITH(leaf_gradcheck(failing, {{"x", x}}), "stop");
    CHECK(values(x) == before);
  }
}

}  // namespace

}  // namespace heed::testing::leaf_gradcheck_test
