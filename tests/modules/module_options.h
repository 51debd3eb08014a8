// Options of constructors, as requests and samples spell them.
#pragma once

#include "heed/modules/attention/multi_head_attention.h"
#include "heed/modules/feed_forward.h"
#include "heed/modules/linear.h"
#include "heed/modules/transformer/block.h"
#include "heed/tests/support/case/attributes.h"

namespace heed::testing {

/// A flag as Bias.
Bias bias_of(const Attributes& with, const std::string& name);
/// "relu", "relu_squared", "gelu", "silu" or "swiglu". Throws RequestError.
Activation activation_of(const Attributes& with, const std::string& name);
/// "relu" or "gelu". Throws RequestError.
Activation pytorch_activation_of(const Attributes& with, const std::string& name);
/// "layer_norm" or "rms_norm". Throws RequestError.
NormFactory norm_of(const Attributes& with, const std::string& name);
/// "pre" or "post". Throws RequestError.
NormPlacement norm_placement_of(const Attributes& with, const std::string& name);
/// "none", "top_left" or "bottom_right". Throws RequestError.
std::optional<Alignment> causal_of(const Attributes& with, const std::string& name);
/// "halves" or "neighbours". Throws RequestError.
RotaryPairs rotary_pairs_of(const Attributes& with, const std::string& name);
/// The config of a MultiHeadAttention from attributes of its members' names. Throws RequestError.
MultiHeadAttentionConfig multi_head_config(const Attributes& with);

}  // namespace heed::testing
