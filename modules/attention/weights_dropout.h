// Dropout on the weights of an attention.
#pragma once

#include <optional>

#include "heed/framework/base/random_scope.h"
#include "heed/framework/nn/module.h"
#include "heed/framework/ops/attention.h"

namespace heed {

/// `p`, the argument `name` of the module class `owner`. Throws ValueError unless 0 ≤ p ≤ 1.
inline double dropout_probability(const char* owner, const char* name, double p) {
  if (p >= 0 && p <= 1) return p;
  throw ValueError(owner, ": ", name, " must be in [0, 1], got ", p);
}

/// What drops out at this call of `attention`: nothing unless in training.
inline std::optional<AttentionDropout> weights_dropout(const Module& attention, double p) {
  if (!attention.training() || p == 0) return {};
  const uint64_t site = text_coordinate(attention.path());
  return AttentionDropout{p, RandomScope::next_stream(Purpose::dropout, site)};
}

}  // namespace heed
