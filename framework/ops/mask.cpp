#include "heed/framework/ops/mask.h"

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

/// a or b.
Tensor either(const Tensor& a, const Tensor& b) {
  return a.defined() ? masked_fill(a, b, 1) : b;
}

/// column − row [L_1, L_2] as seen from the alignment: 0 is a query's own place.
Tensor distance(const Shape& scores, Alignment alignment, int64_t first_query) {
  const int64_t L_1 = scores[scores.size() - 2], L_2 = scores[scores.size() - 1];
  const int64_t first = alignment == Alignment::top_left ? first_query : L_2 - L_1;
  const Tensor rows = add(arange(L_1), static_cast<double>(first));
  return arange(L_2).unsqueeze(0) - rows.unsqueeze(1);
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
      return gt(distance(scores, part.alignment, part.first_query), 0);
    case Kind::window:
      break;
  }
  const Tensor along = distance(scores, part.alignment, part.first_query);
  const auto width = static_cast<double>(part.width);
  return either(gt(along, width), lt(along, -width));
}

Mask::Parts Mask::resolve(const Shape& scores, DType dtype) const {
  if (scores.size() < 2) {
    throw ShapeError("Mask: scores must be [..., L_1, L_2], got ", scores);
  }
  Parts result;
  for (const Part& part : parts_) {
    Tensor blocked;
    {
      const NoGrad guard;
      blocked = blocked_by(part, scores);
      result.blocked = either(result.blocked, blocked);
    }
    if (part.kind != Kind::additive) continue;
    check_dtype("Mask::additive", "the bias", part.tensor, dtype);
    const Tensor bias = masked_fill(part.tensor, blocked, 0);
    result.bias = result.bias.defined() ? result.bias + bias : bias;
  }
  return result;
}

Tensor masked_softmax(const Tensor& x, const Tensor& blocked, int64_t dim) {
  check_floating("masked_softmax", x.dtype());
  check_dtype("masked_softmax", "the mask", blocked, DType::boolean);
  check_broadcasts("masked_softmax", blocked, x.shape());
  const int64_t d = normalize_dim("masked_softmax", dim, x.dim());
  const Tensor mask = expand(blocked, x.shape());
  return record("masked_softmax", kernels::masked_softmax(x, mask, d),
                {{x, [d, mask = Saved(mask)](const Tensor& g, const Tensor& y) {
                    // As softmax; y is 0 where g might be NaN, so that g is masked first.
                    const Tensor open = masked_fill(g, mask, 0);
                    return y * (open - sum(open * y, {d}, true));
                  }}});
}

}  // namespace heed
