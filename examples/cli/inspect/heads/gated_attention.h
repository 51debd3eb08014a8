// GatedAttention: a MultiHeadAttention that can be watched and whose heads can be turned down, in
// the place of any attention that translates into one.
#pragma once

#include <memory>

#include "heed/modules/attention/any_attention.h"

namespace heed {

class GatedAttention final : public AttentionLayer {
 public:
  explicit GatedAttention(std::unique_ptr<MultiHeadAttention> attention);

  const MultiHeadAttention& attention() const { return *attention_; }
  std::unique_ptr<MultiHeadAttention> as_multi_head() const override;

  Tensor gates = {};  ///< [H] or [B, H]: factors of the heads; undefined: all 1
  /// Keep `weights` and `blocked` of the last call.
  bool is_watched = false;
  Tensor weights = {};  ///< [B, H, L_1, L_2]
  Tensor blocked = {};  ///< bool, broadcasts to the weights; undefined: nothing is

 private:
  Tensor compute(const AttentionInputs& inputs) override;
  std::unique_ptr<MultiHeadAttention> attention_;
};

}  // namespace heed
