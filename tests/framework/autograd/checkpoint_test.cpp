// checkpoint: the plain call's values and gradients to the bit, for less memory.
#include "heed/framework/autograd/checkpoint.h"

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/gradcheck.h"
#include "heed/framework/base/random_scope.h"
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/modules/dropout.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::checkpoint_test {
namespace {

struct Block {
  Tensor w = normal({4, 4}, 1, DType::f32).requires_grad_();
  Tensor b = normal({4}, 2, DType::f32).requires_grad_();

  Tensor operator()(const Tensor& x, const Tensor& scale) const {
    return softmax(tanh(matmul(x, w) + b) * scale, -1);
  }
};

std::vector<float> bits(const Tensor& x) {
  return x.to_vector<float>();
}

}  // namespace

TEST_CASE("checkpoint gives the values and gradients of the plain call, bit for bit") {
  const Block block;
  const Tensor scale = normal({4}, 3, DType::f32).requires_grad_();
  const Tensor start = normal({3, 4}, 4, DType::f32).requires_grad_();
  const Tensor weight = normal({3, 4}, 5, DType::f32);
  const std::vector<Tensor> leaves{block.w, block.b, scale, start};
  const auto run = [&](bool again) {
    for (const Tensor& leaf : leaves) leaf.set_grad({});
    Tensor h = start;
    for (int i = 0; i < 3; ++i) h = again ? checkpoint(block, h, scale) : block(h, scale);
    const Tensor y = sum(h * weight);
    y.backward();
    std::vector<std::vector<float>> result{bits(y)};
    for (const Tensor& leaf : leaves) result.push_back(bits(leaf.grad()));
    return result;
  };
  CHECK(run(true) == run(false));
}

TEST_CASE("checkpoint keeps inputs and output only, and gives everything back") {
  const Held before;
  {
    const Tensor x = normal({64, 64}, 6).requires_grad_();
    const auto deep = [](const Tensor& in) { return tanh(exp(sigmoid(tanh(in)))); };
    const auto kept = [&](bool again) {
      const Held start;
      const Tensor y = again ? checkpoint(deep, x) : deep(x);
      return Held().bytes - start.bytes;
    };
    const int64_t one = 64 * 64 * 8;
    CHECK(kept(false) >= 4 * one);
    CHECK(kept(true) < one + one / 4);
    sum(checkpoint(deep, x)).backward();
  }
  CHECK(Held() == before);
}

TEST_CASE("dropout inside a checkpoint drops the same elements again") {
  struct Net : Layer<Net> {
    Dropout dropout{{this, "dropout"}, 0.5};
    explicit Net(const Slot& slot) : Layer(slot) {}
    Tensor forward(const Tensor& x) { return dropout(x * x); }
  };
  Net net(Slot::root());
  const Tensor x = normal({100}, 7).requires_grad_();
  const auto gradient = [&](bool again) {
    const RandomScope scope(RandomPosition{.seed = 5, .step = 3});
    const auto call = [&](const Tensor& in) { return net(in); };
    const Tensor first = again ? checkpoint(call, x) : call(x);
    const Tensor y = net(first);  // what is drawn after the checkpoint is not disturbed either
    return values(grad(sum(y), x));
  };
  CHECK(gradient(true) == gradient(false));
  // And the mask in backward is that of forward: y = m·x², so the gradient is 2y/x.
  const RandomScope scope(RandomPosition{.seed = 5, .step = 3});
  const Tensor y = checkpoint([&](const Tensor& in) { return net(in); }, x);
  const Values dx = values(grad(sum(y), x, {}, {.retain_graph = true}));
  const Values out = values(y), in = values(x);
  for (size_t i = 0; i < dx.size(); ++i) CHECK(dx[i] == Approx(2 * out[i] / in[i]));
}

TEST_CASE("a checkpoint passes gradcheck and has second derivatives") {
  const Tensor w = normal({3, 3}, 8);
  const auto f = differentiable([&](const std::vector<Tensor>& in) {
    return checkpoint([](const Tensor& x, const Tensor& v) { return tanh(matmul(x, v)) * x; },
                      in[0], in[1]);
  });
  const std::vector<Tensor> inputs{normal({2, 3}, 9).requires_grad_(),
                                   normal({3, 3}, 10).requires_grad_()};
  CHECK(gradcheck(f, inputs).passed);
  CHECK(gradgradcheck(f, inputs).passed);
}

TEST_CASE("a checkpoint whose input is no leaf, repeated or constant is right") {
  const Tensor x = leaf({2, 3});
  const auto product = [](const Tensor& a, const Tensor& b) { return a * b; };
  const Tensor h = x * 2.0, other = x * 2.0;
  CHECK(values(grad(sum(checkpoint(product, h, h)), x)) == Values{16, 24});
  CHECK(values(grad(sum(checkpoint(product, other, x.detach())), x)) == Values{4, 6});
  // No input requires grad, a captured parameter does.
  const Tensor y = checkpoint([&](const Tensor& c) { return c * x; }, tensor<double>({5, 7}));
  CHECK(values(grad(sum(y), x)) == Values{5, 7});
}

TEST_CASE("a checkpoint through which nothing flows, or that returns its input, is harmless") {
  const Tensor x = leaf({2, 3});
  const Tensor same = checkpoint([](const Tensor& in) { return in; }, x);
  CHECK_FALSE(same.is_same(x));
  CHECK(values(grad(sum(same * 3.0), x)) == Values{3, 3});
  const Tensor cut = checkpoint([](const Tensor& in) { return in.detach() * 2.0; }, x);
  CHECK(values(grad(sum(cut * x), x)) == Values{4, 6});
  const NoGrad guard;
  CHECK_FALSE(checkpoint([](const Tensor& in) { return in * 2.0; }, x).requires_grad());
}

TEST_CASE("an input changed in place after the checkpoint is noticed") {
  const Tensor x = leaf({2, 3});
  const Tensor c = tensor<double>({1, 1});
  const Tensor y = sum(checkpoint([](const Tensor& a, const Tensor& b) { return a * b; }, x, c));
  fill_(c, 2);
  CHECK(message_of([&] { y.backward(); }).find("changed in place by fill_") != std::string::npos);
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("checkpoints nest, and every allocation in them may fail") {
  const Held before;
  {
    const Tensor x = normal({2, 3}, 11).requires_grad_();
    const Tensor w = normal({3, 3}, 12).requires_grad_();
    const auto inner = [&](const Tensor& in) { return tanh(matmul(in, w)); };
    const auto outer = [&](const Tensor& in) { return checkpoint(inner, in) * in; };
    const Tensor plain = grad(sum(inner(x) * x), w);
    CHECK(values(grad(sum(checkpoint(outer, x)), w)) == values(plain));
    for (int64_t n = 1;; ++n) {
      fail_allocation(n);
      bool failed = false;
      try {
        sum(checkpoint(outer, x)).backward();
      } catch (const std::bad_alloc&) {
        failed = true;
      }
      fail_allocation(0);
      if (!failed) break;
      CHECK_FALSE(w.grad().defined());
      CHECK_FALSE(x.grad().defined());
      REQUIRE(n < 10'000);
    }
    CHECK(values(w.grad()) == values(plain));
  }
  CHECK(Held() == before);
}

}  // namespace heed::testing::checkpoint_test
