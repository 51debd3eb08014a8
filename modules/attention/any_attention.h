// AttentionLayer: the seam between blocks and attentions. A block owns one behind this interface,
// so any block trains with any attention.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "heed/modules/attention/multi_head_attention.h"

namespace heed {

/// The mask that lets everything through.
inline const Mask no_mask;

/// What one call of an attention gets: query [B, L_1, D_1], key and value [B, L_2, D_2], a mask
/// over scores [B, H, L_1, L_2] and, where a sequence is generated, a cache.
struct AttentionInputs {
  const Tensor& query;
  const Tensor& key;
  const Tensor& value;
  const Mask& mask = no_mask;
  KeyValueCache* cache = nullptr;
  int64_t first_query = 0;  ///< where the first query stands among its own, if it has no cache
};

/// What an attention can be asked for behind the seam.
struct AttentionAbilities {
  bool masks = false;
  bool caches = false;
  bool crosses = true;  ///< one sequence may attend to another
};

/// One virtual call: inputs → [B, L_1, D_1].
class AttentionLayer {
 public:
  explicit AttentionLayer(AttentionAbilities can_do = {}) : abilities(can_do) {}
  AttentionLayer(const AttentionLayer&) = delete;
  AttentionLayer& operator=(const AttentionLayer&) = delete;
  virtual ~AttentionLayer() = default;

  const AttentionAbilities abilities;
  /// Throws ValueError if the inputs ask for what it can not do: a mask is never ignored.
  Tensor attend(const AttentionInputs& inputs) {
    if (!inputs.mask.empty() && !abilities.masks) {
      throw ValueError("attention: it knows no masks; choose one that does");
    }
    if (inputs.cache != nullptr && !abilities.caches) {
      throw ValueError("attention: it knows no cache; generate without, or choose one that does");
    }
    const bool one = inputs.query.is_same(inputs.key) && inputs.query.is_same(inputs.value);
    if (!one && !abilities.crosses) {
      throw ValueError(
          "attention: one sequence attends to itself, so query, key and value must be the same "
          "tensor");
    }
    return compute(inputs);
  }
  /// The same attention as a MultiHeadAttention of its own, with copies of the parameters; nullptr
  /// if it is none.
  virtual std::unique_ptr<MultiHeadAttention> as_multi_head() const { return nullptr; }

 private:
  virtual Tensor compute(const AttentionInputs& inputs) = 0;
};

/// Makes an attention in the slot it is given.
using AttentionFactory = std::function<std::unique_ptr<AttentionLayer>(const Slot& slot)>;

namespace detail {
template <class Attention, class Call>
class AttentionAdapter final : public AttentionLayer {
 public:
  template <class... Arguments>
  AttentionAdapter(const Slot& slot, AttentionAbilities can_do, Call how,
                   const Arguments&... arguments)
      : AttentionLayer(can_do), attention_(slot, arguments...), call_(std::move(how)) {}
  std::unique_ptr<MultiHeadAttention> as_multi_head() const override {
    if constexpr (requires { attention_.as_multi_head(); }) return attention_.as_multi_head();
    return nullptr;
  }

 private:
  Tensor compute(const AttentionInputs& inputs) override { return call_(attention_, inputs); }
  Attention attention_;
  Call call_;
};
}  // namespace detail

/// An `Attention` made with (slot, arguments…) behind the seam; `call(attention, inputs)` says how
/// its own forward takes them. With `.masks` or `.caches` the call hands those on; without
/// `.crosses` it gets one sequence as all three.
template <class Attention, AttentionAbilities can_do = AttentionAbilities{}, class Call,
          class... Arguments>
std::unique_ptr<AttentionLayer> make_attention(const Slot& slot, Call call,
                                               const Arguments&... arguments) {
  return std::make_unique<detail::AttentionAdapter<Attention, Call>>(slot, can_do, std::move(call),
                                                                     arguments...);
}

/// The one sequence that is both key and value, for attentions that take it once. Throws ValueError
/// naming `owner` if they are two.
inline const Tensor& attended(const char* owner, const AttentionInputs& inputs) {
  if (!inputs.key.is_same(inputs.value)) {
    throw ValueError(owner, ": attends one sequence, so key and value must be the same tensor");
  }
  return inputs.key;
}

/// A MultiHeadAttention behind the seam.
inline std::unique_ptr<AttentionLayer> make_multi_head(const Slot& slot,
                                                       const MultiHeadAttentionConfig& config) {
  return make_attention<MultiHeadAttention, AttentionAbilities{.masks = true, .caches = true}>(
      slot,
      [](MultiHeadAttention& attention, const AttentionInputs& in) {
        return attention(
            in.query, in.key, in.value,
            AttentionCall{.mask = in.mask, .cache = in.cache, .first_query = in.first_query});
      },
      config);
}

}  // namespace heed
