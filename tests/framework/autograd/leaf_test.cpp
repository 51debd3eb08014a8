// Leaves: who may require grad, where gradients are stored and who shares them.
#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::leaf_test {
TEST_CASE("a leaf requires grad when told and stops when told") {
  Tensor x = leaf({1, 2});
  CHECK(x.requires_grad());
  CHECK(x.is_leaf());
  CHECK_FALSE(x.grad().defined());
  sum(x).backward();
  CHECK(x.grad().defined());
  CHECK(&x.requires_grad_() == &x);
  CHECK(x.grad().defined());
  x.requires_grad_(false);
  CHECK_FALSE(x.requires_grad());
  CHECK_FALSE(x.grad().defined());
  CHECK(message_of([] { tensor<int64_t>({1}).requires_grad_(); }) ==
        "requires_grad_: takes f32 or f64, got i64; write .to(DType::f32)");
  CHECK(message_of([] { tensor<bool>({true}).requires_grad_(); }) ==
        "requires_grad_: takes f32 or f64, got bool; write .to(DType::f32)");
  x.requires_grad_();
  Tensor y = x * 2;
  for (const bool on : {true, false}) {
    CHECK(message_of([&] { y.requires_grad_(on); }) ==
          "requires_grad_: only a leaf can be changed, this tensor is the result of mul; write "
          ".detach() "
          "first");
  }
}

TEST_CASE("results require grad if an input does and recording is on") {
  const Tensor x = leaf({1, 2});
  const Tensor c = tensor<double>({3, 4});
  CHECK((x + c).requires_grad());
  CHECK_FALSE((x + c).is_leaf());
  CHECK_FALSE((c + c).requires_grad());
  CHECK((c + c).is_leaf());
  CHECK_FALSE((x + c).grad().defined());
  const NoGrad guard;
  CHECK_FALSE((x + c).requires_grad());
}

TEST_CASE("copies of a handle share the gradient, detached tensors have none") {
  const Tensor x = leaf({1, 2});
  const Tensor copy = x;
  const Tensor apart = x.detach();
  sum(x * x).backward();
  CHECK(values(copy.grad()) == Values{2, 4});
  CHECK(copy.grad().is_same(x.grad()));
  CHECK_FALSE(apart.requires_grad());
  CHECK_FALSE(apart.grad().defined());
  CHECK(apart.storage() == x.storage());
}

TEST_CASE("gradients of several backward calls add up and a stored handle keeps its value") {
  const Tensor x = leaf({1, 2});
  sum(x * x).backward();
  const Tensor first = x.grad();
  sum(x * 10.0).backward();
  CHECK(values(x.grad()) == Values{12, 14});
  CHECK(values(first) == Values{2, 4});
}

TEST_CASE("a stored gradient that no one else holds is added to where it is") {
  const Tensor x = leaf({1, 2});
  sum(x * x).backward();
  const double* const place = x.grad().data<double>();
  sum(x * 10.0).backward();
  CHECK(x.grad().data<double>() == place);
  CHECK(values(x.grad()) == Values{12, 14});
  const Tensor view = x.grad().detach();  // the same elements under another handle
  sum(x).backward();
  CHECK(values(x.grad()) == Values{13, 15});
  CHECK(values(view) == Values{12, 14});
}

TEST_CASE("a stored gradient in a graph is not changed by a sweep that keeps none") {
  const Tensor x = leaf({1, 2});
  sum(x * x * x).backward({}, {.create_graph = true});
  sum(x).backward();
  CHECK(values(x.grad()) == Values{4, 13});
  CHECK_FALSE(x.grad().requires_grad());
  x.set_grad(Tensor());
  sum(x * x).backward();
  x.backward(x.grad());  // added to itself
  CHECK(values(x.grad()) == Values{4, 8});
}

TEST_CASE("set_grad takes the leaf's shape and dtype or nothing") {
  const Tensor x = leaf({1, 2});
  x.set_grad(tensor<double>({5, 6}));
  sum(x).backward();
  CHECK(values(x.grad()) == Values{6, 7});
  x.set_grad(Tensor());
  CHECK_FALSE(x.grad().defined());
  CHECK(message_of([&] { x.set_grad(tensor<double>({5})); }) ==
        "set_grad: the gradient must be f64 [2] like its tensor, got f64 [1]");
  CHECK(message_of([&] { x.set_grad(zeros({2})); }) ==
        "set_grad: the gradient must be f64 [2] like its tensor, got f32 [2]");
  for (const Tensor& other : {x * 2, x.detach()}) {
    CHECK(message_of([&] { other.set_grad(ones_like(other)); }) ==
          "set_grad: only a leaf that requires grad has a gradient; shape [2]");
  }
}

TEST_CASE("a set gradient is not changed by a later backward") {
  const Tensor x = leaf({1, 2});
  const Tensor mine = tensor<double>({5, 6});
  x.set_grad(mine);
  sum(x).backward();
  CHECK(values(mine) == Values{5, 6});
}

TEST_CASE("stored gradients never share storage") {
  const Tensor x = leaf({1, 2}), y = leaf({3, 4});
  const Tensor mine = tensor<double>({1, 1});
  (x + y).backward(mine);
  CHECK_FALSE(x.grad().storage() == y.grad().storage());
  CHECK_FALSE(x.grad().storage() == mine.storage());
  CHECK_FALSE(y.grad().storage() == mine.storage());
  fill_(x.grad(), 7);
  CHECK(values(y.grad()) == Values{1, 1});
  CHECK(values(mine) == Values{1, 1});
}

TEST_CASE("a leaf that is its own root gets a copy of the incoming gradient") {
  const Tensor x = leaf({1, 2});
  const Tensor mine = tensor<double>({3, 4});
  x.backward(mine);
  fill_(mine, 0);
  CHECK(values(x.grad()) == Values{3, 4});
  const Tensor one = leaf({5}, {});
  one.backward();
  CHECK(values(one.grad()) == Values{1});
}

TEST_CASE("a stored gradient is row-major memory of its own, not an expanded one") {
  const Tensor x = leaf({1, 2, 3, 4, 5, 6}, {2, 3});
  sum(x).backward();
  CHECK(x.grad().is_contiguous());
  fill_(x.grad().select(0, 0).select(0, 0), 9);
  CHECK(values(x.grad()) == Values{9, 1, 1, 1, 1, 1});
  const Tensor z = leaf({1, 2, 3, 4, 5, 6}, {2, 3});
  z.transpose(0, 1).backward(tensor<double>({1, 2, 3, 4, 5, 6}).view({3, 2}));
  CHECK(z.grad().is_contiguous());
  CHECK(values(z.grad()) == Values{1, 3, 5, 2, 4, 6});
}

TEST_CASE("gradients returned by grad share nothing either") {
  const Tensor x = leaf({1, 2}), y = leaf({3, 4});
  const Tensor mine = tensor<double>({1, 2});
  const Tensor z = x + y;
  const std::vector<Tensor> got = grad(std::vector{z}, std::vector{x, y, x, z}, std::vector{mine});
  for (size_t i = 0; i < 4; ++i) {
    CHECK(values(got[i]) == Values{1, 2});
    CHECK_FALSE(got[i].storage() == mine.storage());
    for (size_t j = 0; j < i; ++j) CHECK_FALSE(got[i].storage() == got[j].storage());
  }
}

TEST_CASE("accumulating in place is never seen elsewhere") {
  // Each gradient that meets another is also held by someone: the incoming one, another leaf.
  const Tensor x = leaf({1, 2}), y = leaf({3, 4});
  const Tensor mine = tensor<double>({1, 1});
  const Tensor s = x + y;
  ((s + x) + (x + s) + s).backward(mine);
  CHECK(values(x.grad()) == Values{5, 5});
  CHECK(values(y.grad()) == Values{3, 3});
  CHECK(values(mine) == Values{1, 1});
  const Tensor z = leaf({1, 2});
  const std::vector<Tensor> roots{z, z, z};
  backward(roots, std::vector<Tensor>{mine, mine, mine});
  CHECK(values(z.grad()) == Values{3, 3});
  CHECK(values(mine) == Values{1, 1});
}

TEST_CASE("a gradient whose leaf is gone goes nowhere") {
  const Held before;
  {
    Tensor y;
    {
      const Tensor x = leaf({1, 2});
      y = sum(x * x);
    }
    y.backward();
  }
  CHECK(Held() == before);
}

TEST_CASE("a gradient whose leaf is gone does not reach what took its memory") {
  Tensor y;
  {
    const Tensor x = leaf({1, 2});
    y = sum(x * x);
  }
  std::vector<Tensor> others;
  for (int i = 0; i < 20; ++i) others.push_back(tensor<double>({1, 2}));
  y.backward();
  for (const Tensor& other : others) CHECK_FALSE(other.impl()->grad.defined());
}

TEST_CASE("a leaf that stopped requiring grad after the forward is an error, not a lost gradient") {
  for (const bool again : {false, true}) {
    Tensor x = leaf({1, 2});
    const Tensor w = leaf({3, 4});
    const Tensor y = sum(x * w);
    x.requires_grad_(false);
    if (again) x.requires_grad_();
    CHECK(message_of([&] { y.backward(); }) ==
          "backward: a leaf of shape [2] stopped requiring grad after the graph was made; call "
          "requires_grad_(false) before the forward or after the backward");
    CHECK_FALSE(x.grad().defined());
    CHECK_FALSE(w.grad().defined());
  }
}

TEST_CASE("without create_graph no stored gradient is in a graph") {
  const Tensor x = leaf({1, 2}), w = leaf({3, 4});
  (x * 2).backward(w * w);
  CHECK(values(x.grad()) == Values{18, 32});
  CHECK_FALSE(x.grad().requires_grad());
  const Tensor z = leaf({1, 2});
  (z + 0.0).backward(w);
  CHECK_FALSE(z.grad().requires_grad());
}

TEST_CASE("a gradient that is a view of another one is not added to in place") {
  const Tensor a = leaf({1, 2, 3, 4}), b = leaf({1, 2, 3, 4}, {2, 2});
  const Tensor older = a * 2.0;
  // The factor makes the gradient of the sums a dense one.
  sum((a.view({2, 2}) + b + older.view({2, 2})) * 1.0).backward();
  CHECK(values(b.grad()) == Values{1, 1, 1, 1});
  CHECK(values(a.grad()) == Values{3, 3, 3, 3});
}

}  // namespace heed::testing::leaf_test
