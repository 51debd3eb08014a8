// What a user may do wrong, or oddly, with the engine: an error that says so, or the right result.
#include <functional>
#include <initializer_list>
#include <limits>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/hooks.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/optim/clip.h"
#include "heed/framework/optim/sgd.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::misuse_test {
namespace {

std::vector<int64_t> integers(const Tensor& x) {
  return x.to_vector<int64_t>();
}

std::vector<bool> truths(const Tensor& x) {
  return x.to_vector<bool>();
}

constexpr int64_t most = std::numeric_limits<int64_t>::max();
constexpr int64_t least = std::numeric_limits<int64_t>::min();

}  // namespace

TEST_CASE("asking an undefined tensor anything is an error that says so") {
  const Tensor none, x = leaf({1});
  const std::string message =
      "Tensor: it is undefined, made by Tensor(); only optional arguments may be undefined";
  CHECK(message_of([&] { none.shape(); }) == message);
  CHECK(message_of([&] { none.item(); }) == message);
  CHECK(message_of([&] { none.requires_grad(); }) == message);
  CHECK(message_of([&] { none.grad(); }) == message);
  CHECK(message_of([&] { add(x, none); }) == message);
  CHECK(message_of([&] { sum(none); }) == message);
  CHECK(message_of([&] { none.detach(); }) == message);
  CHECK(message_of([&] { none.alias({1}, {1}, 0); }) == message);
  CHECK(message_of([&] { none.clone(); }) == message);
  CHECK(message_of([&] { none[0]; }) == message);
  CHECK(message_of([&] { none.to_vector<double>(); }) == message);
  CHECK(message_of([&] { Tensor().requires_grad_(); }) == message);
  CHECK(message_of([&] { none.set_grad(x); }) == message);
  CHECK(message_of([&] { register_hook(none, [](const Tensor& g) { return g; }); }) == message);
  for (const auto& write : std::initializer_list<std::function<void()>>{
           [&] { fill_(none, 1); }, [&] { zero_(none); }, [&] { add_(none, x); },
           [&] { copy_(none, x); }, [&] { mul_(none, 2); }}) {
    CHECK(message_of(write) == message);
  }
  const NoGrad guard;
  CHECK(message_of([&] { add_(x, none); }) == message);
  CHECK(message_of([&] { copy_(x, none); }) == message);
  CHECK(message_of([&] { none.backward(); }) ==
        "backward: output 0 does not require grad, so nothing depends on it");
}

TEST_CASE("grad of an interior input leaves the graph below it to be swept again") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * x;
  const Tensor y = sum(h * h);
  CHECK(values(grad(y, h)) == Values{2, 8});
  sum(h).backward();  // the graph of h was not freed
  CHECK(values(x.grad()) == Values{2, 4});
  int pulled = 0;
  const Tensor counted = record("counted", x.detach() * 1.0, {{x, [&pulled](const Tensor& g) {
                                                                 ++pulled;
                                                                 return g;
                                                               }}});
  const Tensor above = counted * 3.0;
  CHECK(values(grad(sum(above * counted), counted)) == Values{6, 12});
  CHECK(pulled == 0);  // nothing below what is sought is computed
  const Tensor both = counted * 2.0;
  const auto gradients = grad(std::vector{sum(both * counted)}, std::vector{both, counted});
  CHECK(values(gradients[0]) == Values{1, 2});
  CHECK(values(gradients[1]) == Values{4, 8});
}

TEST_CASE("an op never makes a constant that its caller holds require grad") {
  const Tensor x = leaf({1, 2});
  const Tensor constant = leaf({3, 4}).detach();
  const Tensor y = record("op", constant, {{x, [](const Tensor& g) { return g; }}});
  CHECK(y.requires_grad());
  CHECK_FALSE(constant.requires_grad());
  CHECK(y.storage() == constant.storage());
  const Tensor joint =
      record("op", constant, {x}, [](const Tensor& g, const Wanted&) { return Gradients{g}; });
  CHECK(joint.requires_grad());
  CHECK_FALSE(constant.requires_grad());
}

TEST_CASE("incoming gradients that require grad make no graph unless asked to") {
  const Tensor x = leaf({1, 2}), w = leaf({3, 4});
  const Tensor y = x * 2.0;
  const auto twice = std::vector{y, y};
  const auto given = std::vector<Tensor>{w, w};
  const Held before;
  for (const Tensor& gradient : grad(twice, std::vector{x}, given, {.retain_graph = true})) {
    CHECK_FALSE(gradient.requires_grad());
    CHECK(values(gradient) == Values{12, 16});
  }
  CHECK(Held() == before);
}

TEST_CASE("a pullback that sweeps its own graph is an error and frees nothing twice") {
  const Held before;
  {
    const Tensor x = leaf({1, 2});
    Tensor y;
    const Tensor* self = &y;
    y = record("selfish", x.detach() * 1.0, {{x, [self](const Tensor& g) {
                                                self->backward(g);
                                                return g;
                                              }}});
    CHECK(message_of([&] { sum(y).backward(); }) ==
          "selfish: its pullback is running already; a pullback cannot call backward() on a graph "
          "that it is part of");
    CHECK_FALSE(x.grad().defined());
  }
  {
    const Tensor x = leaf({1, 2});
    Tensor y;
    const Tensor* self = &y;
    y = record("looping", x.detach() * 1.0, {x}, [self](const Tensor& g, const Wanted&) {
      splice(*self, g);
      return Gradients{};
    });
    CHECK(message_of([&] { sum(y).backward(); }) ==
          "splice: onto the result of looping from within its own pullback");
  }
  CHECK(Held() == before);
}

TEST_CASE("a leaf is nobody's gradient") {
  const Held before;
  {
    const Tensor x = leaf({1, 2}), other = leaf({3, 4});
    for (const Tensor& wrong : {x, other}) {
      CHECK(message_of([&] { x.set_grad(wrong); }) ==
            "set_grad: a leaf that requires grad cannot be a gradient, shape [2]; write .detach()");
    }
    x.set_grad(other.detach());
    CHECK(values(x.grad()) == Values{3, 4});
  }
  CHECK(Held() == before);
}

TEST_CASE("a frozen parameter is passed over by zero_grad and step") {
  Tensor w = leaf({1, 2}), frozen = leaf({3, 4});
  SGD optimizer({w, frozen}, {.lr = 1});
  sum(w * frozen).backward();
  frozen.requires_grad_(false);
  optimizer.step();
  CHECK(values(w) == Values{-2, -2});
  CHECK(values(frozen) == Values{3, 4});
  optimizer.zero_grad();
  CHECK_FALSE(w.grad().defined());
}

TEST_CASE("clipping refuses a gradient whose elements share memory and scales none then") {
  const Tensor w = leaf({1, 2}), v = leaf({1, 2});
  w.set_grad(tensor<double>({3, 4}));
  v.set_grad(expand(tensor<double>({5}), {2}));
  const auto both = std::vector{w, v};
  CHECK(message_of([&] { clip_grad_norm(both, 1); }) ==
        "clip_grad_norm: elements of shape [2] with strides [0] share memory; write to a .clone()");
  CHECK(values(w.grad()) == Values{3, 4});
}

TEST_CASE("sizes that overflow are refused before memory is asked for") {
  const int64_t huge = int64_t{1} << 62;
  const Tensor big = expand(zeros({1}), {huge});
  const auto three = std::vector{big, big, big};
  CHECK(message_of([&] { cat(three, 0); }) == "cat: too many elements to count along dim 0");
  const Tensor x = arange(6).view({2, 3});
  const Tensor none = slice(x, 1, 3, 3, most);
  CHECK(none.shape() == Shape{2, 0});
  CHECK(slice(none, 1, 0, 0, most).shape() == Shape{2, 0});
  CHECK(integers(slice(slice(x, 1, 2, 3, most), 1, 0, 1, most)) == std::vector<int64_t>{2, 5});
  // Strides of sizes 1 are never added up.
  const Tensor one = slice(slice(x, 0, 0, 1, huge), 1, 0, 1, huge);
  CHECK(integers(diagonal(one)) == std::vector<int64_t>{0});
  const Tensor long_one = expand(zeros({1}), {huge + 1});
  CHECK(split(long_one, huge).size() == 2);
  CHECK(message_of([&] { split(long_one, 1); }) ==
        "split: makes 4611686018427387905 pieces, but at most 67108864 are possible");
  CHECK(message_of([&] { chunk(zeros({0}), huge); }) ==
        "chunk: makes 4611686018427387904 pieces, but at most 67108864 are possible");
}

TEST_CASE("indices of which there are too many are refused before any is read") {
  const int64_t huge = int64_t{1} << 62;
  const Tensor ids = expand(arange(1), {huge}), places = expand(arange(1).view({1, 1}), {1, huge});
  const Tensor weight = zeros({3, 1});
  const std::string one = ": more indices than any memory holds: [4611686018427387904]";
  CHECK(message_of([&] { embedding(ids, weight); }) == "embedding" + one);
  CHECK(message_of([&] { index_select(weight, 0, ids); }) == "index_select" + one);
  CHECK(message_of([&] {
          index_add(weight, 0, ids, expand(weight, {3, 1}));
        }) == "index_add" + one);
  CHECK(message_of([&] { one_hot(ids, -1); }) == "one_hot" + one);
  CHECK(message_of([&] { one_hot(ids, 3); }) == "one_hot" + one);
  const std::string two = ": more indices than any memory holds: [1, 4611686018427387904]";
  CHECK(message_of([&] { gather(weight, 1, places); }) == "gather" + two);
  CHECK(message_of([&] {
          scatter_add(weight, 1, places, expand(zeros({1, 1}), {1, huge}));
        }) == "scatter_add" + two);
  // Those that memory can hold are read, expanded or not.
  CHECK(embedding(expand(arange(1), {5}), weight).shape() == Shape{5, 1});
}

TEST_CASE("integers wrap around, and meet doubles exactly or not at all") {
  const Tensor ends = tensor<int64_t>({most, least});
  CHECK(integers(ends + 1) == std::vector<int64_t>{least, least + 1});
  CHECK(integers(ends - (-0x1p63)) == std::vector<int64_t>{-1, 0});
  const Tensor doubled = ends.clone();
  mul_(doubled, 2);
  CHECK(integers(doubled) == std::vector<int64_t>{-2, 0});
  CHECK(message_of([&] { sub(ends, 0x1p63); }) ==
        "sub: 9223372036854775808 is not representable as i64, the dtype of the tensor; write "
        ".to(DType::f32) on it");
  CHECK(message_of([&] { mul_(doubled, 0.5); }) ==
        "mul_: 0.5 is not representable as i64, the dtype of the tensor; write .to(DType::f32) on "
        "it");
  const int64_t above = (int64_t{1} << 53) + 1;
  const Tensor x = tensor<int64_t>({above, above - 1, most});
  const std::vector<bool> second{false, true, false};
  CHECK(truths(eq(x, 0x1p53)) == second);
  CHECK(truths(le(x, 0x1p53)) == second);
  CHECK(truths(gt(x, 0x1p53)) == std::vector<bool>{true, false, true});
  CHECK(truths(lt(x, 0x1p63)) == std::vector<bool>{true, true, true});
  CHECK(truths(eq(x, 0x1p63)) == std::vector<bool>{false, false, false});
  CHECK(truths(gt(ends, -0x1p63)) == std::vector<bool>{true, false});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(truths(ne(ends, nan)) == std::vector<bool>{true, true});
  CHECK(truths(ge(ends, nan)) == std::vector<bool>{false, false});
  const Tensor small = tensor<int64_t>({-2, -1, 1, 2});
  CHECK(truths(gt(small, -1.5)) == std::vector<bool>{false, true, true, true});
  CHECK(truths(lt(small, 1.5)) == std::vector<bool>{true, true, true, false});
  const Tensor far = arange(0x1p53, 0x1p53 + 4, 1);
  CHECK(integers(far) == std::vector<int64_t>{above - 1, above, above + 1, above + 2});
  CHECK(integers(arange(-0x1p63, 0x1p62, 0x1p62)) == std::vector<int64_t>{least, least / 2, 0});
  CHECK(message_of([] { arange(0, 1e300, 1e299); }) ==
        "arange: 1e+299 is not representable as i64, the dtype of the tensor; write "
        ".to(DType::f32) on it");
}

}  // namespace heed::testing::misuse_test
