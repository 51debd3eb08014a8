// Sweeps: roots, retained and used-up graphs, higher derivatives, grad() of anything.
#include "heed/framework/autograd/backward.h"

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::backward_test {
namespace {

const std::vector<Tensor> none;

}  // namespace

TEST_CASE("an output of several elements needs a gradient of its shape and dtype") {
  const Tensor x = leaf({1, 2});
  CHECK(message_of([&] { (x * 2).backward(); }) ==
        "backward: an output of shape [2] needs a gradient of that shape; only a single "
        "element may omit it");
  CHECK(message_of([&] { (x * 2).backward(ones({2})); }) ==
        "backward: the gradient must be f64 [2] like its output, got f32 [2]");
  CHECK(message_of([&] {
          (x * 2).backward(ones({1, 2}, DType::f64));
        }) == "backward: the gradient must be f64 [2] like its output, got f64 [1, 2]");
  CHECK(message_of([&] { x.detach().backward(ones({2}, DType::f64)); }) ==
        "backward: output 0 does not require grad, so nothing depends on it");
  CHECK(message_of([&] {
          backward(std::vector{x, Tensor()}, std::vector{x.detach(), Tensor()});
        }) == "backward: output 1 does not require grad, so nothing depends on it");
  CHECK(message_of([&] {
          backward(std::vector{x}, std::vector{x, x});
        }) == "backward: 2 gradients for 1 outputs");
  CHECK_FALSE(x.grad().defined());
  (x * 2).backward(tensor<double>({1, 10}));
  CHECK(values(x.grad()) == Values{2, 20});
  sum(x).unsqueeze(0).unsqueeze(0).backward();
  CHECK(values(x.grad()) == Values{3, 21});
}

TEST_CASE("a graph is freed by one backward unless it is retained") {
  const Tensor x = leaf({3});
  const Tensor y = x * x;
  y.backward({}, {.retain_graph = true});
  y.backward();
  CHECK(values(x.grad()) == Values{12});
  CHECK(message_of([&] { y.backward(); }) ==
        "mul: its graph was freed by an earlier backward(); pass retain_graph = true to that one");
  CHECK(message_of([&] { (y + 1.0).backward(); }) ==
        "mul: its graph was freed by an earlier backward(); pass retain_graph = true to that one");
  CHECK(values(x.grad()) == Values{12});
}

TEST_CASE("roots that share a part of the graph need it retained or swept at once") {
  const Tensor x = leaf({3});
  const Tensor shared = x * x;
  const Tensor a = shared * 2, b = exp(shared * 0);
  a.backward();
  CHECK(message_of([&] { b.backward(); }) ==
        "mul: its graph was freed by an earlier backward(); pass retain_graph = true to that one");
  const Tensor again = x * x;
  x.set_grad({});
  backward(std::vector{again * 2, again * 3, again, x}, none);
  CHECK(values(x.grad()) == Values{37});
}

TEST_CASE("a used-up graph has let go of what it saved") {
  const Tensor x = leaf(Values(1000, 1.0));
  const Tensor y = sum(exp(exp(x)));
  const int64_t before = Held().bytes;
  y.backward();
  CHECK(Held().bytes < before - 8000);  // the two outputs are gone, the gradient came
}

TEST_CASE("diamonds and heavy reuse count every path") {
  const Tensor x = leaf({2});
  Tensor y = x;
  for (int i = 0; i < 10; ++i) y = y + y;
  y.backward();
  CHECK(values(x.grad()) == Values{1024});
  x.set_grad({});
  const Tensor a = x * x, b = a * x;
  (a * b + b * a + a).backward();  // 2x⁵ + x²
  CHECK(values(x.grad()) == Values{10 * 16 + 4});
  x.set_grad({});
  Tensor total = x * 1.0;
  for (int i = 0; i < 500; ++i) total = total + x;
  total.backward();
  CHECK(values(x.grad()) == Values{501});
}

TEST_CASE("a tensor may be both operands of an op") {
  const Tensor x = leaf({3});
  (x * x).backward();
  CHECK(values(x.grad()) == Values{6});
  x.set_grad({});
  (x - x).backward();
  CHECK(values(x.grad()) == Values{0});
  const Tensor m = leaf({1, 2, 3, 4}, {2, 2});
  sum(matmul(m, m)).backward();
  CHECK(values(m.grad()) == Values{7, 11, 9, 13});
}

TEST_CASE("create_graph gives derivatives of any order") {
  const Tensor x = leaf({2});
  const SweepOptions create{.create_graph = true};
  const Tensor y = x * x * x * x;
  const Tensor first = grad(y, x, {}, create);
  const Tensor second = grad(first, x, {}, create);
  const Tensor third = grad(second, x, {}, create);
  const Tensor fourth = grad(third, x, {}, create);
  CHECK(values(first) == Values{32});
  CHECK(values(second) == Values{48});
  CHECK(values(third) == Values{48});
  CHECK(values(fourth) == Values{24});
  const Tensor e = exp(x);  // through the output instead of the input
  const Tensor e3 = grad(grad(grad(e, x, {}, create), x, {}, create), x);
  CHECK(values(e3) == values(e));
}

TEST_CASE("backward with create_graph stores gradients that can be differentiated") {
  const Tensor x = leaf({3});
  (x * x * x).backward({}, {.create_graph = true});
  CHECK(values(x.grad()) == Values{27});
  CHECK(x.grad().requires_grad());
  const Tensor first = x.grad();
  x.set_grad({});
  first.backward();
  CHECK(values(x.grad()) == Values{18});
}

TEST_CASE("gradients stored with create_graph accumulate inside the graph") {
  const Tensor x = leaf({3});
  (x * x).backward({}, {.create_graph = true});
  (x * x * x).backward({}, {.create_graph = true});
  const Tensor both = x.grad();
  CHECK(values(both) == Values{33});
  x.set_grad({});
  both.backward();
  CHECK(values(x.grad()) == Values{2 + 18});
}

TEST_CASE("recording is off in a sweep without create_graph and back afterwards") {
  const Tensor x = leaf({3});
  const Tensor g = grad(x * x, x);
  CHECK_FALSE(g.requires_grad());
  CHECK(is_grad_enabled());
  {
    const Tensor y = x * x;
    const NoGrad guard;
    const Tensor recorded = grad(y, x, {}, {.create_graph = true});
    CHECK(recorded.requires_grad());
    CHECK_FALSE(is_grad_enabled());
  }
  CHECK(is_grad_enabled());
}

TEST_CASE("grad takes interior, repeated and root inputs and changes no stored gradient") {
  const Tensor x = leaf({2});
  const Tensor h = x * x, y = h * h;
  const std::vector<Tensor> got = grad(std::vector{y}, std::vector{h, x, h, y});
  CHECK(values(got[0]) == Values{8});
  CHECK(values(got[1]) == Values{32});
  CHECK(values(got[2]) == Values{8});
  CHECK(values(got[3]) == Values{1});
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("grad of an unused input is an error or an undefined tensor") {
  const Tensor x = leaf({2}), other = leaf({1, 2, 3});
  CHECK(message_of([&] { grad(x * x, other); }) ==
        "grad: the outputs do not depend on input 0 of shape [3]; pass allow_unused to get an "
        "undefined tensor");
  const auto got = grad(std::vector{x * x}, std::vector{other, x}, none, {}, true);
  CHECK_FALSE(got[0].defined());
  CHECK(values(got[1]) == Values{4});
  CHECK(message_of([&] { grad(x * x, x.detach()); }) == "grad: input 0 does not require grad");
  CHECK(message_of([&] { grad(x * x, Tensor()); }) == "grad: input 0 does not require grad");
}

TEST_CASE("grad adds over several outputs with and without gradients") {
  const Tensor x = leaf({2, 3});
  const std::vector<Tensor> outputs{sum(x * x), x * 10};
  const std::vector<Tensor> got =
      grad(outputs, std::vector{x}, std::vector{Tensor(), tensor<double>({1, 2})});
  CHECK(values(got[0]) == Values{14, 26});
}

TEST_CASE("NoGrad nests and is undone when an exception flies") {
  const Tensor x = leaf({2});
  {
    const NoGrad outer;
    CHECK_FALSE(is_grad_enabled());
    {
      const GradMode inner(true);
      CHECK((x * x).requires_grad());
      const NoGrad innermost;
      CHECK_FALSE((x * x).requires_grad());
    }
    CHECK_FALSE(is_grad_enabled());
  }
  CHECK(is_grad_enabled());
  CHECK(message_of([&] {
          const NoGrad guard;
          x.view({5});
        }) == "view: sizes do not fit the number of elements: [1] (1 elements) as [5]");
  CHECK(is_grad_enabled());
}

TEST_CASE("detach cuts the graph") {
  const Tensor x = leaf({2});
  (x * (x * x).detach()).backward();
  CHECK(values(x.grad()) == Values{4});
}

TEST_CASE("no gradient flows to constants and integers") {
  const Tensor x = leaf({2}), c = tensor<double>({5});
  (x * c + c).backward();
  CHECK(values(x.grad()) == Values{5});
  CHECK_FALSE(c.grad().defined());
  CHECK_FALSE(x.to(DType::i64).requires_grad());
}

TEST_CASE("a forgotten graph gives all memory back") {
  const Held before;
  {
    const Tensor x = leaf({2});
    Tensor y = x;
    for (int i = 0; i < 100; ++i) y = tanh(y * x + y);
  }
  CHECK(Held() == before);
}

TEST_CASE("a gradient attached to the graph of its own leaf makes no cycle") {
  const Held before;
  {
    const Tensor x = leaf({2}), w = leaf({3});
    const Tensor y = exp(x * w) * tanh(x) + x / w;
    y.backward({}, {.create_graph = true});
    (x.grad() * w.grad()).backward({}, {.create_graph = true});
    CHECK(x.grad().requires_grad());
  }
  CHECK(Held() == before);
}

TEST_CASE("a constant that was saved and later became a leaf makes no cycle") {
  const Held before;
  {
    const Tensor a = leaf({2});
    Tensor x = tensor<double>({3});
    const Tensor z = a * x;  // saves x, a constant still
    x.requires_grad_();
    (z * x).backward({}, {.create_graph = true});  // x.grad = z, whose graph saved x
    CHECK(values(x.grad()) == Values{6});
  }
  CHECK(Held() == before);
}

}  // namespace heed::testing::backward_test
