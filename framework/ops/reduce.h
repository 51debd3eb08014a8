// Reductions. `dims` empty (or left out) means all; with `keepdim` reduced dimensions stay with
// size 1. PyTorch's semantics.
#pragma once

#include <concepts>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Σx, and Σx / n. Sums of f32 are accumulated in f64; sums of i64 wrap around.
Tensor sum(const Tensor& x, const IntList& dims = {}, bool keepdim = false);
Tensor mean(const Tensor& x, const IntList& dims = {}, bool keepdim = false);
/// Σ(x − mean)² / max(0, n − correction).
Tensor var(const Tensor& x, const IntList& dims = {}, double correction = 1, bool keepdim = false);
/// Largest element; equal ones share the gradient evenly. Empty dimensions throw ShapeError.
Tensor amax(const Tensor& x, const IntList& dims = {}, bool keepdim = false);
/// The same for the smallest.
Tensor amin(const Tensor& x, const IntList& dims = {}, bool keepdim = false);
/// √var. The gradient where it is 0 is 0.
Tensor std(const Tensor& x, const IntList& dims = {}, double correction = 1, bool keepdim = false);
/// (Σ|x|ᵖ)^(1/p); p = ∞ is the largest magnitude, p = 0 counts what is not 0. The gradient where
/// the norm or the element is 0 is 0. Throws ValueError for negative p.
Tensor norm(const Tensor& x, double p = 2, const IntList& dims = {}, bool keepdim = false);
/// log Σ exp(x), computed around the maximum.
Tensor logsumexp(const Tensor& x, const IntList& dims, bool keepdim = false);

/// Elements that were chosen along a dimension, and where they were.
struct ValuesAndIndices {
  Tensor values;   ///< of the input's dtype
  Tensor indices;  ///< i64
};
/// Largest elements along `dim` and the indices of the first of them, which get the gradient.
ValuesAndIndices max(const Tensor& x, int64_t dim, bool keepdim = false);
/// The same for the smallest.
ValuesAndIndices min(const Tensor& x, int64_t dim, bool keepdim = false);
/// The largest element of all; equal ones share the gradient evenly.
Tensor max(const Tensor& x);
Tensor min(const Tensor& x);  ///< the same for the smallest
/// Index of the first largest element along `dim`, i64.
Tensor argmax(const Tensor& x, int64_t dim, bool keepdim = false);
Tensor argmin(const Tensor& x, int64_t dim, bool keepdim = false);  ///< of the first smallest
/// Its index in row-major order, 0-d i64.
Tensor argmax(const Tensor& x);
Tensor argmin(const Tensor& x);

/// The product along `dim`, or of all elements. Its gradient is right where elements are 0, too.
Tensor prod(const Tensor& x, int64_t dim, bool keepdim = false);
Tensor prod(const Tensor& x);

/// Whether any element is not 0, and whether all are: bool tensors.
Tensor any(const Tensor& x, const IntList& dims = {}, bool keepdim = false);
Tensor all(const Tensor& x, const IntList& dims = {}, bool keepdim = false);
/// How many elements are not 0, i64. NaN is not.
Tensor count_nonzero(const Tensor& x, const IntList& dims = {});

// The same along one dimension, which needs no braces.

/// A dimension by its number, and not a list of them.
template <class Dim>
concept OneDimension = std::integral<Dim> && !std::same_as<Dim, bool>;

Tensor amax(const Tensor& x, OneDimension auto dim, bool keepdim = false) {
  return amax(x, IntList{static_cast<int64_t>(dim)}, keepdim);
}
Tensor amin(const Tensor& x, OneDimension auto dim, bool keepdim = false) {
  return amin(x, IntList{static_cast<int64_t>(dim)}, keepdim);
}
Tensor any(const Tensor& x, OneDimension auto dim, bool keepdim = false) {
  return any(x, IntList{static_cast<int64_t>(dim)}, keepdim);
}
Tensor all(const Tensor& x, OneDimension auto dim, bool keepdim = false) {
  return all(x, IntList{static_cast<int64_t>(dim)}, keepdim);
}

}  // namespace heed
