// OpenedAttentions: the attentions of a model, to be exchanged for such that can be watched and
// whose heads can be turned down.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/inspect/heads/gated_attention.h"
#include "heed/examples/cli/model/model.h"

namespace heed {

/// One that translates into a multi-head attention, with the one in words of heads.
struct OpenedAttention {
  std::string path;
  AnyAttention* place;  ///< in the model
  AnyAttention other;   ///< the one that is not in the model now
  GatedAttention* gated;

  int64_t H() const { return gated->attention().H; }
  /// Gates that are 1, of a shape that ends with H.
  Tensor open_gates(const Shape& shape) const;
  /// Gates [H] that are 1, but 0 for one head.
  Tensor gates_without(int64_t head) const;
};

/// With copies of the parameters as they are now. The model outlives it.
class OpenedAttentions {
 public:
  explicit OpenedAttentions(Model& model);

  /// Puts those with gates into the model; called again: the model's own.
  void exchange();
  /// Whether they keep the weights of their calls.
  void set_watched(bool on);

  std::vector<OpenedAttention> all{};
  std::vector<std::string> untranslated{};  ///< paths of the model's other attentions
};

/// While it lives, those with gates are in the model.
class ExchangeScope {
 public:
  explicit ExchangeScope(OpenedAttentions& opened) : opened_(opened) { opened_.exchange(); }
  ~ExchangeScope() { opened_.exchange(); }
  ExchangeScope(const ExchangeScope&) = delete;
  ExchangeScope& operator=(const ExchangeScope&) = delete;

 private:
  OpenedAttentions& opened_;
};

/// What one forward and one backward of a model gives, into which `opened` are exchanged.
struct GateGradients {
  Tensor scores;                  ///< of the model
  std::vector<Tensor> gradients;  ///< [B, H] of each: ∂ loss of the sequence / ∂ gate of the head
};
/// The loss of a sequence is the mean over its positions that count.
GateGradients gate_gradients(Model& model, const Batch& batch, OpenedAttentions& opened);

}  // namespace heed
