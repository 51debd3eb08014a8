// Parameters and buffers by name, as the naive references of modules read them.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "heed/framework/nn/module.h"
#include "heed/tests/support/case/nd_array.h"

namespace heed::testing {

/// Arrays by the paths of a module's parameters and buffers, such as "w_q.weight".
class ModuleState {
 public:
  ModuleState() = default;
  /// The values of tensors.
  explicit ModuleState(const NamedTensors& tensors);

  /// Throws std::out_of_range naming the parameter if there is none.
  const reference::NdArray& operator[](const std::string& name) const;
  /// The same, or nothing if there is none.
  std::optional<reference::NdArray> maybe(const std::string& name) const;
  /// The state of the child `name`, without that prefix.
  ModuleState below(const std::string& name) const;

 private:
  std::map<std::string, reference::NdArray> arrays_;
};

/// Values for every parameter and buffer of `module`, the same for the same `seed`, sized so that
/// no activation grows with the width. Exact in f32. Buffers keep their values.
NamedTensors random_state(const Module& module, const std::string& seed);

}  // namespace heed::testing
