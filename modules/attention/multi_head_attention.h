// MultiHeadAttention: the full one, of which the attentions of the documents are special cases.
#pragma once

#include <memory>
#include <optional>

#include "heed/modules/attention/kv_cache.h"
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
  Bias query_bias = Bias::learned, key_bias = Bias::learned, value_bias = Bias::learned,
       output_bias = Bias::learned;
  std::optional<Alignment> causal = {};  ///< no query sees a later key
  std::optional<int64_t> window = {};    ///< nor one further away than this
  RelativePositionsFactory positions = {};
  double dropout = 0;      ///< of the weights, in training
  bool recompute = false;  ///< scores are computed again in backward, not kept
};

/// What one call may bring along and take away.
struct AttentionCall {
  Mask mask = {};
  /// Keys and values go on where the cache ends and join it, unless the call throws; queries are
  /// the last positions. Needs a causal rule: of the config, or
  /// Mask::causal(Alignment::bottom_right).
  KeyValueCache* cache = nullptr;
  /// Where the first query stands for relative positions and the window, unless a cache or the
  /// config's causal rule says so. A mask of the call never moves it: masks only block and add.
  int64_t first_query = 0;
  Tensor head_gates = {};     ///< [H] or [B, H]: factors of the heads before W_O
  Tensor* weights = nullptr;  ///< gets [B, H, L_1, L_2] before dropout
};

/// concat_h(softmax(Q_h K_hᵀ / √D_qk + mask) V_h) W_Oᵀ. Vaswani et al. 2017, §3.2.
///
/// Head h owns rows h·D … (h+1)·D − 1 of W_Q and columns of W_O. A query with nothing to attend to
/// gives zeros before W_O.
struct MultiHeadAttention : Layer<MultiHeadAttention> {
  const MultiHeadAttentionConfig config;  ///< with every size filled in
  const int64_t H, n_kv_heads, D_qk, D_v;
  Linear W_Q, W_K, W_V, W_O;
  std::unique_ptr<RelativePositions> positions;

  /// Throws ValueError naming both numbers if H does not divide D_1 where it must, or n_kv_heads
  /// not H.
  MultiHeadAttention(const Slot& slot, const MultiHeadAttentionConfig& config);

  /// query [B, L_1, D_1], key [B, L_2, D_2], value [B, L_2, D_value] → [B, L_1, D_out]
  Tensor forward(const Tensor& query, const Tensor& key, const Tensor& value,
                 const AttentionCall& options = {});
  /// What forward masks by: the call's mask and the config's own rules. Throws ValueError for a
  /// cache without a causal rule, or with one that counts from the first query.
  Mask rule(const AttentionCall& options) const;
  /// A root with copies of the parameters.
  std::unique_ptr<MultiHeadAttention> as_multi_head() const;

 private:
  Alignment alignment(const AttentionCall& options) const;
  Tensor weighted_values(const Tensor& Q, const Tensor& K, const Tensor& V,
                         const AttentionOptions& how, Tensor* weights);
};

/// A root with these parameters, in their dtype. Throws ModuleError as load_state_dict does.
std::unique_ptr<MultiHeadAttention> multi_head_of(const MultiHeadAttentionConfig& config,
                                                  const NamedTensors& state);

}  // namespace heed
