// Options of constructors, as requests and samples spell them.
#pragma once

#include "heed/modules/feed_forward.h"
#include "heed/modules/linear.h"
#include "heed/modules/transformer_block.h"
#include "heed/tests/support/op_attributes.h"

namespace heed::testing {

/// A flag as Bias.
Bias bias_of(const Attributes& with, const std::string& name);
/// "relu", "gelu" or "silu". Throws RequestError.
Activation activation_of(const Attributes& with, const std::string& name);
/// "pre" or "post". Throws RequestError.
NormPlacement norm_of(const Attributes& with, const std::string& name);

}  // namespace heed::testing
