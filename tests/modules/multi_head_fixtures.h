// What the tests of MultiHeadAttention share: one filled with random f64 values, and schemes.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "heed/modules/attention/multi_head_attention.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/modules/case/module_state.h"

namespace heed::testing {

/// An attention in f64 with values of its own for every parameter.
inline std::unique_ptr<MultiHeadAttention> filled(const MultiHeadAttentionConfig& config) {
  auto attention = std::make_unique<MultiHeadAttention>(Slot::root(), config);
  attention->load_state_dict(random_state(*attention, "multi_head"));
  attention->to(DType::f64);
  return attention;
}

/// Every position scheme by name, for H heads.
inline std::vector<std::pair<std::string, RelativePositionsFactory>> position_schemes(int64_t H) {
  return {{"none", {}},
          {"rope of halves", with_positions<RotaryPositions>(100.0)},
          {"rope of neighbours", with_positions<RotaryPositions>(10000.0, RotaryPairs::neighbours)},
          {"alibi", with_positions<AlibiPositions>(H)},
          {"learned", with_positions<LearnedDistances>(H, 7)}};
}

}  // namespace heed::testing
