#include "heed/tests/modules/case/module_state.h"

#include "heed/framework/base/random.h"
#include "heed/tests/support/case/input.h"

namespace heed::testing {
namespace {

/// The power of two next below 1/√width: products with it are exact.
double scale_for(int64_t width) {
  double scale = 1;
  while (scale * scale * static_cast<double>(width) > 1) scale /= 2;
  return scale;
}

}  // namespace

ModuleState::ModuleState(const NamedTensors& tensors) {
  for (const auto& [name, tensor] : tensors) arrays_.emplace(name, array_of(tensor));
}

const reference::NdArray& ModuleState::operator[](const std::string& name) const {
  const auto found = arrays_.find(name);
  if (found == arrays_.end()) throw std::out_of_range("reference: there is no " + name);
  return found->second;
}

std::optional<reference::NdArray> ModuleState::maybe(const std::string& name) const {
  const auto found = arrays_.find(name);
  return found == arrays_.end() ? std::nullopt : std::optional(found->second);
}

ModuleState ModuleState::below(const std::string& name) const {
  const std::string prefix = name + ".";
  ModuleState state;
  for (const auto& [path, array] : arrays_) {
    if (path.starts_with(prefix)) state.arrays_.emplace(path.substr(prefix.size()), array);
  }
  return state;
}

NamedTensors random_state(const Module& module, const std::string& seed) {
  NamedTensors state = module.named_buffers();
  for (const auto& [path, tensor] : module.named_parameters()) {
    const Shape& shape = tensor.shape();
    auto values = array_of(any({shape.begin(), shape.end()}), text_coordinate(seed + " " + path));
    const double scale = scale_for(tensor.dim() == 0 ? 1 : tensor.size(-1));
    for (double& value : values->data) value *= scale;
    state.emplace_back(path, tensor_of(values, tensor.dtype()));
  }
  return state;
}

}  // namespace heed::testing
