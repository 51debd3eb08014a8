#include "heed/framework/ops/mask.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/softmax.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void check_broadcasts(const char* op, const Tensor& mask, const Shape& scores) {
  if (broadcast_shapes(op, mask.shape(), scores) == scores) return;
  throw ShapeError(op, ": ", mask.shape(), " does not broadcast to the scores' ", scores);
}

constexpr Mask::Band everything{std::numeric_limits<int64_t>::min() / 2,
                                std::numeric_limits<int64_t>::max() / 2};

/// a or b.
Tensor either(const Tensor& a, const Tensor& b) {
  return a.defined() ? masked_fill(a, b, 1) : b;
}

/// bool [L_1, L_2]: true for the keys that a band blocks for a query.
Tensor outside(const Mask::Band& band, const Shape& scores) {
  const int64_t L_1 = scores[scores.size() - 2], L_2 = scores[scores.size() - 1];
  const Tensor blocked = full({L_1, L_2}, 1, DType::boolean);
  for (int64_t i = 0; i < L_1; ++i) {
    bool* const row = blocked.mutable_data<bool>() + i * L_2;
    const int64_t first = std::clamp<int64_t>(i + band.first, 0, L_2);
    const int64_t end = std::clamp<int64_t>(i + band.last + 1, first, L_2);
    std::fill(row + first, row + end, false);
  }
  return blocked;
}

/// True for keys beyond the lengths [B] or [B, L_1].
Tensor beyond(const Tensor& lengths, const Shape& scores) {
  const int64_t rank = scores.size();
  const bool per_query = lengths.dim() == 2;
  if (rank < 3 || lengths.dim() < 1 || lengths.dim() > 2 || lengths.size(0) != scores[0] ||
      (per_query && lengths.size(1) != scores[rank - 2])) {
    throw ShapeError("Mask::lengths: must be [B] or [B, L_1] for scores [B, ..., L_1, L_2] of ",
                     scores, ", got ", lengths.shape());
  }
  Shape shape = IntList::filled(rank, 1);
  shape[0] = scores[0];
  if (per_query) shape[rank - 2] = scores[rank - 2];
  return ge(arange(scores[rank - 1]), reshape(lengths, shape));
}

void check_rank(const char* op, const Tensor& mask, int64_t rank, const char* layout) {
  if (mask.dim() == rank) return;
  throw ShapeError(op, ": the layout is ", layout, ", got ", mask.shape());
}

/// A view of `mask` that broadcasts to [B, H, L_1, L_2].
Tensor arranged(const char* op, const Tensor& mask, MaskLayout layout) {
  switch (layout) {
    case MaskLayout::batch_keys:
      check_rank(op, mask, 2, "[B, L_2]");
      return mask.unsqueeze(1).unsqueeze(1);
    case MaskLayout::batch_queries_keys:
      check_rank(op, mask, 3, "[B, L_1, L_2]");
      return mask.unsqueeze(1);
    case MaskLayout::batch_keys_queries:
      check_rank(op, mask, 3, "[B, L_2, L_1]");
      return mask.transpose(1, 2).unsqueeze(1);
    case MaskLayout::queries_keys_batch:
      check_rank(op, mask, 3, "[L_1, L_2, B]");
      return mask.permute({2, 0, 1}).unsqueeze(1);
    case MaskLayout::broadcast:
      break;
  }
  return mask;
}

}  // namespace

Mask Mask::keep(const Tensor& mask, MaskLayout layout) {
  check_dtype("Mask::keep", "the mask", mask, DType::boolean);
  return Mask({Kind::keep, arranged("Mask::keep", mask, layout)});
}

Mask Mask::block(const Tensor& mask, MaskLayout layout) {
  check_dtype("Mask::block", "the mask", mask, DType::boolean);
  return Mask({Kind::block, arranged("Mask::block", mask, layout)});
}

Mask Mask::additive(const Tensor& bias, MaskLayout layout) {
  check_floating("Mask::additive", bias.dtype());
  return Mask({Kind::additive, arranged("Mask::additive", bias, layout)});
}

Mask Mask::lengths(const Tensor& lengths) {
  check_dtype("Mask::lengths", "lengths", lengths, DType::i64);
  return Mask({Kind::lengths, lengths});
}

Mask Mask::causal(Alignment alignment) {
  return Mask({Kind::causal, {}, 0, alignment});
}

Mask Mask::window(int64_t width, Alignment alignment) {
  if (width < 0) throw ValueError("Mask::window: width must not be negative, got ", width);
  return Mask({Kind::window, {}, width, alignment});
}

Mask Mask::window(int64_t width, int64_t first_query) {
  Mask mask = window(width);
  mask.parts_.front().first_query = first_query;
  return mask;
}

Mask operator&(const Mask& a, const Mask& b) {
  Mask both = a;
  both.parts_.insert(both.parts_.end(), b.parts_.begin(), b.parts_.end());
  return both;
}

bool Mask::is_causal(Alignment alignment) const {
  for (const Part& part : parts_) {
    if (part.kind == Kind::causal && part.alignment == alignment) return true;
  }
  return false;
}

bool Mask::is_only_causal() const {
  return !empty() && std::all_of(parts_.begin(), parts_.end(),
                                 [](const Part& part) { return part.kind == Kind::causal; });
}

Tensor Mask::blocked_by(const Part& part, const Shape& scores) {
  switch (part.kind) {
    case Kind::keep:
      check_broadcasts("Mask::keep", part.tensor, scores);
      return eq(part.tensor, 0);
    case Kind::block:
      check_broadcasts("Mask::block", part.tensor, scores);
      return part.tensor;
    case Kind::additive:
      check_broadcasts("Mask::additive", part.tensor, scores);
      return eq(part.tensor, -infinity);
    case Kind::lengths:
      return beyond(part.tensor, scores);
    case Kind::causal:
    case Kind::window:
      break;
  }
  return outside(band_of(part, scores), scores);
}

Mask::Band Mask::band_of(const Part& part, const Shape& scores) {
  const int64_t L_1 = scores[scores.size() - 2], L_2 = scores[scores.size() - 1];
  constexpr int64_t far = everything.last / 2;  // so that nothing below overflows
  const int64_t own =
      part.alignment == Alignment::top_left ? std::clamp(part.first_query, -far, far) : L_2 - L_1;
  if (part.kind == Kind::causal) return {everything.first, own};
  const int64_t width = std::min(part.width, far);
  return {own - width, own + width};
}

bool Mask::Band::limits(const Shape& scores) const {
  const int64_t L_1 = scores[scores.size() - 2], L_2 = scores[scores.size() - 1];
  return L_1 > 0 && (L_1 - 1 + first > 0 || last < L_2 - 1);
}

Mask::Apart Mask::resolve_apart(const Shape& scores, DType dtype) const {
  if (scores.size() < 2) {
    throw ShapeError("Mask: scores must be [..., L_1, L_2], got ", scores);
  }
  Apart result{everything, {}};
  for (const Part& part : parts_) {
    if (part.kind == Kind::causal || part.kind == Kind::window) {
      const Band band = band_of(part, scores);
      result.band = {std::max(result.band.first, band.first),
                     std::min(result.band.last, band.last)};
      continue;
    }
    Tensor blocked;
    {
      const NoGrad guard;
      blocked = blocked_by(part, scores);
      result.rest.blocked = either(result.rest.blocked, blocked);
    }
    if (part.kind != Kind::additive) continue;
    check_dtype("Mask::additive", "the bias", part.tensor, dtype);
    const Tensor bias = masked_fill(part.tensor, blocked, 0);
    result.rest.bias = result.rest.bias.defined() ? result.rest.bias + bias : bias;
  }
  return result;
}

Mask::Parts Mask::resolve(const Shape& scores, DType dtype) const {
  auto [band, parts] = resolve_apart(scores, dtype);
  if (band.limits(scores)) parts.blocked = either(parts.blocked, outside(band, scores));
  return parts;
}

Tensor masked_softmax(const Tensor& x, const Tensor& blocked, int64_t dim) {
  check_floating("masked_softmax", x.dtype());
  check_dtype("masked_softmax", "the mask", blocked, DType::boolean);
  check_broadcasts("masked_softmax", blocked, x.shape());
  const int64_t d = normalize_dim("masked_softmax", dim, x.dim());
  const Tensor mask = expand(blocked, x.shape());
  constexpr auto composed = [](const Tensor& g, const Tensor& y, const Tensor& closed,
                               int64_t along) {
    // As softmax; y is 0 where g might be NaN, so that g is masked first.
    const Tensor open = masked_fill(g, closed, 0);
    return y * (open - sum(open * y, {along}, true));
  };
  return record("masked_softmax", kernels::masked_softmax(x, mask, d), x,
                fused<kernels::masked_softmax_backward, composed>(Saved(mask), d));
}

}  // namespace heed
