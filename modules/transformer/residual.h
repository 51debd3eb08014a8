// Residual: a part of a block with its norm, its dropout and the sum that goes around it.
#pragma once

#include "heed/framework/nn/any_module.h"
#include "heed/modules/dropout.h"

namespace heed {

/// Where the norm is: before each sublayer (pre) or after each residual add (post).
enum class NormPlacement {
  pre,   ///< x + f(norm(x))
  post,  ///< norm(x + f(x))
};

/// For the length of one call: all parts of a block share its dropout.
struct Residual {
  const AnyTensorModule& norm;  ///< of this part
  Dropout& dropout;             ///< of what is added
  NormPlacement placement;      ///< where the norm is

  /// x + dropout(part(norm(x))), or norm(x + dropout(part(x))).
  template <class Part>
  Tensor operator()(const Tensor& x, const Part& part) const {
    return output(x, part(input(x)));
  }

 private:
  Tensor input(const Tensor& x) const;
  Tensor output(const Tensor& x, const Tensor& y) const;
};

}  // namespace heed
