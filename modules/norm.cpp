#include "heed/modules/norm.h"

#include "heed/modules/layer_norm.h"
#include "heed/modules/rms_norm.h"

namespace heed {

AnyTensorModule make_layer_norm(const Slot& slot, const NormOptions& options) {
  return make_any<AnyTensorModule, LayerNorm>(slot, options.width, options.eps, options.bias);
}

AnyTensorModule make_rms_norm(const Slot& slot, const NormOptions& options) {
  return make_any<AnyTensorModule, RMSNorm>(slot, options.width, options.eps);
}

}  // namespace heed
