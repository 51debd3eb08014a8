// A MultiHeadAttention, or what is called like one, as the module table holds it.
#pragma once

#include <memory>

#include "heed/tests/modules/case/module_case.h"

namespace heed::testing {

template <class Attention>
BuiltModule built_multi_head(const std::shared_ptr<Attention>& m) {
  const auto full = [m](const Tensors& in, const AttentionCall& options) {
    return (*m)(in[0], in[1], in[2], options);
  };
  const auto masked_weights = [full](const Tensors& in, const Mask& mask) {
    Tensor weights;
    full(in, {.mask = mask, .weights = &weights});
    return weights;
  };
  return {m,
          [full](const Tensors& in) { return full(in, {}); },
          [masked_weights](const Tensors& in) { return masked_weights(in, {}); },
          [full](const Tensors& in, const Mask& mask) { return full(in, {.mask = mask}); },
          masked_weights,
          full};
}

}  // namespace heed::testing
