// Which ops give views of their input's memory, which copy, and what the copies look like.
#include "heed/framework/ops/view.h"

#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::view_semantics_test {
namespace {

Tensor numbers() {
  return arange(0, 6, 1, DType::f64).view({2, 3});
}

}  // namespace

TEST_CASE("contiguous gives row-major memory, its own only if it must") {
  const Tensor x = numbers();
  CHECK(contiguous(x).is_same(x));
  const Tensor turned = transpose(x, 0, 1);
  CHECK_FALSE(turned.is_contiguous());
  const Tensor dense = contiguous(turned);
  CHECK(dense.is_contiguous());
  CHECK_FALSE(dense.storage() == x.storage());
  CHECK(values(dense) == Values{0, 3, 1, 4, 2, 5});
  CHECK(contiguous(expand(x.select(0, 0), {2, 3})).strides() == Strides{3, 1});
}

TEST_CASE("views share memory, so that a write to one is seen through all") {
  const Tensor x = numbers();
  const std::vector<Tensor> views{x.view({3, 2}),
                                  x.reshape({6}),
                                  permute(x, {1, 0}),
                                  transpose(x, 0, 1),
                                  expand(x, {2, 2, 3}),
                                  unsqueeze(x, 0),
                                  squeeze(unsqueeze(x, 1), 1),
                                  select(x, 0, 1),
                                  slice(x, 1, 0, 3, 2),
                                  narrow(x, 1, 1, 2),
                                  split(x, 1, 0)[1],
                                  diagonal(x),
                                  unflatten(x, 1, {3, 1}),
                                  movedim(x, {0}, {1}),
                                  x.detach()};
  for (const Tensor& view : views) CHECK(view.storage() == x.storage());
  fill_(x, 7);
  for (const Tensor& view : views) {
    for (const double value : values(view)) CHECK(value == 7);
  }
}

TEST_CASE("copies never share memory, even of what needs no change") {
  const Tensor x = numbers();
  const IntList none{}, both{0, 1};
  for (const Tensor& copy :
       {clone(x), flip(x, none), flip(x, both), cat(std::vector{x}, 0), stack(std::vector{x}, 0),
        roll(x, {0}, {0}), repeat(x, {1, 1}), tile(x, {1}), repeat_interleave(x, 1, 0)}) {
    CHECK_FALSE(copy.storage() == x.storage());
    CHECK(copy.is_contiguous());
  }
}

TEST_CASE("what is repeated from one element has memory for each") {
  const Tensor one = tensor<double>({3});
  for (const Tensor& copy : {repeat(one, {4}), tile(one, {4}), repeat_interleave(one, 4, 0),
                             repeat_interleave(one, 4), repeat(scalar(3, DType::f64), {4})}) {
    CHECK(copy.strides() == Strides{1});
    CHECK_FALSE(copy.storage() == one.storage());
    fill_(copy, 5);
  }
  CHECK(values(one) == Values{3});
}

TEST_CASE("Tensors are joined as a list in braces, and x[i] is a view of row i") {
  const Tensor x = numbers();  // [2, 3]
  CHECK(cat({x, x}).shape() == Shape{4, 3});
  CHECK(cat({x, x, x}, 1).shape() == Shape{2, 9});
  CHECK(cat({x}).shape() == Shape{2, 3});
  CHECK(stack({x, x}, -1).shape() == Shape{2, 3, 2});
  CHECK(values(cat({x, x})) == values(cat(std::vector{x, x})));
  CHECK(values(x[1]) == values(select(x, 0, 1)));
  CHECK(values(x[-1][0]) == values(select(x, 0, 1).select(0, 0)));
  CHECK(x[0].storage() == x.storage());
  CHECK(message_of([&] { x[2]; }) == message_of([&] { select(x, 0, 2); }));
}

TEST_CASE("reshape copies only what cannot be a view") {
  const Tensor x = numbers();
  CHECK(reshape(x, {3, 2}).storage() == x.storage());
  const Tensor turned = transpose(x, 0, 1);
  CHECK_FALSE(reshape(turned, {6}).storage() == x.storage());
  CHECK(reshape(turned, {3, 1, 2}).storage() == x.storage());
  CHECK(message_of([&] { view(turned, {6}); }) ==
        "view: needs a copy: [3, 2] with strides [1, 3] as [6]; write .reshape(...)");
}

}  // namespace heed::testing::view_semantics_test
