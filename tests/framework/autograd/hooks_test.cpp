// Hooks: on gradients of tensors and on the results of modules.
#include "heed/framework/autograd/hooks.h"

#include "heed/framework/autograd/backward.h"
#include "heed/framework/nn/module_list.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/modules/linear.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::hooks_test {
namespace {

struct Doubling : Layer<Doubling> {
  explicit Doubling(const Slot& slot) : Layer(slot) {}
  Tensor forward(const Tensor& x) { return x * 2.0; }
};

struct Pair : Layer<Pair> {
  explicit Pair(const Slot& slot) : Layer(slot) {}
  std::pair<Tensor, Tensor> forward(const Tensor& x) { return {x, x}; }
};

}  // namespace

TEST_CASE("a hook sees the complete gradient once, wherever the tensor is") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * x;
  const Tensor y = sum(h * h + h * 3.0);
  std::vector<Values> seen;
  const auto look = [&](const Tensor& g) {
    seen.push_back(values(g));
    return Tensor();
  };
  register_hook(y, look);
  register_hook(h, look);
  register_hook(x, look);
  y.backward();
  CHECK(seen == std::vector<Values>{{1}, {5, 11}, {10, 44}});
  CHECK(values(x.grad()) == Values{10, 44});
}

TEST_CASE("what a hook gives flows on, is stored and is returned; hooks run in order") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * x;
  register_hook(h, [](const Tensor& g) { return g * 10.0; });
  register_hook(h, [](const Tensor& g) { return g + 1.0; });
  CHECK(values(grad(sum(h), h, {}, {.retain_graph = true})) == Values{11, 11});
  sum(h).backward();
  CHECK(values(x.grad()) == Values{22, 44});
  const Tensor z = leaf({1});
  register_hook(z, [](const Tensor& g) { return g * 0.0; });
  (z * 5.0).backward();
  CHECK(values(z.grad()) == Values{0});
}

TEST_CASE("a removed hook is not called; a handle may outlive its tensor") {
  HookHandle late(std::weak_ptr<bool>{});
  {
    const Tensor x = leaf({1});
    int calls = 0;
    HookHandle handle = register_hook(x, [&](const Tensor&) {
      ++calls;
      return Tensor();
    });
    (x * 2.0).backward();
    handle.remove();
    handle.remove();
    (x * 2.0).backward();
    CHECK(calls == 1);
    late = register_hook(x, [](const Tensor&) { return Tensor(); });
  }
  late.remove();
}

TEST_CASE("a hook may add and remove hooks while it runs") {
  const Tensor x = leaf({1});
  int first = 0, second = 0;
  HookHandle own(std::weak_ptr<bool>{});
  own = register_hook(x, [&](const Tensor&) {
    ++first;
    own.remove();
    register_hook(x, [&](const Tensor&) {
      ++second;
      return Tensor();
    });
    return Tensor();
  });
  (x * 2.0).backward();
  CHECK(first == 1);
  CHECK(second == 0);
  (x * 2.0).backward();
  CHECK(first == 1);
  CHECK(second == 1);
}

TEST_CASE("a hook that gives the wrong shape or throws ends the sweep, nothing is stored") {
  const Tensor x = leaf({1, 2}), w = leaf({3, 4});
  const Tensor h = x * w;
  HookHandle wrong = register_hook(h, [](const Tensor&) { return ones({3}); });
  CHECK(message_of([&] { sum(h).backward({}, {.retain_graph = true}); }) ==
        "hook on the result of mul: it gave f32 [3] for a gradient that is f64 [2]");
  wrong.remove();
  HookHandle thrower = register_hook(x, [](const Tensor&) -> Tensor { throw ValueError("no"); });
  CHECK(message_of([&] { sum(x * w).backward(); }) == "no");
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(w.grad().defined());
  CHECK(message_of([] { register_hook(ones({2}), [](const Tensor& g) { return g; }); }) ==
        "register_hook: a tensor of shape [2] that does not require grad has no gradient");
}

TEST_CASE("hooks see gradients that can be differentiated under create_graph") {
  const Tensor x = leaf({2});
  const Tensor y = x * x * x;
  HookHandle squaring = register_hook(x, [](const Tensor& g) { return g * g; });
  const Tensor g = grad(y, x, {}, {.create_graph = true});  // (3x²)² = 9x⁴
  CHECK(values(g) == Values{144});
  squaring.remove();
  CHECK(values(grad(g, x)) == Values{288});
}

TEST_CASE("forward hooks of a module see inputs and output, may replace it, and can be removed") {
  const Held before;
  {
    Doubling module(Slot::root());
    const Tensor x = leaf({1, 2});
    std::vector<std::string> seen;
    HookHandle first = module.register_forward_hook(
        [&](Module& self, std::span<const Tensor> inputs, const Tensor& output) {
          seen.push_back(std::string(self.type_name()));
          CHECK(inputs.size() == 1);
          CHECK(inputs[0].is_same(x));
          CHECK(values(output) == Values{2, 4});
          return output + 1.0;
        });
    module.register_forward_hook([&](Module&, std::span<const Tensor>, const Tensor& output) {
      CHECK(values(output) == Values{3, 5});
      seen.emplace_back("second");
      return Tensor();
    });
    CHECK(values(module(x)) == Values{3, 5});
    CHECK(seen == std::vector<std::string>{"Doubling", "second"});
    sum(module(x)).backward();
    CHECK(values(x.grad()) == Values{2, 2});
    first.remove();
    seen.clear();
    Pair pair(Slot::root());
    pair(x);
    pair.register_forward_hook(
        [](Module&, std::span<const Tensor>, const Tensor& output) { return output; });
    CHECK(message_of([&] { pair(x); }) ==
          "Pair: a forward hook needs a forward that returns a single Tensor (in Pair)");
  }
  CHECK(Held() == before);
}

TEST_CASE("an error in backward says in which module the op was recorded") {
  struct Root : Layer<Root> {
    Doubling inner{{this, "inner"}};
    explicit Root(const Slot& slot) : Layer(slot) {}
    Tensor forward(const Tensor& x) { return sum(inner(x)); }
  };
  Root root(Slot::root());
  const Tensor x = leaf({1, 2});
  const Tensor y = root(x);
  y.backward();
  CHECK(message_of([&] { y.backward(); }) ==
        "sum: its graph was freed by an earlier backward(); pass retain_graph = true to that one "
        "(in Root)");
}

}  // namespace heed::testing::hooks_test
