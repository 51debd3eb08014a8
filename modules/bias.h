// Bias: whether a projection or a norm has one.
#pragma once

namespace heed {

/// Whether a projection or a norm has one.
enum class Bias {
  none,     ///< y = x·Wᵀ
  learned,  ///< a parameter is added
};

}  // namespace heed
