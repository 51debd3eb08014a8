#include "heed/benchmarks/work.h"

#include "heed/framework/base/error.h"

namespace heed::benchmarks {

Recorded::Recorded(NamedTensors inputs, Forward forward, Tensor cotangent,
                   std::shared_ptr<Module> model)
    : inputs_(std::move(inputs)),
      forward_(std::move(forward)),
      cotangent_(std::move(cotangent)),
      model_(std::move(model)) {
  for (const auto& [name, tensor] : inputs_) {
    if (tensor.requires_grad()) leaves_.emplace_back(name, tensor);
  }
  if (model_ == nullptr) return;
  optimizer_ = std::make_unique<AdamW>(model_->parameters(), adamw);
}

Tensor Recorded::step() {
  for (const auto& [name, leaf] : leaves_) leaf.set_grad(Tensor());
  if (optimizer_) optimizer_->zero_grad();
  const Outputs out = forward_();
  if (out.root.defined()) out.root.backward(cotangent_);
  if (optimizer_) optimizer_->step();
  return out.y;
}

NamedTensors Recorded::inputs() const {
  NamedTensors all = inputs_;
  if (cotangent_.defined()) all.emplace_back("cotangent", cotangent_);
  if (model_ == nullptr) return all;
  for (const auto& [name, parameter] : model_->named_parameters())
    all.emplace_back(name, parameter);
  return all;
}

NamedTensors Recorded::results() {
  NamedTensors all = {{"y", step().detach()}};
  for (const auto& [name, leaf] : leaves_) all.emplace_back(name + ".grad", leaf.grad());
  if (model_ == nullptr) return all;
  for (const auto& [name, parameter] : model_->named_parameters()) {
    all.emplace_back(name + ".grad", parameter.grad());
    all.emplace_back(name, parameter.detach());
  }
  return all;
}

std::vector<WorkMaker> all_work() {
  std::vector<WorkMaker> all = step_work();
  for (auto& family : {op_work(), dispatch_work()}) {
    all.insert(all.end(), family.begin(), family.end());
  }
  return all;
}

std::unique_ptr<Work> make_work(const std::string& name) {
  for (const WorkMaker& maker : all_work()) {
    if (maker.name == name) return maker.make();
  }
  throw ValueError("no work is named \"", name, "\"");
}

}  // namespace heed::benchmarks
