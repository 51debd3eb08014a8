// What is timed: each piece of work is defined once, for the Google Benchmark programs and for the
// comparison with PyTorch.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/nn/module.h"
#include "heed/framework/optim/adam.h"
#include "heed/framework/tensor/tensor.h"

namespace heed::benchmarks {

/// Something to do again and again. Made of the same numbers in every run.
class Work {
 public:
  Work() = default;
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  virtual ~Work() = default;

  /// Does it once.
  virtual void run() = 0;
  /// What it computes with, by name: enough to do the same elsewhere.
  virtual NamedTensors inputs() const = 0;
  /// Does it once and gives what came of it: outputs, gradients, changed parameters.
  virtual NamedTensors results() = 0;

  double flops = 0;  ///< that it cannot do without; 0: it is not about products
  double bytes = 0;  ///< that it must read and write; 0: it is not about copying
};

/// What a forward pass gives.
struct Outputs {
  Tensor y;     ///< to be looked at
  Tensor root;  ///< where backward starts; undefined: forward only
};

/// Forward, backward and, with a model, AdamW. Inputs that require grad get gradients.
class Recorded final : public Work {
 public:
  using Forward = std::function<Outputs()>;
  /// `cotangent` weights a root that is no single number, and counts as an input.
  Recorded(NamedTensors inputs, Forward forward, Tensor cotangent = {},
           std::shared_ptr<Module> model = nullptr);

  void run() override { step(); }
  NamedTensors inputs() const override;
  NamedTensors results() override;

 private:
  Tensor step();

  NamedTensors inputs_, leaves_;
  Forward forward_;
  Tensor cotangent_;
  std::shared_ptr<Module> model_;
  std::unique_ptr<AdamW> optimizer_;
};

/// AdamW of all comparisons. A small rate: repetition must not drive the numbers towards 0.
inline constexpr AdamConfig adamw = {.lr = 1e-5, .weight_decay = 0.01};

/// A name such as "softmax 8192x1024" and what makes the work.
struct WorkMaker {
  std::string name;
  std::function<std::unique_ptr<Work>()> make;
};
std::vector<WorkMaker> step_work();      ///< training steps of attentions and language models
std::vector<WorkMaker> op_work();        ///< ops on tensors of 8192×1024 numbers, and products
std::vector<WorkMaker> dispatch_work();  ///< tiny ops: the engine's overhead
std::vector<WorkMaker> all_work();

/// The work of a name. Throws ValueError if there is none.
std::unique_ptr<Work> make_work(const std::string& name);

}  // namespace heed::benchmarks
