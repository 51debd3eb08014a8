// TransformerBlock: attention and a feed-forward network, each with a residual and a norm.
#pragma once

#include "heed/framework/nn/tensor_layer.h"
#include "heed/modules/attention/any_attention.h"
#include "heed/modules/feed_forward.h"

namespace heed {

/// Where the norm stands: before each part (pre) or after each residual sum (post).
enum class NormPlacement { pre, post };
enum class NormKind { layer_norm, rms_norm };

struct TransformerBlockConfig {
  int64_t d_model;
  int64_t d_ff;
  NormPlacement norm = NormPlacement::pre;
  NormKind norm_kind = NormKind::layer_norm;
  Activation activation = Activation::gelu;
  double dropout = 0;
  double norm_eps = 1e-5;
  Bias bias = Bias::learned;  ///< of the feed-forward network and of layer norms
};

/// The norm that a config names, [..., d_model] → the same shape.
std::unique_ptr<TensorLayer> make_norm(const Slot& slot, const TransformerBlockConfig& config);

/// An encoder block holding any attention; with a causal mask, a decoder-only one. Vaswani et al.
/// 2017, §3.1 (post); Xiong et al. 2020 (pre). Both inputs of the attention are the same sequence,
/// or the second is another one.
struct TransformerBlock : Layer<TransformerBlock> {
  const NormPlacement norm;
  std::unique_ptr<TensorLayer> attention_norm, feed_forward_norm;
  std::unique_ptr<AttentionLayer> attention;
  FeedForward feed_forward;
  Dropout dropout;

  /// Throws ValueError on sizes below 1 and if the factory makes nothing.
  TransformerBlock(const Slot& slot, const TransformerBlockConfig& config,
                   const AttentionFactory& make_attention);

  /// x [B, L, d_model] attends to itself → [B, L, d_model]
  Tensor forward(const Tensor& x, const Mask& mask = no_mask, KeyValueCache* cache = nullptr);
  /// x [B, L_1, d_model] attends to memory [B, L_2, D_2] → [B, L_1, d_model]
  Tensor forward(const Tensor& x, const Tensor& memory, const Mask& mask = no_mask);

 private:
  Tensor add_feed_forward(const Tensor& x);
};

}  // namespace heed
