// splice: a pullback that recomputes its op and hands the new graph to the running sweep.
#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/gradcheck.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::splice_test {
namespace {

/// f(x) without its graph: the pullback computes it again. f may use parameters record never sees.
template <class Function>
Tensor recomputed(const Tensor& x, const Function& f) {
  Tensor y;
  {
    const NoGrad guard;
    y = f(x);
  }
  return record("recomputed", std::move(y), {x}, [f, x = Saved(x)](const Tensor& g, const Wanted&) {
    const GradMode recording(true);
    splice(f(x), g);
    return Gradients{};
  });
}

/// Two nested recomputations with a parameter in each.
struct Stack {
  Tensor w = normal({3, 3}, 11).requires_grad_();
  Tensor b = normal({3}, 12).requires_grad_();

  Tensor plain(const Tensor& x) const { return tanh(matmul(tanh(x * b), w) + x); }
  Tensor nested(const Tensor& x) const {
    return recomputed(x, [w = w, b = b](const Tensor& outer) {
      const Tensor inner = recomputed(outer, [b](const Tensor& h) { return tanh(h * b); });
      return tanh(matmul(inner, w) + outer);
    });
  }
};

}  // namespace

TEST_CASE(
    "a spliced graph gives its input and captured parameters the gradients of the plain one") {
  const Stack stack;
  const Tensor x = normal({2, 3}, 13).requires_grad_();
  sum(stack.plain(x * 2)).backward();
  const Values dx = values(x.grad()), dw = values(stack.w.grad()), db = values(stack.b.grad());
  for (const Tensor& t : {x, stack.w, stack.b}) t.set_grad({});
  sum(stack.nested(x * 2)).backward();
  CHECK(values(x.grad()) == dx);
  CHECK(values(stack.w.grad()) == dw);
  CHECK(values(stack.b.grad()) == db);
}

TEST_CASE("grad reaches captured parameters through a splice and changes no stored gradient") {
  const Stack stack;
  const Tensor x = normal({2, 3}, 13).requires_grad_();
  const std::vector<Tensor> inputs{x, stack.w, stack.b};
  const auto want = grad(std::vector{sum(stack.plain(x))}, inputs);
  const auto got = grad(std::vector{sum(stack.nested(x))}, inputs);
  for (size_t i = 0; i < inputs.size(); ++i) {
    CHECK(values(got[i]) == values(want[i]));
    CHECK_FALSE(inputs[i].grad().defined());
  }
}

TEST_CASE("second derivatives through a splice are right") {
  const Stack stack;
  const Tensor x = normal({2, 3}, 13).requires_grad_();
  const auto f = [&](const std::vector<Tensor>& in) {
    const Stack same{in[1], in[2]};
    return std::vector{sum(same.nested(in[0]) * in[0])};
  };
  const GradcheckReport first = gradcheck(f, {x, stack.w, stack.b});
  INFO(first.text());
  CHECK(first.passed);
  const auto plain_second = [&](bool nested) {
    const Tensor y = sum(nested ? stack.nested(x) : stack.plain(x));
    const SweepOptions create{.create_graph = true};
    const auto g = grad(std::vector{y}, std::vector{x, stack.w}, {}, create);
    return grad(std::vector{sum(g[0] * g[0]) + sum(g[1])}, std::vector{x, stack.w, stack.b});
  };
  const auto want = plain_second(false), got = plain_second(true);
  for (size_t i = 0; i < want.size(); ++i) {
    const Values a = values(want[i]), b = values(got[i]);
    for (size_t j = 0; j < a.size(); ++j) CHECK(b[j] == Approx(a[j]).epsilon(1e-12).margin(1e-14));
  }
}

TEST_CASE("a recomputed graph is let go when the sweep is through") {
  const Held before;
  {
    const Stack stack;
    const Tensor x = normal({2, 3}, 13).requires_grad_();
    const Held held;
    grad(sum(stack.nested(x)), x);
    CHECK(Held() == held);
    sum(stack.nested(x)).backward({}, {.create_graph = true});
    // w.grad is now in a graph whose pullback holds w itself, as f captured it: a cycle that only
    // its owner can cut. grad() with create_graph makes none.
    for (const Tensor& t : {stack.w, stack.b}) t.set_grad({});
    const Tensor g = grad(sum(stack.nested(x)), x, {}, {.create_graph = true});
    CHECK(g.requires_grad());
  }
  CHECK(Held() == before);
}

TEST_CASE("a parameter that became a leaf after it was captured gets all of its gradient") {
  const Tensor x = leaf({2});
  Tensor w = tensor<double>({3});
  const Tensor h = recomputed(x, [w](const Tensor& in) { return in * w; });
  w.requires_grad_();  // newer than the op that captured it
  (h * w).backward();  // x·w·w
  CHECK(values(w.grad()) == Values{12});
  CHECK(values(x.grad()) == Values{9});
  const Tensor again = recomputed(x, [w](const Tensor& in) { return in * w; });
  CHECK(values(grad(again * w, w)) == Values{12});
}

TEST_CASE("splice is for pullbacks only and checks what it is given") {
  const Tensor x = leaf({1, 2});
  CHECK(message_of([&] { splice(x, ones({2}, DType::f64)); }) ==
        "splice: no backward() is running; it is for pullbacks");
  const auto splicing = [](const Tensor& input, const Tensor& output, const Tensor& gradient) {
    return record("op", zeros_like(input), {input},
                  [output, gradient](const Tensor&, const Wanted&) {
                    splice(output, gradient);
                    return Gradients{};
                  });
  };
  CHECK(message_of([&] { sum(splicing(x, x.detach(), ones({2}, DType::f64))).backward(); }) ==
        "backward: output 0 does not require grad, so nothing depends on it");
  CHECK(message_of([&] { sum(splicing(x, x, ones({2}))).backward(); }) ==
        "backward: the gradient must be f64 [2] like its output, got f32 [2]");
  CHECK_FALSE(x.grad().defined());
  CHECK(message_of([&] { splice(x, ones({2}, DType::f64)); }) ==
        "splice: no backward() is running; it is for pullbacks");
}

TEST_CASE("a pullback may run a sweep of its own") {
  const Tensor x = leaf({3});
  const Tensor y = record("op", x.detach() * x.detach(), {{x, [x = Saved(x)](const Tensor& g) {
                                                             const GradMode recording(true);
                                                             const Tensor apart =
                                                                 x->detach().requires_grad_();
                                                             return g * grad(apart * apart, apart);
                                                           }}});
  (y * y).backward();
  CHECK(values(x.grad()) == Values{108});
}

TEST_CASE("a pullback may splice after a sweep of its own") {
  const Tensor x = leaf({3});
  const Tensor y =
      record("op", square(x.detach()), {x}, [x = Saved(x)](const Tensor& g, const Wanted&) {
        const GradMode recording(true);
        const Tensor apart = x->detach().requires_grad_();
        splice(square(x) * 3, g * grad(sum(apart), apart));
        return Gradients{};
      });
  sum(y).backward();
  CHECK(values(x.grad()) == Values{18});
}

}  // namespace heed::testing::splice_test
