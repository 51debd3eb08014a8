// Masks of a call, as requests and samples spell them:
//
//   [{"type":"causal"}, {"type":"block","mask":{tensor},"on":"cross"}]
#pragma once

#include <string>
#include <vector>

#include "heed/framework/ops/mask.h"
#include "heed/tests/support/case/attributes.h"

namespace heed::testing {

/// One mask for each attention of a block or stack. A single attention has `self` alone, and
/// stands for it.
struct ModuleMasks {
  Mask self;    ///< of a sequence to itself; of a decoder's, where there are both
  Mask cross;   ///< of the decoder to what the encoder gives
  Mask source;  ///< of an encoder before a decoder

  /// The mask of a single attention, or none.
  ModuleMasks(const Mask& of_self = {}) : self(of_self) {}
  /// The mask of a single attention.
  operator const Mask&() const { return self; }
};

/// Several at one place hold together. "places": those that the module has. Additive ones become
/// `dtype`. Throws RequestError or what Mask throws.
ModuleMasks masks_from_json(const Json& masks, const std::vector<std::string>& places, DType dtype);

}  // namespace heed::testing
