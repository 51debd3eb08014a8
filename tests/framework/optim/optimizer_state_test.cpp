// Stopping and going on: state() and load_state().
#include "heed/framework/optim/optimizer.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/ops/case/op_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::optimizer_state_test {
namespace {

struct Training {
  Tensor a = normal({3, 4}, 1, DType::f32).requires_grad_();
  Tensor b = normal({5}, 2, DType::f32).requires_grad_();
  std::unique_ptr<Optimizer> optimizer;

  void steps(uint64_t from, uint64_t to) {
    for (uint64_t step = from; step < to; ++step) {
      a.set_grad(normal({3, 4}, 100 + step, DType::f32));
      b.set_grad(step == 1 ? Tensor() : normal({5}, 200 + step, DType::f32));
      optimizer->step();
    }
  }
};

using Make = std::unique_ptr<Optimizer> (*)(const Training& run);

const std::vector<Make> kinds = {
    [](const Training& run) -> std::unique_ptr<Optimizer> {
      return std::make_unique<SGD>(std::vector{run.a, run.b}, SgdConfig{.lr = 0.1});
    },
    [](const Training& run) -> std::unique_ptr<Optimizer> {
      return std::make_unique<SGD>(std::vector{run.a, run.b},
                                   SgdConfig{.lr = 0.1, .momentum = 0.9, .dampening = 0.5});
    },
    [](const Training& run) -> std::unique_ptr<Optimizer> {
      return std::make_unique<Adam>(std::vector{run.a, run.b}, AdamConfig{.lr = 0.1});
    },
    [](const Training& run) -> std::unique_ptr<Optimizer> {
      return std::make_unique<AdamW>(std::vector{run.a, run.b},
                                     AdamConfig{.lr = 0.1, .weight_decay = 0.1});
    }};

NamedTensors copies(const NamedTensors& tensors) {
  NamedTensors result;
  for (const auto& [name, tensor] : tensors) result.emplace_back(name, tensor.clone());
  return result;
}

std::unique_ptr<Adam> small_adam(const Tensor& x) {
  return std::make_unique<Adam>(std::vector{x}, AdamConfig{});
}

}  // namespace

TEST_CASE("An optimizer made again from its state goes on bit for bit") {
  for (const Make make : kinds) {
    for (const uint64_t stop : std::initializer_list<uint64_t>{0, 1, 2, 4}) {
      Training whole;
      whole.optimizer = make(whole);
      whole.steps(0, 6);
      Training part;
      part.optimizer = make(part);
      part.steps(0, stop);
      const NamedTensors saved = copies(part.optimizer->state());
      part.optimizer = make(part);
      part.optimizer->load_state(saved);
      part.steps(stop, 6);
      CHECK(bit_difference(part.a, whole.a) == "");
      CHECK(bit_difference(part.b, whole.b) == "");
    }
  }
}

TEST_CASE("The state names each parameter's part, and its count of steps") {
  Training run;
  run.optimizer = kinds[3](run);
  run.steps(0, 3);
  std::string names;
  for (const auto& [name, tensor] : run.optimizer->state()) {
    names += text_of(name, " ", tensor.dtype(), " ", tensor.shape(), "; ");
  }
  CHECK(names ==
        "0.step i64 []; 1.step i64 []; 0.m f32 [3, 4]; 1.m f32 [5]; 0.v f32 [3, 4]; 1.v f32 [5]; ");
  CHECK(run.optimizer->state()[0].second.item() == 3);
  CHECK(run.optimizer->state()[1].second.item() == 2);
}

TEST_CASE("A state that does not fit is refused, and nothing changes") {
  const Tensor x = leaf({1, 2});
  const auto adam = small_adam(x);
  x.set_grad(leaf({3, 4}).detach());
  adam->step();
  const NamedTensors before = copies(adam->state());
  const auto refusal = [&](const NamedTensors& state) {
    const std::string message = message_of([&] { adam->load_state(state); });
    for (size_t i = 0; i < before.size(); ++i) {
      CHECK(bit_difference(adam->state()[i].second, before[i].second) == "");
    }
    return message;
  };
  const Tensor two = zeros({2}, DType::f64), count = zeros({}, DType::i64);
  CHECK(refusal({}) == "load_state: expected 3 tensors, got 0");
  CHECK(refusal({{"0.step", count}, {"0.m", two}, {"0.m", two}}) ==
        "load_state: 0.m is given twice");
  CHECK(refusal({{"0.step", count}, {"0.m", two}, {"0.w", two}}) ==
        "load_state: no 0.v of f64 [2] given");
  CHECK(refusal({{"0.step", count}, {"0.m", two}, {"0.v", zeros({3}, DType::f64)}}) ==
        "load_state: no 0.v of f64 [2] given");
  CHECK(refusal({{"0.step", count}, {"0.m", zeros({2})}, {"0.v", two}}) ==
        "load_state: no 0.m of f64 [2] given");
  CHECK(refusal({{"0.step", count}, {"0.m", two}, {"0.v", Tensor()}}) ==
        "load_state: no 0.v of f64 [2] given");
}

}  // namespace heed::testing::optimizer_state_test
