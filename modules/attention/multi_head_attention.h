// MultiHeadAttention: the full one, of which the attentions of the documents are special cases.
#pragma once

#include <memory>
#include <optional>

#include "heed/modules/attention/attention_call.h"
#include "heed/modules/attention/relative_positions.h"
#include "heed/modules/linear.h"

namespace heed {

/// Sizes and parts. What is left out: D_2 is D_1, D_value is D_2, D_out is D_1, D_qk and D_v are
/// D_1 / H, n_kv_heads is H.
struct MultiHeadAttentionConfig {
  int64_t D_1;                          ///< width of the attending sequence
  int64_t H;                            ///< query heads
  std::optional<int64_t> D_2 = {};      ///< width of the keys' sequence
  std::optional<int64_t> D_value = {};  ///< width of the values' sequence
  std::optional<int64_t> D_out = {};    ///< width of the result
  std::optional<int64_t> D_qk = {};     ///< width of a head's queries and keys
  std::optional<int64_t> D_v = {};      ///< width of a head's values
  /// Heads of keys and values, each serving H / n_kv_heads queries' heads in turn. Ainslie et al.
  /// 2023; with one, Shazeer 2019.
  std::optional<int64_t> n_kv_heads = {};
  Bias query_bias = Bias::learned;       ///< of W_Q
  Bias key_bias = Bias::learned;         ///< of W_K
  Bias value_bias = Bias::learned;       ///< of W_V
  Bias output_bias = Bias::learned;      ///< of W_O
  std::optional<Alignment> causal = {};  ///< no query sees a later key
  std::optional<int64_t> window = {};    ///< nor one further away than this
  /// Queries and keys of each head are divided by their root mean square, so that no score exceeds
  /// √D_qk. Henry et al. 2020, Dehghani et al. 2023; without learned gains.
  bool qk_norm = false;
  RelativePositionsFactory relative_positions = {};  ///< how it knows distances; empty: it does not
  double dropout = 0;                                ///< of the weights, in training
  bool recompute = false;  ///< scores are recomputed in backward instead of stored
};

/// concat_h(softmax(Q_h K_hᵀ / √D_qk + mask) V_h) W_Oᵀ. Vaswani et al. 2017, §3.2.
///
/// Head h owns rows h·D … (h+1)·D − 1 of W_Q and columns of W_O. A query with nothing to attend to
/// gives zeros before W_O.
struct MultiHeadAttention : Layer<MultiHeadAttention> {
  const MultiHeadAttentionConfig config;  ///< with every size filled in
  /// Number of heads, of queries and of keys, and their widths.
  const int64_t H, n_kv_heads, D_qk, D_v;
  /// [H·D_qk, D_1], [n_kv_heads·D_qk, D_2], [n_kv_heads·D_v, D_value], [D_out, H·D_v]
  Linear W_Q, W_K, W_V, W_O;
  std::unique_ptr<RelativePositions> relative_positions;  ///< or none
  /// It can do all that a call may ask for.
  static constexpr AttentionAbilities abilities{
      .masks = true, .caches = true, .separate_values = true, .heads = true};

  /// Throws ValueError naming both numbers if H does not divide D_1 where it must, or n_kv_heads
  /// not H.
  MultiHeadAttention(const Slot& slot, const MultiHeadAttentionConfig& config);

  /// query [B, L_1, D_1], key [B, L_2, D_2], value [B, L_2, D_value] → [B, L_1, D_out]
  Tensor forward(const Tensor& query, const Tensor& key, const Tensor& value,
                 const AttentionCall& call = {});
  /// What a block calls: forward.
  Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value,
                const AttentionCall& call) {
    return (*this)(query, key, value, call);
  }
  /// The call's mask and the config's own rules. Throws ValueError for a cache without a causal
  /// rule, or with one that counts from the first query.
  Mask effective_mask(const AttentionCall& call) const;
  /// A root with copies of the parameters.
  std::unique_ptr<MultiHeadAttention> as_multi_head() const;

 private:
  /// Where the queries and keys of a call stand.
  struct Placement {
    int64_t first_query;
    int64_t first_key;  ///< of the new ones
    int64_t keys;       ///< old and new
  };
  Alignment alignment(const AttentionCall& call) const;
  Placement placement(const AttentionCall& call, int64_t L_1, int64_t L_2) const;
  /// [B, L, heads·D_qk] → [B, heads, L, D_qk], normalised if the config says so.
  Tensor split_to_score(const Tensor& projected, int64_t heads) const;
  Tensor weighted_values(const Tensor& Q, const Tensor& K, const Tensor& V,
                         const AttentionOptions& how, Tensor* weights);
};

/// A root with these parameters, in their dtype. Throws ModuleError as load_state_dict does.
std::unique_ptr<MultiHeadAttention> multi_head_of(const MultiHeadAttentionConfig& config,
                                                  const NamedTensors& state);

}  // namespace heed
