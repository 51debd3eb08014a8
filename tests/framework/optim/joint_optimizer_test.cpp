// Several optimizers as one.
#include "heed/framework/optim/joint_optimizer.h"

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/muon.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::joint_optimizer_test {
namespace {

struct Training {
  Tensor matrix = normal({3, 4}, 1).requires_grad_();
  Tensor vector = normal({5}, 2).requires_grad_();

  std::unique_ptr<Optimizer> muon() const {
    return std::make_unique<Muon>(NamedTensors{{"w", matrix}}, MuonConfig{.lr = 0.1});
  }
  std::unique_ptr<Optimizer> adam() const {
    return std::make_unique<AdamW>(NamedTensors{{"b", vector}}, AdamConfig{.lr = 0.1});
  }
  JointOptimizer both() const {
    std::vector<std::unique_ptr<Optimizer>> parts;
    parts.push_back(muon());
    parts.push_back(adam());
    return JointOptimizer(std::move(parts));
  }
  void set_gradients(uint64_t step) const {
    for (const Tensor& each : {matrix, vector}) each.set_grad(normal(each.shape(), 100 + step));
  }
};

NamedTensors copies(const NamedTensors& tensors) {
  NamedTensors result;
  for (const auto& [name, tensor] : tensors) result.emplace_back(name, tensor.clone());
  return result;
}

}  // namespace

TEST_CASE("A joint optimizer takes the steps of each of its optimizers, and its state resumes") {
  const Training joint, alone, resumed;
  const JointOptimizer both = joint.both();
  const auto muon = alone.muon(), adam = alone.adam();
  CHECK(both.parameters().size() == 2);
  NamedTensors saved;
  for (uint64_t step = 0; step < 4; ++step) {
    joint.set_gradients(step);
    alone.set_gradients(step);
    both.set_lr(0.2);
    both.step();
    for (Optimizer* each : {muon.get(), adam.get()}) {
      each->set_lr(0.2);
      each->step();
    }
    if (step == 1) {
      saved = copies(both.state());
      const NoGrad guard;
      copy_(resumed.matrix, joint.matrix);
      copy_(resumed.vector, joint.vector);
    }
  }
  CHECK(bit_difference(joint.matrix, alone.matrix) == "");
  CHECK(bit_difference(joint.vector, alone.vector) == "");
  std::string names;
  for (const auto& [name, tensor] : saved) names += name + " ";
  CHECK(names == "w/step w/momentum b/step b/m b/v ");
  const JointOptimizer again = resumed.both();
  again.load_state(saved);
  for (uint64_t step = 2; step < 4; ++step) {
    resumed.set_gradients(step);
    again.set_lr(0.2);
    again.step();
  }
  CHECK(bit_difference(resumed.matrix, joint.matrix) == "");
  CHECK(bit_difference(resumed.vector, joint.vector) == "");
  again.zero_grad();
  CHECK_FALSE(resumed.matrix.grad().defined());
  CHECK_FALSE(resumed.vector.grad().defined());
}

TEST_CASE("A joint optimizer refuses to share a parameter, and a state that does not fit") {
  const Training training;
  const auto joined = [](std::unique_ptr<Optimizer> a, std::unique_ptr<Optimizer> b) {
    std::vector<std::unique_ptr<Optimizer>> parts;
    parts.push_back(std::move(a));
    parts.push_back(std::move(b));
    return JointOptimizer(std::move(parts));
  };
  CHECK(message_of([&] { joined(training.muon(), training.muon()); }) ==
        "JointOptimizer: two optimizers have the parameter w");
  CHECK(message_of([&] {
          joined(training.muon(),
                 std::make_unique<AdamW>(NamedTensors{{"w", training.vector}}, AdamConfig{}));
        }) == "JointOptimizer: two optimizers have the parameter w");
  CHECK(message_of([] { JointOptimizer({}); }) == "JointOptimizer: no optimizers");
  const JointOptimizer both = training.both();
  NamedTensors state = copies(both.state());
  state.pop_back();
  CHECK(message_of([&] { both.load_state(state); }) ==
        "JointOptimizer: load_state: the state does not fit:\n  missing: b/v");
}

}  // namespace heed::testing::joint_optimizer_test
