// Optimizer: the base of all optimizers. One file pair each: SGD in sgd.h, Adam and AdamW in
// adam.h, …
#pragma once

#include <deque>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/tensor/named_tensors.h"
#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Parameters that are trained with options of their own.
struct ParameterGroup {
  NamedTensors parameters;                  ///< with names for messages and states
  double lr_factor = 1;                     ///< multiplies the optimizer's lr
  std::optional<double> weight_decay = {};  ///< replaces the optimizer's
};

/// What an optimizer trains. Converts from named parameters, from groups of them and from plain
/// tensors, whose names are then their positions "0", "1", …:
///
///   AdamW whole(model.named_parameters(), {.lr = 1e-3});
///   const std::vector<ParameterGroup> groups{{matrices}, {vectors, .weight_decay = 0}};
///   AdamW split(groups, {.lr = 1e-3, .weight_decay = 0.1});
class ParameterGroups {
 public:
  /// Groups with options of their own.
  ParameterGroups(std::vector<ParameterGroup> groups) : groups_(std::move(groups)) {}
  /// One group with names.
  ParameterGroups(NamedTensors parameters) : groups_{{std::move(parameters)}} {}
  /// One group, named by number.
  ParameterGroups(std::span<const Tensor> parameters);
  /// One group, named by number.
  ParameterGroups(const std::vector<Tensor>& parameters) : ParameterGroups(std::span(parameters)) {}
  /// One group, named by number.
  ParameterGroups(std::initializer_list<Tensor> parameters)
      : ParameterGroups(std::span(parameters.begin(), parameters.size())) {}

  /// The first group.
  auto begin() const { return groups_.begin(); }
  /// Behind the last group.
  auto end() const { return groups_.end(); }

 private:
  std::vector<ParameterGroup> groups_;
};

/// Whether dense tensors see common elements of one storage.
bool share_elements(const Tensor& a, const Tensor& b);

/// Base of all optimizers: named parameters, a learning rate, a count of steps for each parameter.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Changes every parameter that has a gradient. Parameters without one stay as they are. Throws
  /// DTypeError, having changed nothing, if Module::to was called since the optimizer was made.
  void step();
  /// Throws DTypeError if a parameter became another dtype since its state was made.
  void check_state() const;
  /// Drops all gradients.
  void zero_grad() const;

  /// The rate of the next step, before the groups' factors.
  double lr() const { return lr_; }
  /// Throws ValueError unless `lr` is finite and not negative.
  void set_lr(double lr);
  /// Of the class, for messages: "AdamW".
  const char* name() const { return name_; }
  /// Of all groups, in order.
  const std::vector<Tensor>& parameters() const { return parameters_; }
  const std::vector<std::string>& names() const { return names_; }  ///< of the parameters

  /// Everything that the next step depends on besides parameters, gradients and lr: names such as
  /// "output.weight/m" with their tensors, which are the state itself. "output.weight/step" (i64)
  /// counts the steps that changed output.weight.
  NamedTensors state() const;
  /// Restores a state() of the same optimizer over parameters of the same names and shapes. Throws
  /// ModuleError naming everything that does not fit; then nothing has changed.
  void load_state(const NamedTensors& state);

 protected:
  /// Throws ValueError unless all parameters require grad and are dense, no two of them share
  /// elements, and their names differ.
  Optimizer(const char* name, const ParameterGroups& groups, double lr, double weight_decay);
  /// A parameter to change in a step.
  struct Change {
    size_t index;  ///< of the parameter and its state
    int64_t step;  ///< counts from 1 for each
    Tensor parameter, gradient;
    double lr, weight_decay;  ///< of its group
  };
  /// Adds a tensor of each parameter's shape to the state, under this name.
  const std::vector<Tensor>& add_state(const char* name, double initial = 0);
  /// Throws ValueError naming the parameters that are not matrices, and what to do.
  void check_matrices() const;

  /// Throws ValueError, "AdamW: beta1 must be in [0, 1), got 1", unless `fits`; NaN never does.
  void check_option(const char* option, double value, bool fits, const char* range) const;
  void check_finite_and_not_negative(const char* option, double value) const;

 private:
  /// Changes the parameters that have a gradient; called under NoGrad.
  virtual void update(std::span<const Change> changes) = 0;
  void add_parameter(const std::string& name, const Tensor& parameter);

  struct PerParameter {
    const char* name;
    std::vector<Tensor> tensors;
  };
  struct Options {
    double lr_factor, weight_decay;
  };
  const char* name_;
  std::vector<Tensor> parameters_;
  std::vector<std::string> names_;  // of the parameters
  std::vector<Options> options_;    // of the parameters
  double lr_;
  std::deque<PerParameter> state_;  // references to its items stay valid
};

/// Loads `given` into the tensors of `state`. Throws ModuleError, naming `who` and all that does
/// not fit; then nothing has changed.
void load_optimizer_state(const char* who, const NamedTensors& state, const NamedTensors& given);

}  // namespace heed
