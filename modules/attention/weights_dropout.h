// Dropout on the weights of an attention.
#pragma once

#include <optional>

#include "heed/framework/base/random_scope.h"
#include "heed/framework/nn/module.h"
#include "heed/framework/ops/attention.h"

namespace heed {

/// What drops out at this call of `attention`: nothing unless in training.
inline std::optional<AttentionDropout> weights_dropout(const Module& attention, double p) {
  if (!attention.training() || p == 0) return {};
  const uint64_t site = text_coordinate(attention.path());
  return AttentionDropout{p, RandomScope::next_stream(Purpose::dropout, site)};
}

}  // namespace heed
