#include "heed/framework/optim/optimizer.h"

#include <cmath>
#include <utility>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/nn/module.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/tensor/factories.h"
#include "heed/framework/tensor/shapes_only.h"

namespace heed {

ParameterGroups::ParameterGroups(std::span<const Tensor> parameters) : groups_(1) {
  NamedTensors& named = groups_.front().parameters;
  for (const Tensor& parameter : parameters) named.emplace_back(text_of(named.size()), parameter);
}

bool share_elements(const Tensor& a, const Tensor& b) {
  if (ShapesOnly::is_on() || a.storage() != b.storage()) return false;
  return a.offset() < b.offset() + b.numel() && b.offset() < a.offset() + a.numel();
}

Optimizer::Optimizer(const char* name, const ParameterGroups& groups, double lr,
                     double weight_decay)
    : name_(name), lr_(lr) {
  check_finite_and_not_negative("lr", lr);
  for (const ParameterGroup& group : groups) {
    const Options options{group.lr_factor, group.weight_decay.value_or(weight_decay)};
    check_finite_and_not_negative("lr_factor", options.lr_factor);
    check_finite_and_not_negative("weight_decay", options.weight_decay);
    for (const auto& [parameter_name, parameter] : group.parameters) {
      add_parameter(parameter_name, parameter);
      options_.push_back(options);
    }
  }
  if (parameters_.empty()) throw ValueError(name, ": no parameters to train");
  std::vector<Tensor> counts;
  for (size_t i = 0; i < parameters_.size(); ++i) counts.push_back(zeros({}, DType::i64));
  state_.push_back({"step", std::move(counts)});
}

void Optimizer::add_parameter(const std::string& name, const Tensor& parameter) {
  if (!parameter.defined() || !parameter.requires_grad() || !parameter.is_leaf() ||
      (!parameter.is_contiguous() && !ShapesOnly::is_on())) {
    throw ValueError(name_, ": parameter ", name, " must be a dense leaf that requires grad");
  }
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].is_same(parameter)) {
      throw ValueError(name_, ": parameters ", names_[i], " and ", name, " are the same tensor");
    }
    if (share_elements(parameters_[i], parameter)) {
      throw ValueError(name_, ": parameters ", names_[i], " and ", name,
                       " share elements, which a step would change twice");
    }
    if (names_[i] == name) throw ValueError(name_, ": two parameters are named ", name);
  }
  parameters_.push_back(parameter);
  names_.push_back(name);
}

void Optimizer::check_option(const char* option, double value, bool fits, const char* range) const {
  if (!fits || std::isnan(value)) {
    throw ValueError(name_, ": ", option, " must be ", range, ", got ", value);
  }
}

void Optimizer::check_finite_and_not_negative(const char* option, double value) const {
  check_option(option, value, value >= 0 && std::isfinite(value), "finite and at least 0");
}

void Optimizer::set_lr(double lr) {
  check_finite_and_not_negative("lr", lr);
  lr_ = lr;
}

void Optimizer::check_state() const {
  for (size_t k = 1; k < state_.size(); ++k) {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const DType wanted = parameters_[i].dtype(), held = state_[k].tensors[i].dtype();
      if (wanted == held) continue;
      throw DTypeError("Optimizer::step: parameter ", names_[i], " is ", wanted, ", its state ",
                       held, "; call Module::to before making the optimizer");
    }
  }
}

void Optimizer::step() {
  check_state();
  const NoGrad guard;
  std::vector<Change> changes;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor gradient = parameters_[i].grad();
    if (!gradient.defined()) continue;
    begin_write("Optimizer::step", parameters_[i]);
    const int64_t taken = *state_.front().tensors[i].data<int64_t>();
    const auto& [lr_factor, weight_decay] = options_[i];
    changes.push_back({i, taken + 1, parameters_[i], gradient, lr_ * lr_factor, weight_decay});
  }
  update(changes);
  for (const Change& change : changes) {
    *state_.front().tensors[change.index].mutable_data<int64_t>() = change.step;
  }
}

void Optimizer::zero_grad() const {
  for (const Tensor& parameter : parameters_) {
    if (parameter.requires_grad()) parameter.set_grad(Tensor());  // a frozen one has none
  }
}

void Optimizer::check_matrices() const {
  std::string others;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].dim() == 2) continue;
    others += text_of(others.empty() ? "" : ", ", names_[i], " ", parameters_[i].shape());
  }
  if (others.empty()) return;
  throw ValueError(name_, ": trains matrices only, got ", others,
                   "; give the rest to another optimizer");
}

const std::vector<Tensor>& Optimizer::add_state(const char* name, double initial) {
  std::vector<Tensor> tensors;
  for (const Tensor& parameter : parameters_) {
    tensors.push_back(filled_state(parameter.shape(), initial, parameter.dtype()));
  }
  return state_.emplace_back(PerParameter{name, std::move(tensors)}).tensors;
}

NamedTensors Optimizer::state() const {
  NamedTensors result;
  for (const PerParameter& part : state_) {
    for (size_t i = 0; i < part.tensors.size(); ++i) {
      result.emplace_back(names_[i] + "/" + part.name, part.tensors[i]);
    }
  }
  return result;
}

void Optimizer::load_state(const NamedTensors& given) {
  load_optimizer_state(name_, state(), given);
}

void load_optimizer_state(const char* who, const NamedTensors& state, const NamedTensors& given) {
  for (const auto& [name, tensor] : given) {
    const bool is_count = name.ends_with("/step") && tensor.defined() && tensor.dim() == 0;
    constexpr double most = 0x1p53;
    if (is_count && (tensor.item() < 0 || tensor.item() >= most)) {
      throw ModuleError(who, ": load_state: ", name, " counts steps, got ", tensor.item());
    }
  }
  load_tensors(text_of(who, ": load_state"), state, given);
}

}  // namespace heed
