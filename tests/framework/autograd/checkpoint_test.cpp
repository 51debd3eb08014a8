// checkpoint: the plain call's values and gradients to the bit, for less memory.
#include "heed/framework/autograd/checkpoint.h"

#include <cmath>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/gradcheck.h"
#include "heed/framework/base/random_scope.h"
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/attention.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/mask.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/trigonometry.h"
#include "heed/framework/ops/view.h"
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

namespace {

/// The message of sum(y).backward() after `change`, which must leave x without a gradient.
template <class Function, class Change>
std::string message_after(const Function& function, const Change& change, const Tensor& x) {
  const Tensor y = checkpoint(function, x);
  change();
  const std::string message = message_of([&] { sum(y).backward(); });
  CHECK_FALSE(x.grad().defined());
  return message;
}

const std::string not_the_same = "checkpoint: its function did not do the same again in backward: ";
const std::string may_not_change =
    "; until then nothing that it reads may change: parameters, buffers, gates, train() or eval(), "
    "requires_grad_, a captured Rng";

}  // namespace

TEST_CASE("a captured parameter that a step changes is noticed, as in the plain call") {
  for (const double start : {2.0, 0.0}) {  // at 0 the output would not tell
    const Tensor w = leaf({.5});
    const Tensor x = leaf({start});
    const auto product = [&](const Tensor& h) { return h * w; };
    const auto step = [&] {
      const NoGrad guard;
      fill_(w, 10);
    };
    CHECK(message_after(product, step, x) ==
          "checkpoint: a tensor of shape [1] saved for backward was changed in place by fill_ "
          "(version 0 then, 1 now); change a copy, x.clone(), or call backward() first");
    CHECK_FALSE(w.grad().defined());
    sum(checkpoint(product, x)).backward();
    CHECK(values(x.grad()) == Values{10});
  }
}

TEST_CASE("a captured buffer, gate or handle that changes is noticed, by one element of many") {
  const Tensor x = normal({1000}, 3).requires_grad_();
  const Tensor zero = leaf(Values(1000, 0.0));
  for (const Tensor& in : {x, zero}) {
    const Tensor gates = full({1000}, 0.5, DType::f64);
    const auto gated = [&](const Tensor& h) { return h * gates; };
    const auto close_one = [&] { fill_(gates.slice(0, 500, 501), 0); };
    CHECK(message_after(gated, close_one, in) ==
          not_the_same + "op 0, mul, has other inputs" + may_not_change);
    Tensor gate = tensor<double>({2});
    const auto scaled = [&](const Tensor& h) { return h * gate; };
    const auto replace = [&] { gate = tensor<double>({3}); };
    CHECK(message_after(scaled, replace, in).starts_with(not_the_same));
  }
}

TEST_CASE("a module that is switched to eval() before backward is noticed") {
  struct Net : Layer<Net> {
    Dropout dropout{{this, "dropout"}, 0.5};
    explicit Net(const Slot& slot) : Layer(slot) {}
    Tensor forward(const Tensor& x) { return dropout(x * x); }
  };
  for (const bool starts_in_training : {true, false}) {
    Net net(Slot::root());
    net.train(starts_in_training);
    const Tensor x = normal({100}, 7).requires_grad_();
    const auto call = [&](const Tensor& in) { return net(in); };
    const auto turn = [&] { net.train(!starts_in_training); };
    const std::string message = message_after(call, turn, x);
    CHECK(message.starts_with(not_the_same));
    CHECK(message.find(may_not_change) != std::string::npos);
  }
}

TEST_CASE("a captured Rng that draws again is noticed, also where the output would not tell") {
  for (const Tensor& x : {normal({8}, 7).requires_grad_(), leaf(Values(8, 0.0))}) {
    Rng rng(stream(1, Purpose::user));
    const auto noisy = [&](const Tensor& in) { return in * randn({8}, rng, DType::f64); };
    CHECK(message_after(
              noisy, [] {}, x) == not_the_same + "op 0, mul, has other inputs" + may_not_change);
  }
}

TEST_CASE("requires_grad_ that is switched between forward and backward is noticed") {
  const Tensor x = leaf({2});
  Tensor w = leaf({3});
  const auto product = [&](const Tensor& h) { return h * w; };
  CHECK(message_after(
            product, [&] { w.requires_grad_(false); }, x) ==
        "checkpoint: a leaf of shape [1] that its function reads stopped requiring grad after the "
        "forward; call requires_grad_(false) before the forward or after the backward");
  CHECK(message_after(
            product, [&] { w.requires_grad_(); }, x) ==
        not_the_same + "it reads a leaf of shape [1] that began to require grad since" +
            may_not_change);
  const Tensor y = checkpoint(product, x);
  w.requires_grad_(false).requires_grad_();
  CHECK(message_of([&] { y.backward(); }).find("stopped requiring grad") != std::string::npos);
}

TEST_CASE("a function that records more, fewer or other ops, or another shape, is noticed") {
  const Tensor x = leaf({2, 3});
  int calls = 0;
  const auto again = [&] { return ++calls % 2 == 0; };
  const auto message = [&](const auto& function) {
    return message_after(
        function, [] {}, x);
  };
  CHECK(message([&](const Tensor& h) { return again() ? exp(h * 2.0) : h * 2.0; }) ==
        not_the_same + "it recorded 1 op then and exp after them now" + may_not_change);
  CHECK(message([&](const Tensor& h) { return again() ? h * 2.0 : exp(h * 2.0); }) ==
        not_the_same + "it recorded 2 ops then and 1 now" + may_not_change);
  CHECK(message([&](const Tensor& h) { return again() ? sin(h) : cos(h); }) ==
        not_the_same + "op 0 was cos and is sin" + may_not_change);
  CHECK(message([&](const Tensor& h) { return again() ? h : full({3}, 1, DType::f64); }) ==
        not_the_same + "its result was f64 [3] and is f64 [2]" + may_not_change);
  CHECK(message([&](const Tensor& h) { return full({2}, again() ? 1 : 2, h.dtype()); }) ==
        not_the_same + "its result has other elements" + may_not_change);
}

TEST_CASE("what a checkpoint reads is guarded in nested checkpoints and second order, too") {
  const Tensor x = leaf({2});
  const Tensor w = leaf({3});
  const auto inner = [&](const Tensor& h) { return exp(h * w); };
  const auto outer = [&](const Tensor& h) { return checkpoint(inner, h) * w; };
  const Tensor y = checkpoint(outer, x);
  const Tensor g = grad(y, x, {}, {.create_graph = true});
  CHECK(values(grad(g, x, {}, {.retain_graph = true}))[0] == Approx(27 * std::exp(6.0)));
  {
    const NoGrad guard;
    fill_(w, 4);
  }
  CHECK(message_of([&] { g.backward(); }).find("changed in place by fill_") != std::string::npos);
  CHECK(message_of([&] { y.backward(); }).find("changed in place by fill_") != std::string::npos);
  CHECK_FALSE(x.grad().defined());
  // In an identity, nested, the parameter itself comes out.
  const auto same = [&](const Tensor& h) {
    return checkpoint([&](const Tensor&) { return w; }, h) * h;
  };
  CHECK(values(grad(checkpoint(same, x), w)) == Values{2});
}

TEST_CASE("an op whose kernel depends on what requires grad runs by the same one again") {
  const Tensor q = normal({2, 4, 3}, 1, DType::f32).requires_grad_();
  const Tensor b = normal({4, 4}, 2, DType::f32).requires_grad_();
  const auto biased = [&](const Tensor& x) {
    AttentionOptions options;
    options.mask = Mask::additive(b * 0.5);
    return scaled_dot_product_attention(x, x, x, options);
  };
  CHECK(bits(checkpoint(biased, q)) == bits(biased(q)));
  CHECK(bits(grad(sum(checkpoint(biased, q)), b)) == bits(grad(sum(biased(q)), b)));
}

TEST_CASE("a function that gives an undefined tensor is refused, in forward and in backward") {
  const Tensor x = leaf({2});
  const std::string undefined = "checkpoint: its function gave an undefined tensor";
  CHECK(message_of([&] { checkpoint([](const Tensor&) { return Tensor(); }, x); }) == undefined);
  {
    const NoGrad guard;
    CHECK(message_of([&] { checkpoint([](const Tensor&) { return Tensor(); }, x); }) == undefined);
  }
  int calls = 0;
  const auto once = [&](const Tensor& h) { return ++calls > 1 ? Tensor() : h * 2.0; };
  CHECK(message_after(
            once, [] {}, x) == undefined);
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
