// Exceptions anywhere in a forward or backward pass: nothing leaks and every .grad stays as it was.
#include <new>
#include <stdexcept>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::exception_test {
namespace {

/// The identity, whose pullback throws.
Tensor bomb(const Tensor& x) {
  return record("bomb", x.detach() * 1,
                {{x, [](const Tensor&) -> Tensor { throw std::runtime_error("bomb"); }}});
}

struct Model {
  Tensor w = normal({3, 3}, 1).requires_grad_();
  Tensor b = normal({3}, 2).requires_grad_();
  Tensor x = normal({2, 3}, 3).requires_grad_();

  Tensor loss() const {
    const Tensor h = tanh(matmul(x, w) + b);
    const Tensor p = softmax(h.transpose(0, 1), 0);
    return sum(square(p.reshape({-1})) * 3) +
           sum(exp(h.slice(1, 0, 2)) / (square(x.slice(1, 1, 3)) + 1));
  }
  std::vector<Tensor> leaves() const { return {w, b, x}; }
};

/// The leaves' .grad as handles and as numbers.
struct Snapshot {
  std::vector<Tensor> handles;
  std::vector<Values> numbers;
  explicit Snapshot(const Model& model) {
    for (const Tensor& leaf : model.leaves()) {
      handles.push_back(leaf.grad());
      numbers.push_back(leaf.grad().defined() ? values(leaf.grad()) : Values{});
    }
  }
  bool is_intact(const Model& model) const {
    const Snapshot now(model);
    for (size_t i = 0; i < handles.size(); ++i) {
      if (!now.handles[i].is_same(handles[i]) || now.numbers[i] != numbers[i]) return false;
    }
    return true;
  }
};

/// Lets every allocation of `pass` fail in turn; returns how many there are.
template <class Pass>
int64_t fail_each_allocation(const Model& model, const Pass& pass) {
  const Snapshot before(model);
  const Held held;
  for (int64_t nth = 1;; ++nth) {
    bool failed = false;
    fail_allocation(nth);
    try {
      pass();
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    fail_allocation(0);
    if (!failed) return nth - 1;
    REQUIRE(Held() == held);
    REQUIRE(before.is_intact(model));
    REQUIRE(is_grad_enabled());
  }
}

}  // namespace

TEST_CASE("a pullback that throws at any depth leaves every gradient as it was") {
  const Held before;
  {
    const Model model;
    model.loss().backward();
    const Snapshot snapshot(model);
    for (int depth = 0; depth < 8; ++depth) {
      const Held held;
      {
        Tensor y = model.x * model.b;
        for (int i = 0; i < 8; ++i) y = i == depth ? bomb(y) : tanh(y + model.b);
        const Tensor total = sum(y) + sum(matmul(model.x, model.w));
        CHECK_THROWS_WITH(total.backward(), "bomb");
        CHECK_THROWS_WITH(total.backward({}, {.create_graph = true}),
                          Catch::ContainsSubstring("its graph was freed by an earlier backward()"));
      }
      CHECK(Held() == held);
      CHECK(snapshot.is_intact(model));
      CHECK(is_grad_enabled());
    }
    const Values first = values(model.w.grad());
    model.loss().backward();
    for (size_t i = 0; i < first.size(); ++i) CHECK(values(model.w.grad())[i] == 2 * first[i]);
  }
  CHECK(Held() == before);
}

TEST_CASE("after a failure a retained graph can be swept again") {
  const Tensor x = leaf({2});
  int calls = 0;
  const Tensor y = record("sometimes", x.detach() * 2, {{x, [&calls](const Tensor& g) {
                                                           if (++calls == 1)
                                                             throw std::runtime_error("once");
                                                           return g * 2;
                                                         }}});
  const Tensor z = y * y;
  CHECK_THROWS_WITH(z.backward({}, {.retain_graph = true}), "once");
  CHECK_FALSE(x.grad().defined());
  z.backward();
  CHECK(values(x.grad()) == Values{16});
}

TEST_CASE("an exception in a sweep inside a sweep ends both") {
  const Tensor x = leaf({2});
  const Tensor y = record("outer", x.detach() * 2, {{x, [x = Saved(x)](const Tensor&) {
                                                       const GradMode recording(true);
                                                       const Tensor apart =
                                                           x->detach().requires_grad_();
                                                       return grad(bomb(apart), apart);
                                                     }}});
  CHECK_THROWS_WITH(y.backward(), "bomb");
  CHECK_THROWS_AS(splice(x, x.detach()), GradientError);
  CHECK_FALSE(x.grad().defined());
  (x * x).backward();
  CHECK(values(x.grad()) == Values{4});
}

TEST_CASE("every allocation of a forward and backward pass may fail") {
  const Held before;
  {
    const Model model;
    const int64_t fresh = fail_each_allocation(model, [&] { model.loss().backward(); });
    CHECK(fresh > 100);
    CHECK(model.w.grad().defined());
    // Now with gradients to add to.
    const int64_t again = fail_each_allocation(model, [&] { model.loss().backward(); });
    CHECK(again > 100);
  }
  CHECK(Held() == before);
}

TEST_CASE("every allocation of a double backward may fail") {
  const Held before;
  {
    const Model model;
    const int64_t count = fail_each_allocation(model, [&] {
      const auto g = grad(std::vector{model.loss()}, model.leaves(), {}, {.create_graph = true});
      (sum(square(g[0])) + sum(g[1] * model.b)).backward({}, {.create_graph = true});
    });
    CHECK(count > 300);
    for (const Tensor& leaf : model.leaves()) leaf.set_grad({});
  }
  CHECK(Held() == before);
}

TEST_CASE("every allocation of an in-place step may fail before anything is written") {
  const Model model;
  const Values before = values(model.w);
  const NoGrad guard;
  fail_allocation(1);
  CHECK_THROWS_AS(add_(model.w, model.w.transpose(0, 1)), std::bad_alloc);
  fail_allocation(0);
  CHECK(values(model.w) == before);
}

}  // namespace heed::testing::exception_test
