#include "heed/framework/ops/rearrange.h"

#include <algorithm>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/base/memory.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// `y`, computed from `x`, as a tensor of its own even where nothing had to move.
Tensor not_shared(const Tensor& x, const Tensor& y) {
  return y.storage() == x.storage() ? clone(y) : y;
}

/// `shape` with dimension d `count` times as long.
Shape lengthened(const char* op, const Shape& shape, int64_t d, int64_t count) {
  Shape result = shape;
  bool counts = !__builtin_mul_overflow(shape[d], count, &result[d]);
  int64_t numel = 1;
  for (const int64_t size : result) {
    counts = counts && !__builtin_mul_overflow(numel, std::max<int64_t>(size, 1), &numel);
  }
  if (counts) return result;
  throw ShapeError(op, ": too many elements to count: ", shape, " with dim ", d, " ", count,
                   " times as long");
}

/// x with dimension d `count` times as long: all that is from dimension `at` on, which is d or
/// d + 1, is repeated.
Tensor repeat_along(const char* op, const Tensor& x, int64_t d, int64_t at, int64_t count) {
  const Shape result = lengthened(op, x.shape(), d, count);
  int64_t outer = 1, inner = 1;  // three dimensions, however many x has
  for (int64_t i = 0; i < x.dim(); ++i) (i < at ? outer : inner) *= x.shape()[i];
  return reshape(expand(reshape(x, {outer, 1, inner}), {outer, count, inner}), result);
}

Tensor repeated(const char* op, const Tensor& x, const IntList& repeats) {
  Shape shape = x.shape();
  while (shape.size() < repeats.size()) shape.insert(0, 1);
  Shape result = shape;
  for (int64_t d = repeats.size() - 1; d >= 0; --d) {  // before anything is repeated
    if (repeats[d] < 0) throw ValueError(op, ": numbers must not be negative, got ", repeats);
    result = lengthened(op, result, d, repeats[d]);
  }
  Tensor y = reshape(x, shape);
  for (int64_t d = repeats.size() - 1; d >= 0; --d) {
    if (repeats[d] != 1) y = repeat_along(op, y, d, d, repeats[d]);
  }
  return not_shared(x, y);
}

}  // namespace

Tensor flatten(const Tensor& x, int64_t start_dim, int64_t end_dim) {
  const int64_t start = normalize_dim("flatten", start_dim, x.dim());
  const int64_t end = normalize_dim("flatten", end_dim, x.dim());
  if (start > end) {
    throw ValueError("flatten: start_dim ", start_dim, " is after end_dim ", end_dim, " for ",
                     x.shape());
  }
  if (x.dim() == 0) return reshape(x, {1});
  Shape shape = x.shape();
  for (int64_t d = end; d > start; --d) {
    shape[d - 1] *= shape[d];
    shape.erase(d);
  }
  return reshape(x, shape);
}

Tensor unflatten(const Tensor& x, int64_t dim, const Shape& sizes) {
  const int64_t d = normalize_dim("unflatten", dim, x.dim());
  if (x.dim() == 0 || sizes.empty()) {
    throw ShapeError("unflatten: needs a dimension and sizes for it, got ", x.shape(), " and ",
                     sizes);
  }
  const Shape parts = infer_size("unflatten", sizes, {x.shape()[d]});
  Shape shape = x.shape();
  shape.erase(d);
  for (int64_t i = 0; i < parts.size(); ++i) shape.insert(d + i, parts[i]);
  return view(x, shape);
}

Tensor movedim(const Tensor& x, const IntList& from, const IntList& to) {
  if (from.size() != to.size()) {
    throw ValueError("movedim: needs one destination for each dimension, got ", from, " and ", to);
  }
  IntList order = IntList::filled(x.dim(), -1);
  IntList moved;
  for (int64_t i = 0; i < from.size(); ++i) {
    const int64_t d = normalize_dim("movedim", from[i], x.dim());
    const int64_t place = normalize_dim("movedim", to[i], x.dim());
    if (moved.contains(d) || (x.dim() > 0 && order[place] >= 0)) {
      throw ValueError("movedim: a dimension appears twice in ", from, " or ", to);
    }
    if (x.dim() > 0) order[place] = d;
    moved.push_back(d);
  }
  int64_t next = 0;
  for (int64_t& d : order) {
    if (d >= 0) continue;
    while (moved.contains(next)) ++next;
    d = next++;
  }
  return permute(x, order);
}

std::vector<Tensor> chunk(const Tensor& x, int64_t chunks, int64_t dim) {
  if (chunks < 1) throw ValueError("chunk: needs at least 1 chunk, got ", chunks);
  const int64_t size = x.shape()[existing_dim("chunk", "cut", dim, x.shape())];
  if (size == 0) {
    check_piece_count("chunk", chunks);
    return split(x, std::vector<int64_t>(memory_size(chunks), 0), dim);
  }
  return split(x, (size - 1) / chunks + 1, dim);
}

Tensor roll(const Tensor& x, const IntList& shifts, const IntList& dims) {
  if (dims.empty() && shifts.size() == 1) {
    return reshape(roll(reshape(x, {x.numel()}), shifts, {0}), x.shape());
  }
  if (shifts.size() != dims.size() || shifts.empty()) {
    throw ValueError("roll: needs one shift for each dimension, got ", shifts, " and ", dims);
  }
  Tensor y = x;
  for (int64_t i = 0; i < dims.size(); ++i) {
    const int64_t d = normalize_dim("roll", dims[i], x.dim());
    const int64_t size = x.dim() == 0 ? 0 : x.shape()[d];
    if (size == 0) continue;
    const int64_t cut = (size - shifts[i] % size) % size;
    if (cut == 0) continue;
    y = cat(std::vector{slice(y, d, cut, size), slice(y, d, 0, cut)}, d);
  }
  return not_shared(x, y);
}

Tensor repeat(const Tensor& x, const IntList& repeats) {
  if (repeats.size() < x.dim()) {
    throw ShapeError("repeat: a number for each dimension of ", x.shape(), ", got ", repeats);
  }
  return repeated("repeat", x, repeats);
}

Tensor tile(const Tensor& x, const IntList& repeats) {
  IntList all = repeats;
  while (all.size() < x.dim()) all.insert(0, 1);
  return repeated("tile", x, all);
}

Tensor repeat_interleave(const Tensor& x, int64_t repeats, std::optional<int64_t> dim) {
  if (repeats < 0) {
    throw ValueError("repeat_interleave: repeats must not be negative, got ", repeats);
  }
  constexpr const char* op = "repeat_interleave";
  const int64_t d = dim ? normalize_dim(op, *dim, x.dim()) : 0;
  const bool is_flat = !dim || x.dim() == 0;
  const Tensor from = is_flat ? reshape(x, {x.numel()}) : x;
  return not_shared(x, repeat_along(op, from, d, d + 1, repeats));
}

namespace {

/// column − row for the last two dimensions.
Tensor diagonals(const char* op, const Tensor& x) {
  if (x.dim() < 2) throw ShapeError(op, ": needs at least 2 dimensions, got ", x.shape());
  return sub(unsqueeze(arange(x.size(-1)), 0), unsqueeze(arange(x.size(-2)), 1));
}

struct Diagonal {
  Shape shape;
  Strides strides;
  int64_t offset;
};

Diagonal diagonal_of(const char* op, const Shape& shape, const Strides& strides, int64_t offset,
                     int64_t dim1, int64_t dim2) {
  const int64_t d1 = normalize_dim(op, dim1, shape.size());
  const int64_t d2 = normalize_dim(op, dim2, shape.size());
  if (shape.size() < 2 || d1 == d2) {
    throw ValueError(op, ": needs two different dimensions, got ", dim1, " and ", dim2, " of ",
                     shape);
  }
  Diagonal result{shape, strides, 0};
  const int64_t length = offset >= 0 ? std::min(shape[d1], shape[d2] - offset)
                                     : std::min(shape[d1] + offset, shape[d2]);
  result.shape.erase(std::max(d1, d2));
  result.shape.erase(std::min(d1, d2));
  result.strides.erase(std::max(d1, d2));
  result.strides.erase(std::min(d1, d2));
  result.shape.push_back(std::max<int64_t>(length, 0));
  result.strides.push_back(strides[d1] + strides[d2]);
  if (length > 0) result.offset = offset >= 0 ? offset * strides[d2] : -offset * strides[d1];
  return result;
}

}  // namespace

Tensor tril(const Tensor& x, int64_t diagonal) {
  return masked_fill(x, gt(diagonals("tril", x), static_cast<double>(diagonal)), 0);
}

Tensor triu(const Tensor& x, int64_t diagonal) {
  return masked_fill(x, lt(diagonals("triu", x), static_cast<double>(diagonal)), 0);
}

Tensor diagonal(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  const Diagonal d = diagonal_of("diagonal", x.shape(), x.strides(), offset, dim1, dim2);
  return record("diagonal", x.alias(d.shape, d.strides, x.offset() + d.offset), x,
                [shape = x.shape(), offset, dim1, dim2](const Tensor& g) {
                  return diagonal_backward(g, shape, offset, dim1, dim2);
                });
}

Tensor diagonal_backward(const Tensor& g, const Shape& shape, int64_t offset, int64_t dim1,
                         int64_t dim2) {
  Tensor y = zeros(shape, g.dtype());
  const Diagonal d = diagonal_of("diagonal_backward", shape, y.strides(), offset, dim1, dim2);
  if (d.shape != g.shape()) {
    throw ShapeError("diagonal_backward: the diagonal of ", shape, " has shape ", d.shape,
                     ", g has ", g.shape());
  }
  kernels::copy_(y.alias(d.shape, d.strides, d.offset), g);
  return record("diagonal_backward", std::move(y), g, [offset, dim1, dim2](const Tensor& gg) {
    return diagonal(gg, offset, dim1, dim2);
  });
}

}  // namespace heed
