// Writing at indices: the result is a new tensor, x with some elements replaced or joined with
// others. Index tensors are i64 and every index is checked. Where several elements are written to
// one place, the last in row-major order of the index stays, and only it gets a gradient.
#pragma once

#include <initializer_list>
#include <span>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// `x` with elements of `source` where gather would read. `source` may be larger than `index`, as
/// in PyTorch: what is beyond is not used.
Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source);
/// The same with a number.
Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, double value);

/// How scatter_reduce joins the elements of one place.
enum class ScatterReduction {
  sum,   ///< added
  prod,  ///< multiplied
  mean,  ///< added and divided by their number
  amax,  ///< the largest
  amin,  ///< the smallest
};
/// As `scatter`, but elements at one place are joined, with x's own unless `include_self` is false.
/// Equal extremes share the gradient evenly; that of a product is right at zeros, too. A mean of
/// i64 is rounded down.
Tensor scatter_reduce(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source,
                      ScatterReduction reduction, bool include_self = true);

/// `x` with slices of `source` along `dim` at `index` [n].
Tensor index_copy(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source);
/// `x` with `value` in the slices along `dim` at `index` [n], which may count from the end.
Tensor index_fill(const Tensor& x, int64_t dim, const Tensor& index, double value);

/// x[indices…] = values as a new tensor, as in NumPy: the indices broadcast to one shape [b…] and
/// name elements of the first dimensions (counting from the end if negative); `values` broadcasts
/// to [b…] and the sizes of the other dimensions. A bool tensor stands for the indices of its
/// elements that are true. With `accumulate`, values are added, repeated ones each; a sum of bools
/// is their "or".
Tensor index_put(const Tensor& x, std::span<const Tensor> indices, const Tensor& values,
                 bool accumulate = false);
inline Tensor index_put(const Tensor& x, std::initializer_list<Tensor> indices,
                        const Tensor& values, bool accumulate = false) {
  return index_put(x, std::span<const Tensor>(indices.begin(), indices.size()), values, accumulate);
}

}  // namespace heed
