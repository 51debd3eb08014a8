// record: what an op may hand over, what a pullback may give back, and what a graph keeps alive.
#include "heed/framework/autograd/record.h"

#include <memory>

#include "heed/framework/autograd/anomaly.h"
#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::record_test {
namespace {

using kernels::arithmetic;
using kernels::Arithmetic;

/// An op of one input whose pullback returns `gradient`, whatever came in.
Tensor returning(const Tensor& x, const Tensor& gradient) {
  return record("custom", zeros_like(x),
                {{x, [gradient = Saved(gradient)](const Tensor&) { return gradient.get(); }}});
}

/// A joint op of two inputs whose pullback returns `count` gradients like the incoming one.
Tensor joint_returning(const Tensor& a, const Tensor& b, size_t count) {
  return record("joint", zeros_like(a), {a, b},
                [count](const Tensor& g, const Wanted&) { return Gradients(count, g); });
}

}  // namespace

TEST_CASE("a pullback must return a gradient of its input's shape and dtype") {
  const Tensor x = leaf({1, 2});
  const auto message = [&](const Tensor& gradient) {
    return message_of([&] { sum(returning(x, gradient)).backward(); });
  };
  CHECK(message(ones({3}, DType::f64)) ==
        "custom: its pullback returned f64 [3] for input 0, which is f64 [2]");
  CHECK(message(ones({2})) ==
        "custom: its pullback returned f32 [2] for input 0, which is f64 [2]; if Module::to "
        "changed it "
        "since, call it before the forward");
  CHECK(message(ones({}, DType::f64)) ==
        "custom: its pullback returned f64 [] for input 0, which is f64 [2]");
  CHECK(message(Tensor()) == "custom: its pullback returned no gradient for input 0");
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("a joint pullback must return one gradient per wanted input") {
  const Tensor a = leaf({1, 2}), b = leaf({3, 4});
  for (const size_t count : {size_t{1}, size_t{3}}) {
    CHECK(message_of([&] { sum(joint_returning(a, b, count)).backward(); }) ==
          "joint: its pullback returned " + std::to_string(count) + " gradients for 2 inputs");
  }
  CHECK(message_of([&] { sum(joint_returning(a, b, 0)).backward(); }) ==
        "joint: its pullback returned 0 gradients for 2 inputs");
  const Tensor y = record("half", zeros_like(a), {a, b}, [](const Tensor& g, const Wanted&) {
    return Gradients{g, Tensor()};
  });
  CHECK(message_of([&] { sum(y).backward(); }) ==
        "half: its pullback returned no gradient for input 1");
  CHECK_FALSE(a.grad().defined());
}

TEST_CASE("a joint pullback receives what is wanted and may give the rest or leave it out") {
  const Tensor a = leaf({1, 2}), c = tensor<double>({3, 4});
  std::vector<bool> told;
  const auto make = [&](bool give_all) {
    return record("pair", zeros_like(a), {c, a, Tensor(), a},
                  [&told, give_all](const Tensor& g, const Wanted& wanted) {
                    told = {wanted[0], wanted[1], wanted[2], wanted[3]};
                    return give_all ? Gradients{g, g, g, 2 * g} : Gradients{Tensor(), g, {}, 2 * g};
                  });
  };
  for (const bool give_all : {true, false}) {
    a.set_grad({});
    sum(make(give_all)).backward();
    CHECK(told == std::vector<bool>{false, true, false, true});
    CHECK(values(a.grad()) == Values{3, 3});
  }
}

TEST_CASE("both forms hand over the output when the pullback takes it") {
  const Tensor x = leaf({2});
  const Tensor single = record("cube", x.detach() * x.detach() * x.detach(),
                               {{x, [](const Tensor& g, const Tensor& y) { return g * y; }}});
  CHECK(values(grad(single, x)) == Values{8});
  const Tensor joint =
      record("cube", x.detach() * x.detach() * x.detach(), {x},
             [](const Tensor& g, const Tensor& y, const Wanted&) { return Gradients{g * y}; });
  CHECK(values(grad(joint, x)) == Values{8});
}

TEST_CASE("of the two forms of a pullback the kernel runs, or the ops if a graph is wanted") {
  static int kernels_run = 0, composed_run = 0;
  constexpr auto kernel = [](const Tensor& g, const Tensor& x) {
    ++kernels_run;
    return arithmetic(Arithmetic::mul, arithmetic(Arithmetic::mul, g, x), 2);
  };
  constexpr auto composed = [](const Tensor& g, const Tensor& x) {
    ++composed_run;
    return 2 * g * x;
  };
  const Tensor x = leaf({3});
  const auto make = [&] {
    return record("own_square", square(x.detach()), x, fused<kernel, composed>(Saved(x)));
  };
  CHECK(values(grad(make(), x)) == Values{6});
  CHECK(std::pair(kernels_run, composed_run) == std::pair(1, 0));
  const Tensor slope = grad(make(), x, {}, {.create_graph = true});
  CHECK(std::pair(kernels_run, composed_run) == std::pair(1, 1));
  CHECK(values(slope) == Values{6});
  CHECK(values(grad(slope, x)) == Values{2});
}

TEST_CASE("a joint pullback has two forms, too, and either may take the output") {
  constexpr auto kernel = [](const Tensor& g, const Tensor& y, const Wanted&, double bias) {
    return Gradients{arithmetic(Arithmetic::add, arithmetic(Arithmetic::mul, g, y), bias)};
  };
  constexpr auto composed = [](const Tensor& g, const Wanted&, double bias) {
    return Gradients{g * 8 + bias};
  };
  const Tensor x = leaf({2});
  const auto make = [&] {
    return record("cube", x.detach() * x.detach() * x.detach(), {x}, fused<kernel, composed>(0.5));
  };
  CHECK(values(grad(make(), x)) == Values{8.5});
  CHECK(values(grad(make(), x, {}, {.create_graph = true})) == Values{8.5});
}

TEST_CASE("an output is recorded once") {
  const Tensor x = leaf({1});
  const auto identity = [](const Tensor& y, const Tensor& input) {
    return record("again", y, {{input, [](const Tensor& g) { return g; }}});
  };
  const Tensor y = x * 2;
  CHECK(message_of([&] { identity(y, x); }) ==
        "again: its output is in the graph already, recorded by mul; record a new tensor or an "
        "alias");
  CHECK(message_of([&] { identity(x, x); }) ==
        "again: its output is in the graph already, recorded by leaf; record a new tensor or an "
        "alias");
  CHECK(message_of([&] { identity(arange(3), x); }) ==
        "again: takes f32 or f64, got i64; write .to(DType::f32)");
  CHECK(identity(y.detach(), x).requires_grad());
  const NoGrad guard;
  CHECK(identity(y, x).is_same(y));
}

TEST_CASE("undefined inputs need no gradient") {
  const Tensor x = leaf({1}), missing;
  const Tensor y = record(
      "op", x.detach() * 2,
      {{missing, [](const Tensor& g) { return g; }}, {x, [](const Tensor& g) { return 2 * g; }}});
  y.backward();
  CHECK(values(x.grad()) == Values{2});
  CHECK_FALSE(
      record("op", zeros({1}), {{missing, [](const Tensor& g) { return g; }}}).requires_grad());
  CHECK_FALSE(record("op", zeros({1}), {}).requires_grad());
}

TEST_CASE("a dead edge keeps nothing alive") {
  const Tensor x = leaf({1});
  const Tensor constant = tensor<double>({2});
  const Tensor big = zeros({1000}, DType::f64);
  const auto make = [&](const Tensor& a, const Tensor& b) {
    return record(
        "op", zeros({1}, DType::f64),
        {{a, [kept = Saved(big.clone())](const Tensor& g) { return g * sum(kept.get()); }},
         {b, [](const Tensor& g) { return g; }}});
  };
  const Held before;
  {
    const Tensor live = make(x, constant);
    CHECK(Held().bytes > before.bytes + 8000);
  }
  CHECK(Held() == before);
  {
    const Tensor dead = make(constant, x);
    CHECK(Held().bytes < before.bytes + 2000);
    const Tensor none = make(constant, constant);
    CHECK_FALSE(none.requires_grad());
  }
  const NoGrad guard;
  const Tensor unrecorded = make(x, x);
  CHECK(Held().bytes < before.bytes + 2000);
}

TEST_CASE("an op is one block beside its output") {
  const Tensor x = leaf({1});
  const Held before;
  const Tensor y = record("op", zeros({1}, DType::f64),
                          {{x, [a = 1.0, b = 2.0](const Tensor& g) { return g * a * b; }},
                           {x, [c = 3](const Tensor& g) { return g * c; }}});
  CHECK(Held().blocks == before.blocks + 3);  // handle, elements, node
  CHECK(values(grad(y, x)) == Values{5});
}

TEST_CASE("closures are moved, may own what cannot be copied, and are destroyed once") {
  const Tensor x = leaf({1});
  const auto factor = std::make_shared<double>(3.0);
  {
    const Tensor y = record("op", x.detach() * 3,
                            {{x, [factor, own = std::make_unique<double>(3.0)](const Tensor& g) {
                                return g * *own * (*factor / 3);
                              }}});
    CHECK(factor.use_count() == 2);
    CHECK(values(grad(y, x)) == Values{3});
    CHECK(factor.use_count() == 1);
  }
  {
    const Tensor y = record("op", x.detach() * 3, {x},
                            [factor, own = std::make_unique<double>(3.0)](
                                const Tensor& g, const Wanted&) { return Gradients{g * *own}; });
    CHECK(factor.use_count() == 2);
  }
  CHECK(factor.use_count() == 1);
}

TEST_CASE("closures of any alignment up to a cache line stand aligned in the node") {
  struct alignas(64) Wide {
    double value = 2;
  };
  const Tensor x = leaf({1});
  bool aligned = true;
  const auto pullback = [&](char, Wide wide) {
    return [&aligned, wide](const Tensor& g) {
      aligned = aligned && reinterpret_cast<uintptr_t>(&wide) % alignof(Wide) == 0;
      return g * wide.value;
    };
  };
  const Tensor y = record("op", zeros({1}, DType::f64),
                          {{x, [c = 'c'](const Tensor& g) { return c == 'c' ? g : Tensor(); }},
                           {x, pullback('a', Wide{})},
                           {x, [c = 'd'](const Tensor& g) { return c == 'd' ? g : Tensor(); }},
                           {x, pullback('b', Wide{})}});
  CHECK(values(grad(y, x)) == Values{6});
  CHECK(aligned);
}

TEST_CASE("an output that its own pullback saved makes no cycle") {
  const Held before;
  {
    const Tensor x = leaf({2});
    const Tensor y = x.detach() * 3;
    const Tensor z = record("op", y, {{x, [y = Saved(y)](const Tensor& g) { return g * y; }}});
    CHECK(z.requires_grad());
  }
  CHECK(Held() == before);
}

TEST_CASE("a stashed incoming gradient is not changed by what is added later") {
  const Tensor x = leaf({2});
  std::vector<Tensor> seen;
  const auto spy = [&seen](const Tensor& input) {
    return record("spy", input.detach() * 1, {{input, [&seen](const Tensor& g) {
                                                 seen.push_back(g);
                                                 return g;
                                               }}});
  };
  const Tensor a = spy(x * 1), b = spy(x * 2);
  const Tensor h = spy(a + b);
  (h + h + a).backward();
  CHECK(values(x.grad()) == Values{3 + 4});
  REQUIRE(seen.size() == 3);
  CHECK(values(seen[0]) == Values{2});
  CHECK(values(seen[1]) == Values{2});
  CHECK(values(seen[2]) == Values{3});
}

TEST_CASE("a used-up op lets go of the output that it kept") {
  const Tensor x = leaf({1, 2});
  const Tensor y = exp(x);
  const Tensor z = sum(y);
  const Held before;
  z.backward();
  CHECK(Held().blocks == before.blocks + 1);  // the gradient's two, less the alias of y
}

TEST_CASE("an undefined output is refused by the name of its op, recorded or not") {
  const Tensor x = leaf({1, 2});
  const auto one = [&] { record("lost", Tensor(), {{x, [](const Tensor& g) { return g; }}}); };
  const auto joint = [&] {
    record("pair", Tensor(), {x, x}, [](const Tensor& g, const Wanted&) {
      return Gradients{g, g};
    });
  };
  const auto check = [&] {
    CHECK(message_of(one) == "lost: its output is undefined; give record() a tensor");
    CHECK(message_of(joint) == "pair: its output is undefined; give record() a tensor");
  };
  check();
  {
    const AnomalyMode anomaly;
    check();
  }
  const NoGrad guard;
  check();
}

TEST_CASE("a pullback that gives an undefined gradient is refused by the name of its op") {
  const Tensor x = leaf({1, 2});
  const Tensor one = record("lost", x.detach(), {{x, [](const Tensor&) { return Tensor(); }}});
  CHECK(message_of([&] { sum(one).backward(); }) ==
        "lost: its pullback returned no gradient for input 0");
  const Tensor joint = record("pair", x.detach(), {x, x}, [](const Tensor& g, const Wanted&) {
    return Gradients{g, Tensor()};
  });
  CHECK(message_of([&] { sum(joint).backward(); }) ==
        "pair: its pullback returned no gradient for input 1");
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("joint ops are not recorded under NoGrad") {
  const Tensor x = leaf({1, 2});
  const auto both = [&] {
    return record("pair", x.detach() * 2.0, {x, x}, [](const Tensor& g, const Wanted&) {
      return Gradients{g, g};
    });
  };
  CHECK(both().requires_grad());
  const NoGrad guard;
  CHECK_FALSE(both().requires_grad());
}

}  // namespace heed::testing::record_test
