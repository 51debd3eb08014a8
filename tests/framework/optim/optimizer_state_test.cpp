// Stopping and resuming: state() and load_state().
#include "heed/framework/ops/inplace.h"
#include "heed/framework/optim/adagrad.h"
#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/lion.h"
#include "heed/framework/optim/muon.h"
#include "heed/framework/optim/rmsprop.h"
#include "heed/framework/optim/sgd.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
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
    },
    [](const Training& run) -> std::unique_ptr<Optimizer> {
      return std::make_unique<Adam>(std::vector{run.a, run.b},
                                    AdamConfig{.lr = 0.1, .amsgrad = true});
    },
    [](const Training& run) -> std::unique_ptr<Optimizer> {
      return std::make_unique<RMSprop>(std::vector{run.a, run.b},
                                       RmspropConfig{.lr = 0.1, .momentum = 0.9, .centered = true});
    },
    [](const Training& run) -> std::unique_ptr<Optimizer> {
      return std::make_unique<Adagrad>(
          std::vector{run.a, run.b},
          AdagradConfig{.lr = 0.1, .lr_decay = 0.1, .initial_accumulator_value = 0.5});
    },
    [](const Training& run) -> std::unique_ptr<Optimizer> {
      return std::make_unique<Lion>(std::vector{run.a, run.b}, LionConfig{.lr = 0.1});
    },
    [](const Training& run) -> std::unique_ptr<Optimizer> {
      return std::make_unique<Muon>(std::vector{run.a}, MuonConfig{.lr = 0.1});
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

TEST_CASE("An optimizer restored from its state continues bit-identically") {
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
        "0/step i64 []; 1/step i64 []; 0/m f32 [3, 4]; 1/m f32 [5]; 0/v f32 [3, 4]; 1/v f32 [5]; ");
  CHECK(run.optimizer->state()[0].second.item() == 3);
  CHECK(run.optimizer->state()[1].second.item() == 2);
}

TEST_CASE("Named parameters give their names to the state, which loads in any order") {
  const Tensor weight = leaf({1, 2}), bias = leaf({3});
  const std::vector<ParameterGroup> groups{{{{"output.weight", weight}}},
                                           {{{"output.bias", bias}}}};
  SGD sgd(groups, {.momentum = 0.9});
  NamedTensors state = copies(sgd.state());
  std::string names;
  for (const auto& [name, tensor] : state) names += name + " ";
  CHECK(names ==
        "output.weight/step output.bias/step output.weight/momentum output.bias/momentum ");
  fill_(state[2].second, 5);
  std::swap(state[0], state[2]);
  sgd.load_state(state);
  CHECK(values(sgd.state()[2].second) == Values{5, 5});
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
  const auto misfit = [](const std::string& faults) {
    return "Adam: load_state: the state does not fit:" + faults;
  };
  CHECK(refusal({}) == misfit("\n  missing: 0/m\n  missing: 0/step\n  missing: 0/v"));
  CHECK(refusal({{"0/step", count}, {"0/m", two}, {"0/m", two}}) ==
        misfit("\n  given twice: 0/m\n  missing: 0/v"));
  CHECK(refusal({{"0/step", count}, {"0/m", two}, {"0/w", two}}) ==
        misfit("\n  unexpected: 0/w\n  missing: 0/v"));
  CHECK(refusal({{"0/step", count}, {"0/m", two}, {"0/v", zeros({3}, DType::f64)}}) ==
        misfit("\n  does not fit: 0/v is f64 [2], given f64 [3]"));
  CHECK(refusal({{"0/step", count}, {"0/m", zeros({2})}, {"0/v", two}}) ==
        misfit("\n  does not fit: 0/m is f64 [2], given f32 [2]"));
  CHECK(refusal({{"0/step", count}, {"0/m", two}, {"0/v", Tensor()}}) ==
        misfit("\n  undefined: 0/v"));
  CHECK(refusal({{"0/step", full({}, -1, DType::i64)}, {"0/m", two}, {"0/v", two}}) ==
        "Adam: load_state: 0/step counts steps, got -1");
  CHECK(refusal({{"0/step", full({}, 0x1p62, DType::i64)}, {"0/m", two}, {"0/v", two}}) ==
        "Adam: load_state: 0/step counts steps, got 4611686018427387904");
}

}  // namespace heed::testing::optimizer_state_test
