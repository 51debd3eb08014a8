// Optimizers: PyTorch's algorithms and defaults. Each step is one pass over a parameter.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/nn/module.h"
#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Base of all optimizers: parameters, a learning rate, a count of steps for each parameter.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Changes every parameter that has a gradient. Parameters without one stay as they are. Throws
  /// DTypeError, having changed nothing, if Module::to was called since the optimizer was made.
  void step();
  /// Drops all gradients.
  void zero_grad() const;

  double lr() const { return lr_; }
  /// Throws ValueError unless `lr` is finite and not negative.
  void set_lr(double lr);
  const std::vector<Tensor>& parameters() const { return parameters_; }

  /// Everything that the next step depends on beside parameters, gradients and lr: names such as
  /// "3.m" (parameter 3) with their tensors, which are the state itself. "3.step" (i64) counts the
  /// steps that changed parameter 3.
  NamedTensors state() const;
  /// Puts back a state() of the same optimizer over parameters of the same shapes. Throws
  /// ModuleError if it does not fit; then nothing has changed.
  void load_state(const NamedTensors& state);

 protected:
  /// Throws ValueError unless all parameters require grad and are dense.
  Optimizer(const char* name, std::vector<Tensor> parameters, double lr);
  /// What a step does to one parameter.
  struct Change {
    size_t index;  ///< of the parameter and its state
    int64_t step;  ///< counts from 1 for each
    Tensor parameter, gradient;
  };
  /// Adds zeros of each parameter's shape to the state, under this name: what `update` finds as
  /// state(name)[i].
  const std::vector<Tensor>& add_state(const char* name);

 private:
  /// Changes all parameters that have a gradient.
  virtual void update(std::span<const Change> changes) = 0;
  /// Throws DTypeError if a parameter became another dtype since its state was made.
  void check_state() const;

  struct PerParameter {
    const char* name;
    std::vector<Tensor> tensors;
  };
  std::vector<Tensor> parameters_;
  double lr_;
  std::deque<PerParameter> state_;  // references to its items stay valid
};

struct SgdConfig {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;  ///< joins the gradient
  bool nesterov = false;
};
/// Stochastic gradient descent with momentum. Sutskever et al. 2013.
class SGD : public Optimizer {
 public:
  SGD(std::vector<Tensor> parameters, const SgdConfig& config);

 private:
  void update(std::span<const Change> changes) override;
  SgdConfig config_;
  const std::vector<Tensor>* momentum_ = nullptr;
};

struct AdamConfig {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
};
/// Adam, whose weight decay joins the gradient. Kingma & Ba 2015.
class Adam : public Optimizer {
 public:
  Adam(std::vector<Tensor> parameters, const AdamConfig& config)
      : Adam("Adam", std::move(parameters), config, false) {}

 protected:
  Adam(const char* name, std::vector<Tensor> parameters, const AdamConfig& config, bool decoupled);

 private:
  void update(std::span<const Change> changes) override;
  AdamConfig config_;
  bool decoupled_;
  const std::vector<Tensor>& m_;
  const std::vector<Tensor>& v_;
};

/// Adam whose weight decay shrinks the parameter itself. Loshchilov & Hutter 2019.
class AdamW : public Adam {
 public:
  /// PyTorch's default decay is 0.01: AdamW(parameters, {.weight_decay = 0.01}).
  AdamW(std::vector<Tensor> parameters, const AdamConfig& config)
      : Adam("AdamW", std::move(parameters), config, true) {}
};

}  // namespace heed
