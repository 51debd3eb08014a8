// Deliberately wrong gradients, each recorded as an op would record it: gradcheck must reject all,
// and accept their right twins.
#include <cmath>
#include <limits>
#include <string>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/gradcheck.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::gradcheck_mutants_test {
namespace {

using Pullback = Tensor (*)(const Tensor& g, const Tensor& x);
using Forward = Tensor (*)(const Tensor& x);

struct Mutant {
  const char* name;
  Forward forward;
  Pullback right;
  Pullback wrong;
  Shape shape = {3, 3};
};

/// forward(x), whose gradient is what `pullback` says.
Differentiable custom(Forward forward, Pullback pullback) {
  return differentiable([=](const std::vector<Tensor>& in) {
    Tensor y;
    {
      const NoGrad guard;
      y = kernels::contiguous_copy(forward(in[0]));
    }
    return record(
        "custom", std::move(y),
        {{in[0], [pullback, x = Saved(in[0])](const Tensor& g) { return pullback(g, x); }}});
  });
}

/// `x` with element 4 (of 9) multiplied and moved.
Tensor change_one(const Tensor& x, double factor, double by) {
  const Tensor at = tensor<double>({0, 0, 0, 0, 1, 0, 0, 0, 0}).view({3, 3});
  return x * (1 + at * (factor - 1)) + at * by;
}

Tensor softmax_backward(const Tensor& g, const Tensor& x, double factor) {
  const Tensor y = softmax(x, 1);
  return y * (g - factor * sum(g * y, {1}, true));
}

const Pullback square_right = [](const Tensor& g, const Tensor& x) { return g * x * 2; };
const Forward square_forward = [](const Tensor& x) { return square(x); };
const Pullback softmax_right = [](const Tensor& g, const Tensor& x) {
  return softmax_backward(g, x, 1);
};
const Forward softmax_forward = [](const Tensor& x) { return softmax(x, 1); };
const Forward tanh_forward = [](const Tensor& x) { return tanh(x); };
const Pullback tanh_right = [](const Tensor& g, const Tensor& x) {
  return g * (1 - square(tanh(x)));
};
const Forward mean_forward = [](const Tensor& x) { return mean(x, {1}); };
const Pullback mean_right = [](const Tensor& g, const Tensor& x) {
  return expand(g.unsqueeze(1), x.shape()) / 3;
};
const Forward row_forward = [](const Tensor& x) { return expand(x, {4, 3}); };
const Pullback row_right = [](const Tensor& g, const Tensor&) { return sum(g, {0}, true); };
const Forward cross_forward = [](const Tensor& x) { return matmul(x, x); };
const Pullback cross_right = [](const Tensor& g, const Tensor& x) {
  return matmul(g, x.transpose(0, 1)) + matmul(x.transpose(0, 1), g);
};
const Forward turned_forward = [](const Tensor& x) { return x.transpose(0, 1); };
const Pullback turned_right = [](const Tensor& g, const Tensor&) { return g.transpose(0, 1); };
const Forward cut_forward = [](const Tensor& x) { return x.slice(0, 0, 2); };
const Pullback cut_right = [](const Tensor& g, const Tensor& x) {
  return slice_backward(g, x.shape(), 0, 0, 2, 1);
};

const Mutant mutants[] = {
    {"sign flipped", square_forward, square_right,
     [](const Tensor& g, const Tensor& x) { return g * x * -2; }},
    {"factor 2 missing", square_forward, square_right,
     [](const Tensor& g, const Tensor& x) { return g * x; }},
    {"factor 2 twice", square_forward, square_right,
     [](const Tensor& g, const Tensor& x) { return g * x * 4; }},
    {"zero", square_forward, square_right,
     [](const Tensor& g, const Tensor&) { return zeros_like(g); }},
    {"incoming gradient ignored", square_forward, square_right,
     [](const Tensor& g, const Tensor& x) { return ones_like(g) * x * 2; }},
    {"identity", square_forward, square_right,
     [](const Tensor& g, const Tensor&) { return g * 1; }},
    {"off by 1e-4", square_forward, square_right,
     [](const Tensor& g, const Tensor& x) { return g * x * 2.0002; }},
    {"rounded to f32", square_forward, square_right,
     [](const Tensor& g, const Tensor& x) {
       return (g * x * 2 * 4096).to(DType::i64).to(DType::f64) / 4096;
     }},
    {"NaN", square_forward, square_right,
     [](const Tensor& g, const Tensor&) { return g * std::nan(""); }},
    {"NaN at one element", square_forward, square_right,
     [](const Tensor& g, const Tensor& x) { return change_one(g * x * 2, std::nan(""), 0); }},
    {"infinite", square_forward, square_right,
     [](const Tensor& g, const Tensor&) { return g * std::numeric_limits<double>::infinity(); }},
    {"wrong at one element", square_forward, square_right,
     [](const Tensor& g, const Tensor& x) { return change_one(g * x * 2, 1, 1e-4); }},
    {"sign of one element", square_forward, square_right,
     [](const Tensor& g, const Tensor& x) { return change_one(g * x * 2, -1, 0); }},
    {"two rows swapped", square_forward, square_right,
     [](const Tensor& g, const Tensor& x) { return flip(g * x * 2, {0}); }},
    {"softmax without its sum", softmax_forward, softmax_right,
     [](const Tensor& g, const Tensor& x) { return softmax_backward(g, x, 0); }},
    {"softmax with three times its sum", softmax_forward, softmax_right,
     [](const Tensor& g, const Tensor& x) { return softmax_backward(g, x, 3); }},
    {"softmax summed over the wrong axis", softmax_forward, softmax_right,
     [](const Tensor& g, const Tensor& x) {
       const Tensor y = softmax(x, 1);
       return y * (g - sum(g * y, {0}, true));
     }},
    {"softmax whose gradient is zero", softmax_forward, softmax_right,
     [](const Tensor& g, const Tensor&) { return g * 0; }},
    {"tanh without the square", tanh_forward, tanh_right,
     [](const Tensor& g, const Tensor& x) { return g * (1 - tanh(x)); }},
    {"tanh with its constant dropped", tanh_forward, tanh_right,
     [](const Tensor& g, const Tensor& x) { return -(g * square(tanh(x))); }},
    {"mean off by one", mean_forward, mean_right,
     [](const Tensor& g, const Tensor& x) { return expand(g.unsqueeze(1), x.shape()) / 2; }},
    {"mean not divided", mean_forward, mean_right,
     [](const Tensor& g, const Tensor& x) { return expand(g.unsqueeze(1), x.shape()) * 1; }},
    {"mean spread along the wrong axis", mean_forward, mean_right,
     [](const Tensor& g, const Tensor& x) { return expand(g.unsqueeze(0), x.shape()) / 3; }},
    {"broadcast not summed but read once",
     row_forward,
     row_right,
     [](const Tensor& g, const Tensor&) { return g.slice(0, 0, 1); },
     {1, 3}},
    {"broadcast averaged",
     row_forward,
     row_right,
     [](const Tensor& g, const Tensor&) { return mean(g, {0}, true); },
     {1, 3}},
    {"one factor of a product forgotten", cross_forward, cross_right,
     [](const Tensor& g, const Tensor& x) { return matmul(g, x.transpose(0, 1)); }},
    {"matmul without transposing", cross_forward, cross_right,
     [](const Tensor& g, const Tensor& x) { return matmul(g, x) + matmul(x, g); }},
    {"transposed gradient", cross_forward, cross_right,
     [](const Tensor& g, const Tensor& x) { return cross_right(g, x).transpose(0, 1); }},
    {"transpose passed through", turned_forward, turned_right,
     [](const Tensor& g, const Tensor&) { return g * 1; }},
    {"slice put back in the wrong place", cut_forward, cut_right,
     [](const Tensor& g, const Tensor& x) { return slice_backward(g, x.shape(), 0, 1, 3, 1); }},
    {"slice not zero elsewhere", cut_forward, cut_right,
     [](const Tensor& g, const Tensor& x) { return cut_right(g, x) + 1e-3; }},
};

/// x³ whose first derivative is right and whose second is wrong.
Tensor wrong_second(const Tensor& x) {
  const auto first = [](const Tensor& at, const Tensor& g) {
    const NoGrad guard;
    return g * square(at) * 3;
  };
  return record(
      "cube", kernels::contiguous_copy(x.detach() * x.detach() * x.detach()),
      {{x, [first, x = Saved(x)](const Tensor& g) {
          return record(
              "cube_backward", first(x, g),
              {{g, [x = Saved(x.get())](const Tensor& gg) { return gg * square(x.get()) * 3; }},
               {x.get(), [x = Saved(x.get()), g = Saved(g)](const Tensor& gg) {
                  return gg * g * x * 5;  // 6 is right
                }}});
        }}});
}

}  // namespace

TEST_CASE("gradcheck rejects every wrong gradient and accepts its right twin") {
  for (const Mutant& mutant : mutants) {
    for (uint64_t seed = 0; seed < 3; ++seed) {
      const Tensor x = normal(mutant.shape, 100 + seed).requires_grad_();
      const GradcheckReport right =
          gradcheck(custom(mutant.forward, mutant.right), {x}, {.seed = seed});
      INFO(mutant.name << ": " << right.text());
      CHECK(right.passed);
      CHECK(gradgradcheck(custom(mutant.forward, mutant.right), {x}, {.seed = seed}).passed);
      const GradcheckReport wrong =
          gradcheck(custom(mutant.forward, mutant.wrong), {x}, {.seed = seed});
      INFO(wrong.text());
      CHECK_FALSE(wrong.passed);
    }
  }
}

TEST_CASE("a gradient that is cut off from the graph is rejected") {
  const Tensor x = normal({3}, 1).requires_grad_();
  const auto cut =
      differentiable([](const std::vector<Tensor>& in) { return in[0] * in[0].detach(); });
  CHECK_FALSE(gradcheck(cut, {x}).passed);
  const auto all_cut =
      differentiable([](const std::vector<Tensor>& in) { return exp(in[0].detach()); });
  CHECK_FALSE(gradcheck(all_cut, {x}).passed);
}

TEST_CASE("gradgradcheck rejects what is wrong in the second derivative only") {
  const Tensor x = normal({4}, 1).requires_grad_();
  const auto wrong =
      differentiable([](const std::vector<Tensor>& in) { return wrong_second(in[0]); });
  CHECK(gradcheck(wrong, {x}).passed);
  CHECK_FALSE(gradgradcheck(wrong, {x}).passed);
  const auto unrecorded = differentiable([](const std::vector<Tensor>& in) {
    return record("square", square(in[0].detach()), {{in[0], [x = Saved(in[0])](const Tensor& g) {
                                                        const NoGrad guard;
                                                        return g * 2 * x;
                                                      }}});
  });
  CHECK(gradcheck(unrecorded, {x}).passed);
  CHECK_FALSE(gradgradcheck(unrecorded, {x}).passed);
  const auto half_recorded = differentiable([](const std::vector<Tensor>& in) {
    return record("square", square(in[0].detach()),
                  {{in[0], [x = Saved(in[0])](const Tensor& g) { return g * 2 * x->detach(); }}});
  });
  CHECK(gradcheck(half_recorded, {x}).passed);
  CHECK_FALSE(gradgradcheck(half_recorded, {x}).passed);
}

}  // namespace heed::testing::gradcheck_mutants_test
