#include "heed/framework/optim/optimizer.h"

#include <cmath>
#include <map>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/kernels/optimizer.h"
#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

void check_range(const char* name, const char* key, double value, bool fits, const char* range) {
  if (!fits || std::isnan(value)) {
    throw ValueError(name, ": ", key, " must be ", range, ", got ", value);
  }
}

void check_rate(const char* name, const char* key, double value) {
  check_range(name, key, value, value >= 0 && std::isfinite(value), "finite and at least 0");
}

void check_beta(const char* name, const char* key, double value) {
  check_range(name, key, value, value >= 0 && value < 1, "in [0, 1)");
}

}  // namespace

Optimizer::Optimizer(const char* name, std::vector<Tensor> parameters, double lr)
    : parameters_(std::move(parameters)), lr_(lr) {
  if (parameters_.empty()) throw ValueError(name, ": no parameters to train");
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor& parameter = parameters_[i];
    if (!parameter.defined() || !parameter.requires_grad() || !parameter.is_leaf() ||
        !parameter.is_contiguous()) {
      throw ValueError(name, ": parameter ", i, " must be a dense leaf that requires grad");
    }
    for (size_t j = 0; j < i; ++j) {
      if (parameters_[j].is_same(parameter)) {
        throw ValueError(name, ": parameters ", j, " and ", i, " are the same tensor");
      }
    }
  }
  check_rate(name, "lr", lr);
  std::vector<Tensor> counts;
  for (size_t i = 0; i < parameters_.size(); ++i) counts.push_back(zeros({}, DType::i64));
  state_.push_back({"step", std::move(counts)});
}

void Optimizer::set_lr(double lr) {
  check_rate("set_lr", "lr", lr);
  lr_ = lr;
}

void Optimizer::check_state() const {
  for (size_t k = 1; k < state_.size(); ++k) {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const DType wanted = parameters_[i].dtype(), held = state_[k].tensors[i].dtype();
      if (wanted == held) continue;
      throw DTypeError("Optimizer::step: parameter ", i, " is ", wanted, ", its state ", held,
                       "; call Module::to before making the optimizer");
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
    changes.push_back({i, taken + 1, parameters_[i], gradient});
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

const std::vector<Tensor>& Optimizer::add_state(const char* name) {
  std::vector<Tensor> tensors;
  for (const Tensor& parameter : parameters_) tensors.push_back(zeros_like(parameter));
  return state_.emplace_back(PerParameter{name, std::move(tensors)}).tensors;
}

NamedTensors Optimizer::state() const {
  NamedTensors result;
  for (const PerParameter& part : state_) {
    for (size_t i = 0; i < part.tensors.size(); ++i) {
      result.emplace_back(text_of(i, ".", part.name), part.tensors[i]);
    }
  }
  return result;
}

void Optimizer::load_state(const NamedTensors& given) {
  const NamedTensors own = state();
  if (given.size() != own.size()) {
    throw ModuleError("load_state: expected ", own.size(), " tensors, got ", given.size());
  }
  std::map<std::string, Tensor> by_name;
  for (const auto& [name, tensor] : given) {
    if (!by_name.emplace(name, tensor).second) {
      throw ModuleError("load_state: ", name, " is given twice");
    }
  }
  for (const auto& [name, tensor] : own) {
    const auto found = by_name.find(name);
    if (found == by_name.end() || !found->second.defined() ||
        found->second.shape() != tensor.shape() || found->second.dtype() != tensor.dtype()) {
      throw ModuleError("load_state: no ", name, " of ", tensor.dtype(), " ", tensor.shape(),
                        " given");
    }
  }
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const auto& [name, count] = own[i];  // the counts of steps come first
    const int64_t steps = *by_name.at(name).data<int64_t>();
    if (steps < 0) throw ModuleError("load_state: ", name, " counts steps, got ", steps);
  }
  // Into memory of their own first: a source may be a view of another target.
  for (auto& [name, tensor] : by_name) tensor = clone(tensor.detach());
  const NoGrad guard;
  for (const auto& [name, tensor] : own) copy_(tensor, by_name.at(name));
}

SGD::SGD(std::vector<Tensor> parameters, const SgdConfig& config)
    : Optimizer("SGD", std::move(parameters), config.lr), config_(config) {
  check_rate("SGD", "momentum", config.momentum);
  check_range("SGD", "dampening", config.dampening, std::isfinite(config.dampening), "finite");
  check_rate("SGD", "weight_decay", config.weight_decay);
  if (config.nesterov && (config.momentum == 0 || config.dampening != 0)) {
    throw ValueError("SGD: nesterov needs a momentum above 0 and dampening 0");
  }
  if (config.momentum > 0) momentum_ = &add_state("momentum");
}

void SGD::update(std::span<const Change> changes) {
  std::vector<kernels::SgdItem> items;
  for (const Change& change : changes) {
    const Tensor buffer = momentum_ == nullptr ? Tensor() : (*momentum_)[change.index];
    items.push_back({change.parameter, change.gradient, buffer, change.step == 1});
  }
  kernels::sgd_step_(
      items, {lr(), config_.momentum, config_.dampening, config_.weight_decay, config_.nesterov});
}

Adam::Adam(const char* name, std::vector<Tensor> parameters, const AdamConfig& config,
           bool decoupled)
    : Optimizer(name, std::move(parameters), config.lr),
      config_(config),
      decoupled_(decoupled),
      m_(add_state("m")),
      v_(add_state("v")) {
  check_beta(name, "beta1", config.beta1);
  check_beta(name, "beta2", config.beta2);
  check_rate(name, "eps", config.eps);
  check_rate(name, "weight_decay", config.weight_decay);
}

void Adam::update(std::span<const Change> changes) {
  std::vector<kernels::AdamItem> items;
  for (const Change& change : changes) {
    items.push_back(
        {change.parameter, change.gradient, m_[change.index], v_[change.index], change.step});
  }
  kernels::adam_step_(
      items, {lr(), config_.beta1, config_.beta2, config_.eps, config_.weight_decay, decoupled_});
}

}  // namespace heed
