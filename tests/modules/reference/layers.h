// Naive references for whole modules. They share no code with the modules; random masks come from
// the generator, which has tests of its own.
#pragma once

#include <string>

#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/reference/attention.h"

namespace heed::testing {

/// x with zeros where use number `use` of the dropout at `path` drops, the rest over 1 − p; x
/// itself unless in training.
reference::NdArray dropout_reference(const reference::NdArray& x, double p, bool train,
                                     const std::string& path, int64_t use = 0);

/// The projection called `name` in a state.
inline reference::Projection projection(const ModuleState& state, const std::string& name) {
  return {state[name + ".weight"], state.maybe(name + ".bias")};
}

/// What a FeedForward at `path` ("" for a root) computes from its `state`.
reference::NdArray feed_forward_reference(const ModuleState& state, const reference::NdArray& x,
                                          const std::string& activation, double p, bool train,
                                          const std::string& path);

/// How many parameters a FeedForward has.
int64_t feed_forward_parameters(int64_t width, int64_t hidden, const std::string& activation,
                                bool bias);

/// x [..., L, width] plus the first L rows of `table`.
reference::NdArray add_positions(const reference::NdArray& x, const reference::NdArray& table);
/// Row t: sin(t / 10000^(2i/width)) in column 2i, the cosine in 2i + 1, rounded to f32.
reference::NdArray sinusoids_reference(int64_t length, int64_t width);

/// MyMHA with parameters W_Q.weight … in `state`.
ModuleResult my_mha_reference(const ModuleState& state, const reference::NdArray& x1,
                              const reference::NdArray& x2, int64_t H);

}  // namespace heed::testing
