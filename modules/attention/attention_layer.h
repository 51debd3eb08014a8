// AttentionLayer: the seam between blocks and attentions. A block owns one behind this interface,
// so any block trains with any attention.
#pragma once

#include <functional>
#include <memory>

#include "heed/framework/nn/module.h"

namespace heed {

/// What one call of an attention gets: query [B, L_1, D_1], key and value [B, L_2, D_2].
struct AttentionInputs {
  const Tensor& query;
  const Tensor& key;
  const Tensor& value;
};

/// One virtual call: inputs → [B, L_1, D_1].
class AttentionLayer {
 public:
  AttentionLayer() = default;
  AttentionLayer(const AttentionLayer&) = delete;
  AttentionLayer& operator=(const AttentionLayer&) = delete;
  virtual ~AttentionLayer() = default;
  virtual Tensor attend(const AttentionInputs& inputs) = 0;
};

/// Makes an attention in the slot it is given.
using AttentionFactory = std::function<std::unique_ptr<AttentionLayer>(const Slot& slot)>;

namespace detail {
template <class Attention, class Call>
struct AttentionAdapter final : AttentionLayer {
  Attention attention;
  Call call;
  template <class... Arguments>
  AttentionAdapter(const Slot& slot, Call how, const Arguments&... arguments)
      : attention(slot, arguments...), call(std::move(how)) {}
  Tensor attend(const AttentionInputs& inputs) override { return call(attention, inputs); }
};
}  // namespace detail

/// An `Attention` made with (slot, arguments…) behind the seam; `call(attention, inputs)` says how
/// its own forward takes them.
template <class Attention, class Call, class... Arguments>
std::unique_ptr<AttentionLayer> make_attention(const Slot& slot, Call call,
                                               const Arguments&... arguments) {
  return std::make_unique<detail::AttentionAdapter<Attention, Call>>(slot, std::move(call),
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

}  // namespace heed
