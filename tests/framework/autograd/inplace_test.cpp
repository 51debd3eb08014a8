// In-place writes: where they are allowed, and how a backward that needed the old elements says so.
#include "heed/framework/ops/inplace.h"

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::inplace_test {
TEST_CASE("a leaf is written to under NoGrad only") {
  const Tensor x = leaf({1, 2});
  CHECK(message_of([&] { zero_(x); }) ==
        "zero_: writes to a tensor of shape [2] that requires grad; do it under NoGrad, or use the "
        "op "
        "that returns a copy");
  CHECK(values(x) == Values{1, 2});
  CHECK(x.storage().version() == 0);
  const NoGrad guard;
  add_(x, tensor<double>({1, 1}), 10);
  CHECK(values(x) == Values{11, 12});
  mul_(x.select(0, 0), 2);
  CHECK(values(x) == Values{22, 12});
}

TEST_CASE("results in the graph are never written to") {
  const Tensor x = leaf({1, 2});
  const Tensor y = x * 2;
  CHECK(message_of([&] { fill_(y, 0); }) ==
        "fill_: writes to a tensor of shape [2] that requires grad; do it under NoGrad, or use the "
        "op "
        "that returns a copy");
  const NoGrad guard;
  CHECK(message_of([&] { fill_(y, 0); }) ==
        "fill_: writes to the result of mul, which is in the graph; only leaves can be written to; "
        "write "
        ".detach() or .clone()");
  CHECK(values(y) == Values{2, 4});
}

TEST_CASE("memory that overlaps itself is not written to") {
  const Tensor x = expand(tensor<double>({1, 2}), {3, 2});
  const std::string rest =
      "elements of shape [3, 2] with strides [0, 1] share memory; write to a .clone()";
  CHECK(message_of([&] { fill_(x, 0); }) == "fill_: " + rest);
  CHECK(message_of([&] { zero_(x); }) == "zero_: " + rest);
  CHECK(message_of([&] { mul_(x, 2); }) == "mul_: " + rest);
  CHECK(message_of([&] { add_(x, x); }) == "add_: " + rest);
  CHECK(message_of([&] { copy_(x, x.clone()); }) == "copy_: " + rest);
  CHECK(x.storage().version() == 0);
  CHECK(values(x) == Values{1, 2, 1, 2, 1, 2});
}

TEST_CASE("a source that shares memory with the target is read before it is written") {
  const Tensor x = arange(0, 5, 1, DType::f64);
  copy_(x.slice(0, 1, 5), x.slice(0, 0, 4));
  CHECK(values(x) == Values{0, 0, 1, 2, 3});
  const Tensor m = arange(0, 4, 1, DType::f64).view({2, 2});
  add_(m, m.transpose(0, 1));
  CHECK(values(m) == Values{0, 3, 3, 6});
  add_(m, m);
  CHECK(values(m) == Values{0, 6, 6, 12});
}

TEST_CASE("a changed saved input is an error that names both ops") {
  const Tensor x = leaf({1, 2}), y = leaf({3, 4});
  const Tensor z = sum(x * y);
  {
    const NoGrad guard;
    add_(x, y);
  }
  CHECK(message_of([&] { z.backward(); }) ==
        "mul: a tensor of shape [2] saved for backward was changed in place by add_ (version 0 "
        "then, 1 "
        "now); change a copy, x.clone(), or call backward() first");
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(y.grad().defined());
}

TEST_CASE("a changed saved output is an error that names both ops") {
  const Tensor x = leaf({1, 2});
  const Tensor y = exp(x);
  zero_(y.detach());
  fill_(y.detach(), 1);
  CHECK(message_of([&] { sum(y).backward(); }) ==
        "exp: a tensor of shape [2] saved for backward was changed in place by fill_ (version 0 "
        "then, 2 "
        "now); change a copy, x.clone(), or call backward() first");
}

TEST_CASE("a write through any view is noticed and a write to other memory is not") {
  const Tensor x = leaf({1, 2, 3, 4}, {2, 2});
  const Tensor y = sum(x * x);
  {
    const NoGrad guard;
    mul_(x.transpose(0, 1).select(0, 1), 2);
  }
  CHECK(message_of([&] { y.backward(); }) ==
        "mul: a tensor of shape [2, 2] saved for backward was changed in place by mul_ (version 0 "
        "then, "
        "1 now); change a copy, x.clone(), or call backward() first");
  const Tensor c = tensor<double>({1, 2, 3, 4}).view({2, 2});
  const Tensor z = sum(x * c);
  zero_(c.clone());
  z.backward();
  CHECK(values(x.grad()) == Values{1, 2, 3, 4});
}

TEST_CASE("ops that save nothing do not mind a write") {
  const Tensor x = leaf({1, 2});
  const Tensor y = sum(x + x);
  {
    const NoGrad guard;
    zero_(x);
  }
  y.backward();
  CHECK(values(x.grad()) == Values{2, 2});
}

TEST_CASE("the usual step of an optimizer is allowed between two sweeps") {
  const Tensor x = leaf({1, 2});
  for (int step = 0; step < 3; ++step) {
    x.set_grad({});
    sum(x * x).backward();
    const NoGrad guard;
    add_(x, x.grad(), -0.25);
  }
  CHECK(values(x) == Values{0.125, 0.25});
}

TEST_CASE("shapes and dtypes of in-place operands agree") {
  const Tensor x = tensor<double>({1, 2});
  CHECK(message_of([&] { add_(x, ones({1}, DType::f64)); }) == "add_: shapes differ: [2] and [1]");
  CHECK(message_of([&] {
          copy_(x, ones({2, 1}, DType::f64));
        }) == "copy_: shapes differ: [2] and [2, 1]");
  CHECK(message_of([&] { add_(x, ones({2})); }) ==
        "add_: dtypes differ: f64 [2] and f32 [2]; write .to(DType::f64) on the second or "
        ".to(DType::f32) on the first");
  CHECK(message_of([] { mul_(tensor<bool>({true}), 2); }) ==
        "mul_: takes numbers, got bool; write .to(DType::f32) or .to(DType::i64)");
  CHECK(x.storage().version() == 0);
}

}  // namespace heed::testing::inplace_test
