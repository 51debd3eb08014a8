// AnyAttention: the interface between blocks and attentions. A block owns one, so any block trains
// with any attention.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "heed/framework/nn/any_module.h"
#include "heed/modules/attention/multi_head_attention.h"

namespace heed {

/// An attention of any class, or none. The class says what it supports and how it is called:
///
///   static constexpr AttentionAbilities abilities{.masks = true};
///   Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value,
///                 const AttentionCall& call);
///
/// and, if a MultiHeadAttention computes the same, `as_multi_head() const`, which makes that one.
class AnyAttention {
 public:
  AnyAttention() = default;
  /// Takes an attention: a module with `abilities` and `attend`.
  template <class Attention>
  explicit AnyAttention(std::unique_ptr<Attention> attention)
      : name_(detail::bare_type_name<Attention>()),
        abilities_(Attention::abilities),
        as_multi_head_([one = attention.get()]() -> std::unique_ptr<MultiHeadAttention> {
          if constexpr (requires { one->as_multi_head(); }) return one->as_multi_head();
          return nullptr;
        }),
        attend_(std::move(attention), &Attention::attend) {}

  /// Whether it holds an attention.
  explicit operator bool() const { return static_cast<bool>(attend_); }
  /// What it supports.
  const AttentionAbilities& abilities() const { return abilities_; }

  /// query [B, L_1, D_1], key and value [B, L_2, D_2] → [B, L_1, D_1]. Throws ValueError if another
  /// shape results, or the call asks for what is not supported: a mask is never ignored.
  Tensor operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                    const AttentionCall& call = {}) const;
  /// The same attention as a MultiHeadAttention of its own, with copies of the parameters; nullptr
  /// if it is none.
  std::unique_ptr<MultiHeadAttention> as_multi_head() const { return as_multi_head_(); }

 private:
  std::string_view name_;
  AttentionAbilities abilities_;
  std::function<std::unique_ptr<MultiHeadAttention>()> as_multi_head_;
  AnyModule<Tensor(const Tensor&, const Tensor&, const Tensor&, const AttentionCall&)> attend_;
};

/// Makes an attention in the slot it is given.
using AttentionFactory = std::function<AnyAttention(const Slot& slot)>;

/// An `Attention` made with (slot, arguments…).
template <class Attention, class... Arguments>
AnyAttention make_attention(const Slot& slot, const Arguments&... arguments) {
  return make_any<AnyAttention, Attention>(slot, arguments...);
}

/// An attention of a model and its place in the tree.
struct PlacedAttention {
  std::string path;         ///< with dots between: "encoder.blocks.0.attention"
  AnyAttention* attention;  ///< belongs to the model
};

}  // namespace heed
