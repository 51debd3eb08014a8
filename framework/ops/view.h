// Views: other shapes of the same elements, never a copy unless said. And their opposites, which
// put tensors together. Dimensions count from the back when negative, as in PyTorch.
#pragma once

#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// The elements in row-major order under a new shape; one size may be −1. Throws ShapeError if that
/// would need a copy (reshape makes one).
Tensor view(const Tensor& x, const Shape& shape);
/// As `view`, copying only if it must.
Tensor reshape(const Tensor& x, const Shape& shape);
/// Dimension i of the result is dimension dims[i] of `x`.
Tensor permute(const Tensor& x, const IntList& dims);
/// With dimensions dim0 and dim1 exchanged.
Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1);
/// Repeats dimensions of size 1 (and new leading ones) without copying; −1 keeps a size. The
/// gradient sums over what was repeated: this is the one place where broadcasting is undone.
Tensor expand(const Tensor& x, const Shape& shape);
/// With a dimension of size 1 at `dim`, which counts in the result.
Tensor unsqueeze(const Tensor& x, int64_t dim);
/// Without dimension `dim` if its size is 1, else `x` as it is.
Tensor squeeze(const Tensor& x, int64_t dim);
/// Without all dimensions of size 1.
Tensor squeeze(const Tensor& x);
/// The slice at `index` of `dim`, which is removed. Negative indices count from the end.
Tensor select(const Tensor& x, int64_t dim, int64_t index);
/// start, start + step, … below `end` along `dim`. As in Python, negative bounds count from the end
/// and bounds outside are clamped. `step` ≥ 1.
Tensor slice(const Tensor& x, int64_t dim, int64_t start, int64_t end, int64_t step = 1);
/// `length` elements from `start` along `dim`; out of range throws IndexError.
Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length);
/// Pieces of `size` along `dim`; the last may be smaller.
std::vector<Tensor> split(const Tensor& x, int64_t size, int64_t dim = 0);
/// Pieces of the given sizes, which add up to that of `dim`.
std::vector<Tensor> split(const Tensor& x, std::span<const int64_t> sizes, int64_t dim = 0);
inline std::vector<Tensor> split(const Tensor& x, std::initializer_list<int64_t> sizes,
                                 int64_t dim = 0) {
  return split(x, std::span(sizes.begin(), sizes.size()), dim);
}

/// A copy with the order along `dims` reversed.
Tensor flip(const Tensor& x, const IntList& dims);
/// Tensors one after another along `dim`; their other sizes agree.
Tensor cat(std::span<const Tensor> tensors, int64_t dim = 0);
inline Tensor cat(std::initializer_list<Tensor> tensors, int64_t dim = 0) {
  return cat(std::span<const Tensor>(tensors.begin(), tensors.size()), dim);
}
/// Tensors of one shape along a new dimension `dim`.
Tensor stack(std::span<const Tensor> tensors, int64_t dim = 0);
inline Tensor stack(std::initializer_list<Tensor> tensors, int64_t dim = 0) {
  return stack(std::span<const Tensor>(tensors.begin(), tensors.size()), dim);
}
/// Zeros of `shape` with `g` where slice(…) would read: the gradient of `slice`.
Tensor slice_backward(const Tensor& g, const Shape& shape, int64_t dim, int64_t start, int64_t end,
                      int64_t step);

}  // namespace heed
