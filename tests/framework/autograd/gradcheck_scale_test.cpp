// gradcheck at tiny and huge elements: right gradients pass, wrong ones fail, and what could not be
// seen is not passed.
#include <cmath>
#include <string>

#include "heed/framework/autograd/gradcheck.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/trigonometry.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::gradcheck_scale_test {
namespace {

using Op = Tensor (*)(const Tensor& x);

struct Case {
  const char* name;
  Op op;
  Values at;
  bool is_tiny = false;  // its gradient could be what rounding left of larger terms
};

const Op square_of = [](const Tensor& x) { return square(x); };
const Op cube = [](const Tensor& x) { return x * x * x; };
const Op log_of = [](const Tensor& x) { return log(x); };
const Op sqrt_of = [](const Tensor& x) { return sqrt(x); };
const Op inverse = [](const Tensor& x) { return 1 / x; };
const Op exp_of = [](const Tensor& x) { return exp(x); };
const Op sin_of = [](const Tensor& x) { return sin(x); };
const Op tiny = [](const Tensor& x) { return x * 1e-20; };
const Op shifted = [](const Tensor& x) { return x + 5.0; };
const Op steep = [](const Tensor& x) { return log(1 - x); };

const Case cases[] = {
    {"square", square_of, {1e6, 2e6}},
    {"square", square_of, {1e12, -2e12}},
    {"square", square_of, {1e100, 1e120}},
    {"square", square_of, {1e-9, -2e-9}},
    {"square", square_of, {1e-100}, true},
    {"cube", cube, {1e50, 1e-3}},
    {"log", log_of, {1e-7, 2e-7}},
    {"log", log_of, {5e-6, 1e-300}},
    {"log", log_of, {1e300, 1e12}},
    {"1/x", inverse, {1e-7, -2e-7}},
    {"1/x", inverse, {1e-100, 1e-12}},
    {"1/x", inverse, {1e12, 3e100}, true},
    {"sqrt", sqrt_of, {1e-7, 1e-12}},
    {"sqrt", sqrt_of, {1e-300}},
    {"sqrt", sqrt_of, {1e12, 3e12}},
    {"sqrt", sqrt_of, {1e300}, true},
    {"exp", exp_of, {700}},
    {"exp", exp_of, {-700, -50}, true},
    {"sin", sin_of, {1e6, 3e3}},
    {"1e-20 x", tiny, {1, -2}, true},
    {"1e-20 x", tiny, {1e12, 2e12}, true},
    {"x + 5", shifted, {1e-7, 1e-12, 0}},
    {"x + 5", shifted, {1e12, 2e12}},
    {"log(1 - x)", steep, {1 - 1e-6, 0.5}},
};

/// op(x) with its gradient times `factor`.
Differentiable scaled(Op op, double factor) {
  return differentiable([=](const std::vector<Tensor>& in) {
    const Tensor x = in[0] * 1.0;
    return op(
        record("scaled", x.detach(), {{x, [factor](const Tensor& g) { return g * factor; }}}));
  });
}

TEST_CASE("right gradients of tiny and huge elements pass, wrong ones fail") {
  for (const Case& each : cases) {
    for (uint64_t seed = 0; seed < 3; ++seed) {
      const Tensor x = leaf(each.at);
      const GradcheckReport right = gradcheck(scaled(each.op, 1), {x}, {.seed = seed});
      INFO(each.name << " at " << each.at[0] << ": " << right.text());
      CHECK(right.passed);
      for (const double factor : {0.0, -1.0, 1.001, 2.0}) {
        if (each.is_tiny && factor == 1.001) continue;
        const GradcheckReport wrong = gradcheck(scaled(each.op, factor), {x}, {.seed = seed});
        INFO(factor << " times: " << wrong.text());
        CHECK_FALSE(wrong.passed);
        CHECK(wrong.kinks.empty());
        CHECK(wrong.disagreement == Disagreement::gradient);
      }
      const auto cut =
          differentiable([&](const std::vector<Tensor>& in) { return each.op(in[0].detach()); });
      CHECK_FALSE(gradcheck(cut, {x}, {.seed = seed}).passed);
    }
  }
}

TEST_CASE("gradients of 0 pass: of constants, of what cancels, and at a flat point") {
  const auto passes = [](Op op, const Values& at) {
    const GradcheckReport report = gradcheck(scaled(op, 1), {leaf(at)});
    INFO(report.text());
    CHECK(report.passed);
  };
  passes(cube, {0, 0});
  passes(square_of, {0, 0});
  passes([](const Tensor& x) { return x * 0.0; }, {1, 2e6});
  passes([](const Tensor& x) { return sum(x - mean(x)); }, {1, 2, 4});
}

TEST_CASE("a check that could not see a wrong gradient says so, whether or not it is right") {
  const auto lost = differentiable([](const std::vector<Tensor>& in) { return in[0] + 1e17; });
  const auto cut =
      differentiable([](const std::vector<Tensor>& in) { return in[0].detach() + 1e17; });
  for (const Differentiable& function : {lost, cut}) {
    const GradcheckReport report = gradcheck(function, {leaf({1, 2})});
    CHECK_FALSE(report.passed);
    CHECK(report.wrong == 2);
    CHECK(report.disagreement == Disagreement::unseen);
    CHECK(report.text().ends_with(
        " (a wrong gradient would not be seen: round-off or numbers that are not finite hide it; "
        "rescale the function or move the element)"));
  }
  // Round-off: the derivative is 2x, of which x² near 1 keeps nothing at this step.
  const auto wrong = differentiable([](const std::vector<Tensor>& in) {
    return record("wrong", square(in[0].detach()),
                  {{in[0], [x = Saved(in[0])](const Tensor& g) { return g * x * -5; }}});
  });
  CHECK_FALSE(gradcheck(wrong, {leaf({1, 2})}, {.step = 1e-13}).passed);
  CHECK_FALSE(gradcheck(wrong, {leaf({1, 2})}, {.atol = 1e3}).passed);
}

}  // namespace
}  // namespace heed::testing::gradcheck_scale_test
