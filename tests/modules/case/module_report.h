// check_module and check_attention: a module tried as heed tries its own.
#pragma once

#include <memory>

#include "heed/modules/attention/any_attention.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/support/case/report.h"

namespace heed::testing {

/// Tries the module at every sample of its row: values against the reference, the number of
/// parameters, a gradient for each of them, first and second gradients against central differences,
/// odd memory layouts, one thread and two, its state in a fresh one, f32 and f64; and what it
/// refuses, in whole messages.
Report check_module(const ModuleCase& row);

/// The same, and the invariances of attentions: weights that sum to 1, samples of a batch apart,
/// what a mask blocks felt by nothing, every spelling of a mask, caches, gates.
Report check_attention(const ModuleCase& row);

/// An attention as blocks call it, made with (Slot::root(), arguments…): inputs are {"query",
/// "key"}, or {"query", "key", "value"} with `separate_values`. What its abilities claim is tried.
template <class Attention, class... Arguments>
BuiltModule built_attention(const Arguments&... arguments) {
  constexpr AttentionAbilities can = Attention::abilities;
  const auto m = std::make_shared<Attention>(Slot::root(), arguments...);
  const auto attend = [m](const Tensors& in, const AttentionCall& call) -> Tensor {
    return m->attend(in[0], in[1], in.size() > 2 ? in[2] : in[1], call);
  };
  BuiltModule built{m, [attend](const Tensors& in) { return attend(in, {}); }};
  built.abilities = can;
  if constexpr (can.masks) {
    built.masked = [attend](const Tensors& in, const Mask& mask) {
      return attend(in, {.mask = mask});
    };
  }
  if constexpr (can.heads) {
    const auto weights = [attend](const Tensors& in, const Mask& mask) {
      Tensor shown;
      attend(in, {.mask = mask, .weights = &shown});
      return shown;
    };
    built.weights = [weights](const Tensors& in) { return weights(in, {}); };
    if constexpr (can.masks) built.masked_weights = weights;
  }
  if constexpr (can.caches || can.heads) built.full = attend;
  return built;
}

}  // namespace heed::testing
