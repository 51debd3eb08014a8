// Residual: a part of a block with its norm, its dropout and the sum that goes around it.
#pragma once

#include "heed/framework/nn/any_module.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/modules/dropout.h"

namespace heed {

/// Where the norm stands: before each part (pre) or after each residual sum (post).
enum class NormPlacement { pre, post };

/// For the length of one call: all parts of a block share its dropout.
struct Residual {
  const AnyTensorModule& norm;
  Dropout& dropout;
  NormPlacement placement;

  /// x + dropout(part(norm(x))), or norm(x + dropout(part(x))).
  template <class Part>
  Tensor operator()(const Tensor& x, const Part& part) const {
    if (placement == NormPlacement::pre) return x + dropout(part(norm(x)));
    return norm(x + dropout(part(x)));
  }
};

}  // namespace heed
