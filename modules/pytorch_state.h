// PyTorch's names and layouts for the parameters of its attention and transformer layers:
//
//   load_pytorch_state(encoder, state);                          // from nn.TransformerEncoder
//   NamedTensors state = pytorch_state(encoder.state_dict());    // and back
#pragma once

#include "heed/framework/nn/module.h"

namespace heed {

/// Tensors of one of our modules by name (a state, gradients) as PyTorch's module has them. Copies.
///
///   MultiHeadAttention        nn.MultiheadAttention
///     W_Q W_K W_V .weight       in_proj_weight [3E, E], one below another; unless all are [E, E]:
///                               q_proj_weight [E, E], k_proj_weight [E, kdim], v_proj_weight
///     W_Q W_K W_V .bias         in_proj_bias [3E]
///     W_O                       out_proj
///   TransformerBlock          nn.TransformerEncoderLayer
///     attention                 self_attn
///     feed_forward.expand       linear1
///     feed_forward.contract     linear2
///     attention_norm            norm1
///     feed_forward_norm         norm2
///   DecoderBlock              nn.TransformerDecoderLayer: the same, and
///     cross_attention           multihead_attn
///     cross_attention_norm      norm2
///     feed_forward_norm         norm3
///   blocks.N, norm            layers.N, norm of nn.TransformerEncoder and nn.TransformerDecoder
///   encoder, decoder          the same of nn.Transformer
///
/// Throws ModuleError for what PyTorch's layers do not have: other names, other widths of heads,
/// biases of some projections only. Norms must be LayerNorms, which their names do not tell.
NamedTensors pytorch_state(const NamedTensors& ours);

/// Sets all parameters of `module` from PyTorch's state. Throws ModuleError naming everything that
/// is missing, unexpected or of another shape or dtype; then nothing has changed.
void load_pytorch_state(Module& module, const NamedTensors& theirs);

}  // namespace heed
