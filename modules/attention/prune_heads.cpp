#include "heed/modules/attention/prune_heads.h"

#include <algorithm>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// The heads that remain. Throws unless `removed` are different heads, and not all.
std::vector<int64_t> remaining_heads(int64_t H, const std::vector<int64_t>& removed) {
  std::vector<bool> remains(static_cast<size_t>(H), true);
  for (const int64_t h : removed) {
    if (h < 0 || h >= H || !remains[static_cast<size_t>(h)]) {
      throw ValueError("prune_heads: each head is one of 0 to ", H - 1, ", named once; got ", h);
    }
    remains[static_cast<size_t>(h)] = false;
  }
  std::vector<int64_t> remaining;
  for (int64_t h = 0; h < H; ++h) {
    if (remains[static_cast<size_t>(h)]) remaining.push_back(h);
  }
  if (remaining.empty() && H == 1) throw ValueError("prune_heads: the model has only one head");
  if (remaining.empty()) {
    throw ValueError("prune_heads: all ", H, " heads would be removed; keep one");
  }
  return remaining;
}

/// The indices h·width … (h+1)·width − 1 of every head h.
Tensor places_of(const std::vector<int64_t>& heads, int64_t width) {
  std::vector<int64_t> places;
  for (const int64_t h : heads) {
    for (int64_t i = 0; i < width; ++i) places.push_back(h * width + i);
  }
  return from_values(places, {static_cast<int64_t>(places.size())});
}

}  // namespace

std::unique_ptr<MultiHeadAttention> prune_heads(const MultiHeadAttention& attention,
                                                const std::vector<int64_t>& removed) {
  const std::vector<int64_t> remaining = remaining_heads(attention.H, removed);
  if (attention.n_kv_heads != attention.H) {
    throw ValueError("prune_heads: heads share keys and values: n_kv_heads = ",
                     attention.n_kv_heads, ", H = ", attention.H);
  }
  if (attention.relative_positions && attention.relative_positions->differs_between_heads()) {
    throw ValueError("prune_heads: the relative positions differ between heads");
  }
  MultiHeadAttentionConfig config = attention.config;
  config.H = static_cast<int64_t>(remaining.size());
  config.n_kv_heads = config.H;
  const NoGrad guard;
  const Tensor qk = places_of(remaining, attention.D_qk), v = places_of(remaining, attention.D_v);
  NamedTensors state;
  for (const auto& [name, tensor] : attention.state_dict()) {
    if (name == "W_O.weight") {
      state.emplace_back(name, index_select(tensor, 1, v));
    } else if (name.starts_with("W_Q.") || name.starts_with("W_K.")) {
      state.emplace_back(name, index_select(tensor, 0, qk));
    } else if (name.starts_with("W_V.")) {
      state.emplace_back(name, index_select(tensor, 0, v));
    } else {
      state.emplace_back(name, tensor);
    }
  }
  auto pruned = multi_head_of(config, state);
  pruned->train(attention.training());
  return pruned;
}

}  // namespace heed
