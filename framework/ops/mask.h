// Mask: which keys a query may attend to. What a tensor's true means is said by the name of the
// function that takes it, so polarity cannot be mixed up:
//
//   Mask::causal() & Mask::lengths(lengths) & Mask::block(padding)
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// How the queries of a causal mask or a window align with the keys when their numbers differ:
/// first to first, or last to last (decoding with a cache). PyTorch's is_causal is top_left.
enum class Alignment {
  top_left,      ///< query 0 sees key 0
  bottom_right,  ///< the last query sees the last key
};

/// What the dimensions of a mask's tensor are, for scores [B, H, L_1, L_2]. A mask [B, L_1, L_2]
/// that only broadcast would be read as one for each head wherever B = H: its layout is named.
enum class MaskLayout {
  broadcast,           ///< as it is: [L_1, L_2], [H, L_1, L_2], [B, 1, 1, L_2], ...
  batch_keys,          ///< [B, L_2], for every query: padding
  batch_queries_keys,  ///< [B, L_1, L_2], for every head
  batch_keys_queries,  ///< [B, L_2, L_1], the transpose: masks of scores K·Qᵀ
  queries_keys_batch   ///< [L_1, L_2, B or 1]: sequence-first models
};

/// A rule over scores [..., L_1, L_2]. The default blocks nothing. Tensors must broadcast
/// to the scores they are used with, once arranged as their layout says.
class Mask {
 public:
  Mask() = default;
  /// bool: true = may attend. All three throw ShapeError if the rank is not the layout's.
  static Mask keep(const Tensor& mask, MaskLayout layout = MaskLayout::broadcast);
  /// bool: true = may not attend.
  static Mask block(const Tensor& mask, MaskLayout layout = MaskLayout::broadcast);
  /// Floating: added to the scaled scores, with a gradient; −∞ blocks.
  static Mask additive(const Tensor& bias, MaskLayout layout = MaskLayout::broadcast);
  /// i64 [B] or [B, L_1]: only this many keys of each sample (or query), the first ones, are
  /// visible.
  static Mask lengths(const Tensor& lengths);
  /// Query i may attend to keys 0 … i (counted from the alignment).
  static Mask causal(Alignment alignment = Alignment::top_left);
  /// Query i may attend to keys i − width … i + width; with `& causal()` only to earlier ones.
  static Mask window(int64_t width, Alignment alignment = Alignment::top_left);
  /// The same where query 0 is at the position of key `first_query`.
  static Mask window(int64_t width, int64_t first_query);
  /// What both let through; what both add is added.
  friend Mask operator&(const Mask& a, const Mask& b);

  /// Whether it blocks nothing and adds nothing.
  bool empty() const { return parts_.empty(); }
  /// Whether a causal rule of this alignment is part of it.
  bool is_causal(Alignment alignment) const;
  /// Whether there are causal rules and no others.
  bool is_only_causal() const;

  /// A rule as tensors.
  struct Parts {
    Tensor blocked;  ///< bool, broadcasts to the scores; undefined: nothing is blocked
    Tensor bias;     ///< of the scores' dtype, finite where not blocked; undefined: none
  };
  /// The rule for scores of a shape [..., L_1, L_2] and dtype. Throws ShapeError, DTypeError naming
  /// the kind of mask.
  Parts resolve(const Shape& scores, DType dtype) const;

  /// Query i sees at most the keys i + first … i + last: what causal rules and windows let through.
  struct Band {
    /// Relative to the query's own position; both inclusive.
    int64_t first, last;
    bool limits(const Shape& scores) const;  ///< whether it blocks any key for a query
  };
  /// The same as a band and the rest, which is cheaper where the band need not become a tensor.
  struct Apart {
    Band band;   ///< the causal rules and windows, joined
    Parts rest;  ///< everything else
  };
  /// As `resolve`, without making the band a tensor.
  Apart resolve_apart(const Shape& scores, DType dtype) const;

 private:
  enum class Kind { keep, block, additive, lengths, causal, window };
  struct Part {
    Kind kind;
    Tensor tensor = {};
    int64_t width = 0;
    Alignment alignment = Alignment::top_left;
    int64_t first_query = 0;  ///< of top_left
  };
  explicit Mask(Part part) : parts_{std::move(part)} {}
  static Tensor blocked_by(const Part& part, const Shape& scores);
  static Band band_of(const Part& part, const Shape& scores);
  std::vector<Part> parts_;
};

/// Row-wise softmax over what is not blocked: blocked elements are exactly 0 and have a gradient of
/// exactly 0, whatever their value; a row of which all is blocked is zeros. `blocked` is bool and
/// broadcasts to x.
Tensor masked_softmax(const Tensor& x, const Tensor& blocked, int64_t dim = -1);

}  // namespace heed
