// A tour of the engine in the order in which it is built. Read it from top to bottom beside
// docs/architecture.md; CI runs it, and every claim it makes is checked where it is made.
#include <cmath>
#include <iostream>
#include <stdexcept>
#include <string_view>

#include "heed/heed.h"
#include "heed/modules/attention/my_mha.h"

using namespace heed;

namespace {

void stop(std::string_view title) {
  std::cout << "\n== " << title << "\n";
}

/// A claim of the tour; the tour fails if it does not hold.
void claim(bool holds, std::string_view what) {
  if (!holds) throw std::runtime_error("not so: " + std::string(what));
  std::cout << "   ✓ " << what << "\n";
}

bool equal(const Tensor& a, const Tensor& b) {
  return all(eq(a, b)).to_vector<bool>()[0];
}

/// The message of what `body` throws.
template <class Body>
std::string refusal(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void tensors_and_views() {
  stop("1. A tensor is a handle on strided memory");
  const Tensor x = arange(0, 6, 1, DType::f64).view({2, 3});
  const Tensor y = x.transpose(0, 1);
  std::cout << x << "\n";
  claim(y.shape() == Shape{3, 2} && y.strides() == Strides{1, 3}, "transposing moves no element");
  fill_(x.select(0, 0), 7);
  claim(equal(y.select(1, 0), full({3}, 7, DType::f64)), "and sees what is written to the other");
  std::cout << "   " << refusal([&] { add(x, ones({2, 4}, DType::f64)); }) << "\n";
}

/// Our own op: check, compute, record. The kernel is composed here; the gradient is next to the
/// forward.
Tensor cube(const Tensor& x) {
  check_floating("cube", x.dtype());
  Tensor y;
  {
    const NoGrad guard;  // these steps are the kernel, not part of the graph
    y = x * x * x;
  }
  return record("cube", y, {{x, [x = Saved(x)](const Tensor& g) { return g * (3 * square(x)); }}});
}

void recording() {
  stop("2. An op records how its gradient flows back");
  const Tensor x = tensor<double>({1, 2, 3}).requires_grad_();
  const Tensor y = cube(x);
  claim(!y.is_leaf() && y.requires_grad(), "the result knows the op that made it");
  const Tensor z = cube(x.detach());
  claim(!z.requires_grad(), "inputs that need no gradient record nothing");
  sum(y).backward();
  claim(equal(x.grad(), tensor<double>({3, 12, 27})), "d(x³) = 3x²");
  sum(cube(x)).backward();
  claim(equal(x.grad(), tensor<double>({6, 24, 54})), "gradients of leaves add up");
}

void second_derivatives() {
  stop("3. Pullbacks consist of ops, so gradients have gradients");
  const Tensor x = tensor<double>({1, 2, 3}).requires_grad_();
  const Tensor first = grad(sum(cube(x)), x, Tensor(), {.create_graph = true});
  const Tensor second = grad(sum(first), x);
  claim(equal(second, tensor<double>({6, 12, 18})), "d²(x³) = 6x");
}

void proof() {
  stop("4. Gradients are proved by finite differences");
  const auto f = differentiable([](const std::vector<Tensor>& in) { return cube(in[0]); });
  const std::vector<Tensor> inputs{tensor<double>({0.5, -1, 2}).requires_grad_()};
  std::cout << "   " << gradcheck(f, inputs).text() << "\n";
  claim(gradcheck(f, inputs).passed, "cube has the right gradient");
  claim(gradgradcheck(f, inputs).passed, "and the right second one");
  const auto wrong = differentiable([](const std::vector<Tensor>& in) {
    return record("wrong", square(in[0].detach()),
                  {{in[0], [x = Saved(in[0])](const Tensor& g) { return g * x; }}});
  });
  const GradcheckReport report = gradcheck(wrong, inputs);
  std::cout << "   " << report.text() << "\n";
  claim(!report.passed, "a missing factor of 2 is found");
}

void safety() {
  stop("5. Mistakes are errors that say what to do");
  const Tensor x = tensor<double>({1, 4}).requires_grad_();
  const Tensor w = tensor<double>({2, 2});
  const Tensor y = sum(x * w);
  mul_(w, 2);
  const std::string changed = refusal([&] { y.backward(); });
  std::cout << "   " << changed << "\n";
  claim(changed.find("changed in place by mul_") != std::string::npos,
        "tensors that backward needs must not change");
  claim(!x.grad().defined(), "and a failed sweep leaves every .grad unchanged");
}

void one_sweep() {
  stop("6. A sweep goes from the newest node to the oldest");
  const Tensor x = tensor<double>({0.3, -0.2}).requires_grad_();
  const Tensor h = tanh(x);
  const Tensor y = sum(h * h + h);
  int calls = 0;
  register_hook(h, [&](const Tensor& g) {
    ++calls;
    std::cout << "   the gradient of h is complete when its hook sees it: " << g << "\n";
    return Tensor();
  });
  std::cout << to_dot(std::vector{y}, {{"x", x}});
  y.backward();
  claim(calls == 1, "three uses, one complete gradient");

  Tensor deep = x;
  for (int i = 0; i < 100'000; ++i) deep = deep + x;
  sum(deep).backward();
  claim(std::abs(x.grad().to_vector<double>()[0] - 100'000) < 10, "100,000 nodes, no recursion");
}

void recomputing() {
  stop("7. Memory can be traded for time");
  Rng rng(stream(1, Purpose::user));
  const Tensor w = randn({32, 32}, rng, DType::f64).requires_grad_();
  const Tensor x = randn({64, 32}, rng, DType::f64);
  const auto layer = [&](const Tensor& in) { return tanh(matmul(gelu(matmul(in, w)), w)); };
  const auto run = [&](bool again) {
    const int64_t before = memory_stats().live_bytes;
    Tensor h = x;
    for (int i = 0; i < 4; ++i) h = again ? checkpoint(layer, h) : layer(h);
    const int64_t saved = memory_stats().live_bytes - before;
    std::cout << "   saved for backward: " << saved << " bytes\n";
    return grad(sum(h), w);
  };
  const Tensor plain = run(false);
  claim(equal(plain, run(true)), "checkpoint gives the same gradient, bit for bit");
}

void first_nan() {
  stop("8. The first non-finite number is named");
  const Tensor x = tensor<double>({4, 0}).requires_grad_();
  const AnomalyMode guard;
  const std::string forward = refusal([&] { log(x); });
  std::cout << "   " << forward << "\n";
  claim(forward.starts_with("log: made -Inf at [1]"), "forward");
  const std::string backward = refusal([&] { sum(sqrt(x)).backward(); });
  std::cout << "   " << backward << "\n";
  claim(backward.starts_with("sqrt: its gradient made Inf at [1]"), "or backward");
}

void attention() {
  stop("9. Modules name their parts; attention is made of the ops above");
  MyMHA attention(Slot::root(), /*D_1=*/6, /*D_2=*/4, /*D_qk=*/3, /*D_v=*/5, /*H=*/2);
  Rng rng(stream(2, Purpose::user));
  attention.reset_parameters(rng);
  attention.to(DType::f64);
  std::cout << attention.summary();
  const Tensor x1 = randn({2, 3, 6}, rng, DType::f64).requires_grad_();
  const Tensor x2 = randn({2, 7, 4}, rng, DType::f64);
  const Tensor y = attention(x1, x2);
  claim(y.shape() == x1.shape(), "[B, L_1, D_1] attends to [B, L_2, D_2] and keeps its shape");
  const auto f =
      differentiable([&](const std::vector<Tensor>& in) { return attention(in[0], x2); });
  claim(gradcheck(f, {x1}).passed, "and its gradient agrees with finite differences");
  std::cout << "   " << refusal([&] { attention(x2, x1); }) << "\n";
}

}  // namespace

int main() {
  try {
    tensors_and_views();
    recording();
    second_derivatives();
    proof();
    safety();
    one_sweep();
    recomputing();
    first_nan();
    attention();
  } catch (const std::exception& error) {
    std::cerr << "autograd_tour: " << error.what() << "\n";
    return 1;
  }
  std::cout << "\nThat is the whole engine. To add your own: docs/extending/.\n";
}
