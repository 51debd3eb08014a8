// GatedAttention: a MultiHeadAttention that can be watched and whose heads can be turned down, in
// the place of any attention that translates into one.
#pragma once

#include <memory>

#include "heed/modules/attention/any_attention.h"

namespace heed {

class GatedAttention {
 public:
  static constexpr AttentionAbilities abilities = MultiHeadAttention::abilities;

  explicit GatedAttention(std::unique_ptr<MultiHeadAttention> attention);

  const MultiHeadAttention& attention() const { return *attention_; }
  std::unique_ptr<MultiHeadAttention> as_multi_head() const;
  Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value,
                const AttentionCall& call);

  Tensor gates = {};  ///< [H] or [B, H]: factors of the heads; undefined: all 1
  /// Keep `weights` and `blocked` of the last call.
  bool is_watched = false;
  Tensor weights = {};  ///< [B, H, L_1, L_2]
  Tensor blocked = {};  ///< bool, broadcasts to the weights; undefined: nothing is

 private:
  std::unique_ptr<MultiHeadAttention> attention_;
};

}  // namespace heed
