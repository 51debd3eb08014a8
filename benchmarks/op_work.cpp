// Single ops: on 8192×1024 numbers, as products, and on four numbers.
#include <fmt/format.h>

#include <utility>

#include "heed/benchmarks/work.h"
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/loss.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/normalization.h"
#include "heed/framework/ops/random.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed::benchmarks {
namespace {

constexpr int64_t rows = 8192, columns = 1024;
constexpr int64_t tokens = 1024;  // rows of the embedding's weight
constexpr double dropout_p = 0.1;

Rng numbers() {
  return Rng(stream(0, Purpose::user));
}

/// Forward and backward of `op` on these inputs, for a random cotangent unless y is one number.
std::unique_ptr<Work> recorded(NamedTensors inputs, std::function<Tensor()> op) {
  Rng rng(stream(1, Purpose::user));
  const Tensor y = op();
  const Tensor cotangent = y.dim() == 0 ? Tensor() : randn_like(y, rng);
  return std::make_unique<Recorded>(
      std::move(inputs),
      [op = std::move(op)] {
        const Tensor out = op();
        return Outputs{out, out};
      },
      cotangent);
}

Tensor leaf(const Shape& shape, Rng& rng) {
  return randn(shape, rng).requires_grad_();
}

/// An op of x alone.
template <class Op>
std::unique_ptr<Work> of_rows(Op op) {
  Rng rng = numbers();
  const Tensor x = leaf({rows, columns}, rng);
  return recorded({{"x", x}}, [x, op] { return op(x); });
}

std::unique_ptr<Work> layer_norm_work() {
  Rng rng = numbers();
  const Tensor x = leaf({rows, columns}, rng);
  const Tensor weight = leaf({columns}, rng), bias = leaf({columns}, rng);
  return recorded({{"x", x}, {"weight", weight}, {"bias", bias}},
                  [x, weight, bias] { return layer_norm(x, {columns}, weight, bias); });
}

std::unique_ptr<Work> cross_entropy_work() {
  Rng rng = numbers();
  const Tensor x = leaf({rows, columns}, rng);
  const Tensor targets = randint(0, columns, {rows}, rng);
  return recorded({{"x", x}, {"targets", targets}},
                  [x, targets] { return cross_entropy(x, targets); });
}

std::unique_ptr<Work> add_broadcast_work() {
  Rng rng = numbers();
  const Tensor x = leaf({rows, columns}, rng), bias = leaf({columns}, rng);
  return recorded({{"x", x}, {"bias", bias}}, [x, bias] { return x + bias; });
}

/// Other zeros in every run, as in training.
std::unique_ptr<Work> dropout_work() {
  Rng rng = numbers();
  const Tensor x = leaf({rows, columns}, rng);
  return recorded({{"x", x}}, [x, step = uint64_t{0}]() mutable {
    return dropout(x, dropout_p, stream(0, Purpose::dropout, step++));
  });
}

std::unique_ptr<Work> embedding_work() {
  Rng rng = numbers();
  const Tensor weight = leaf({tokens, columns}, rng);
  const Tensor ids = randint(0, tokens, {rows}, rng);
  return recorded({{"weight", weight}, {"ids", ids}},
                  [weight, ids] { return embedding(ids, weight); });
}

/// x with its dimensions in another order, dense. Forward and backward each read and write it once.
std::unique_ptr<Work> permute_work(const Shape& shape, const IntList& order) {
  Rng rng = numbers();
  const Tensor x = leaf(shape, rng);
  auto work = recorded({{"x", x}}, [x, order] { return x.permute(order).contiguous(); });
  work->bytes = 4 * 4.0 * static_cast<double>(x.numel());
  return work;
}

/// The product alone, or with both gradients, each of which takes as many operations.
std::unique_ptr<Work> product_work(const Shape& left, const Shape& right, bool backward) {
  Rng rng = numbers();
  const Tensor a = randn(left, rng).requires_grad_(backward);
  const Tensor b = randn(right, rng).requires_grad_(backward);
  std::unique_ptr<Work> work;
  if (backward) {
    work = recorded({{"a", a}, {"b", b}}, [a, b] { return matmul(a, b); });
  } else {
    work = std::make_unique<Recorded>(NamedTensors{{"a", a}, {"b", b}}, [a, b] {
      return Outputs{matmul(a, b), Tensor()};
    });
  }
  work->flops = (backward ? 3 : 1) * 2.0 * static_cast<double>(a.numel() * right[right.size() - 1]);
  return work;
}

/// AdamW alone: reads a parameter, its gradient and two moments, writes all but the gradient.
class AdamwWork final : public Work {
 public:
  AdamwWork() {
    Rng rng = numbers();
    parameter_ = leaf({rows, columns}, rng);
    parameter_.set_grad(randn({rows, columns}, rng));
    optimizer_ = std::make_unique<AdamW>(std::vector{parameter_}, adamw);
    bytes = 7 * 4.0 * static_cast<double>(parameter_.numel());
  }
  void run() override { optimizer_->step(); }
  NamedTensors inputs() const override {
    return {{"parameter", parameter_}, {"gradient", parameter_.grad()}};
  }
  NamedTensors results() override {
    run();
    return {{"parameter", parameter_.detach()}};
  }

 private:
  Tensor parameter_;
  std::unique_ptr<AdamW> optimizer_;
};

/// a + b of four numbers that require grad: what the engine costs. Gradients pile up in `.grad`.
class TinyAdd final : public Work {
 public:
  explicit TinyAdd(bool backward) : backward_(backward) {}
  void run() override {
    const Tensor y = a_ + b_;
    if (backward_) y.backward(g_);
  }
  NamedTensors inputs() const override { return {{"a", a_}, {"b", b_}, {"cotangent", g_}}; }
  NamedTensors results() override {
    run();
    if (!backward_) return {{"y", (a_ + b_).detach()}};
    return {{"y", (a_ + b_).detach()}, {"a.grad", a_.grad()}, {"b.grad", b_.grad()}};
  }

 private:
  const bool backward_;
  const Tensor a_ = tensor<float>({1, 2, 3, 4}).requires_grad_();
  const Tensor b_ = tensor<float>({5, 6, 7, 8}).requires_grad_();
  const Tensor g_ = tensor<float>({1, -1, 2, -2});
};

struct Product {
  int64_t batch, M, K, N;  // batch 0: plain matrices
};
constexpr Product products[] = {
    {0, 1024, 1024, 1024}, {256, 64, 64, 64}, {512, 16, 16, 16}, {512, 32, 16, 32}};

void add_products(std::vector<WorkMaker>& all, bool backward) {
  const char* const suffix = backward ? "_backward" : "";
  for (const auto [batch, M, K, N] : products) {
    Shape a{M, K}, b{K, N};
    std::string name = fmt::format("matmul{} {}x{}x{}", suffix, M, K, N);
    if (batch > 0) {
      a.insert(0, batch);
      b.insert(0, batch);
      name = fmt::format("bmm{} {}x{}x{}x{}", suffix, batch, M, K, N);
    }
    all.push_back({name, [a, b, backward] { return product_work(a, b, backward); }});
  }
}

}  // namespace

std::vector<WorkMaker> op_work() {
  const std::string size = fmt::format(" {}x{}", rows, columns);
  std::vector<WorkMaker> all = {
      {"softmax" + size, [] { return of_rows([](const Tensor& x) { return softmax(x, -1); }); }},
      {"log_softmax" + size,
       [] { return of_rows([](const Tensor& x) { return log_softmax(x, -1); }); }},
      {"cross_entropy" + size, cross_entropy_work},
      {"layer_norm" + size, layer_norm_work},
      {"gelu" + size, [] { return of_rows([](const Tensor& x) { return gelu(x); }); }},
      {"add_broadcast" + size, add_broadcast_work},
      {"sum" + size, [] { return of_rows([](const Tensor& x) { return sum(x); }); }},
      {"dropout" + size, dropout_work},
      {"embedding" + size, embedding_work},
      // Positions and heads change places, as in every attention; then a plain transpose.
      {"permute_contiguous 64x128x16x64",
       [] {
         return permute_work({64, 128, 16, 64}, {0, 2, 1, 3});
       }},
      {"transpose_contiguous" + size,
       [] {
         return permute_work({rows, columns}, {1, 0});
       }},
      {"adamw" + size, [] { return std::make_unique<AdamwWork>(); }},
  };
  add_products(all, false);
  add_products(all, true);
  return all;
}

std::vector<WorkMaker> dispatch_work() {
  return {{"tiny_add forward", [] { return std::make_unique<TinyAdd>(false); }},
          {"tiny_add forward_backward", [] { return std::make_unique<TinyAdd>(true); }}};
}

}  // namespace heed::benchmarks
