#include "heed/framework/ops/indexing.h"

#include <limits>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/gather.h"
#include "heed/framework/kernels/place.h"
#include "heed/framework/kernels/reduce.h"
#include "heed/framework/ops/broadcast.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// index_select of an index that has been checked.
Tensor select_slices(const Tensor& x, int64_t d, const Tensor& index) {
  Tensor y = kernels::index_select(x, d, index);
  if (!is_floating(x.dtype())) return y;
  constexpr auto from_kernel = [](const Tensor& g, const Shape& shape, int64_t dim,
                                  const Tensor& at) {
    return kernels::index_sum(shape, dim, at, g);
  };
  constexpr auto composed = [](const Tensor& g, const Shape& shape, int64_t dim, const Tensor& at) {
    return index_add(zeros(shape, g.dtype()), dim, at, g);
  };
  return record("index_select", std::move(y), x,
                fused<from_kernel, composed>(x.shape(), d, Saved(index)));
}

}  // namespace

Tensor embedding(const Tensor& indices, const Tensor& weight, std::optional<int64_t> padding_idx) {
  check_dtype("embedding", "indices", indices, DType::i64);
  if (weight.dim() != 2) throw ShapeError("embedding: weight must be [V, D], got ", weight.shape());
  check_index_size("embedding", indices);
  kernels::check_indices("embedding", indices, weight.size(0));
  Shape shape = indices.shape();
  shape.push_back(weight.size(1));
  const Tensor rows = reshape(select_slices(weight, 0, reshape(indices, {indices.numel()})), shape);
  if (!padding_idx) return rows;
  const int64_t size = weight.size(0), padding = *padding_idx;
  if (padding < -size || padding >= size) {
    throw IndexError("embedding: padding_idx ", padding, " is out of range for a weight of ", size,
                     " rows");
  }
  const Tensor padded = eq(indices, static_cast<double>(padding < 0 ? padding + size : padding));
  return where(unsqueeze(padded, -1), rows.detach(), rows);
}

Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index) {
  const int64_t d = normalize_dim("index_select", dim, x.dim());
  check_index_list("index_select", x, d, index);
  return select_slices(x, d, index);
}

Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  const int64_t d = normalize_dim("index_add", dim, x.dim());
  check_same_dtype("index_add", x, source);
  check_index_list("index_add", x, d, index);
  Shape expected = x.shape();
  if (x.dim() > 0) expected[d] = index.numel();
  if (source.shape() != expected) {
    throw ShapeError("index_add: source must be ", expected, " for x ", x.shape(), " and ",
                     index.numel(), " indices, got ", source.shape());
  }
  return record(
      "index_add", kernels::index_add(x, d, index, source),
      {{x, [](const Tensor& g) { return g; }},
       {source, [d, index = Saved(index)](const Tensor& g) { return index_select(g, d, index); }}});
}

Tensor gather(const Tensor& x, int64_t dim, const Tensor& index) {
  const int64_t d = normalize_dim("gather", dim, x.dim());
  check_gather("gather", x, d, index);
  Tensor y = kernels::gather(x, d, index);
  if (!is_floating(x.dtype())) return y;
  return record("gather", std::move(y), x,
                [shape = x.shape(), d, index = Saved(index)](const Tensor& g) {
                  return scatter_add(zeros(shape, g.dtype()), d, index, g);
                });
}

Tensor take_along_dim(const Tensor& x, const Tensor& index, int64_t dim) {
  const int64_t d = normalize_dim("take_along_dim", dim, x.dim());
  check_dtype("take_along_dim", "index", index, DType::i64);
  if (x.dim() != index.dim()) {
    throw ShapeError("take_along_dim: index ", index.shape(), " must have the rank of ", x.shape());
  }
  if (x.dim() == 0) {
    return gather(x, d, kernels::indices_from_front("take_along_dim", index, 1));
  }
  Shape x_shape = x.shape(), index_shape = index.shape();
  x_shape[d] = index_shape[d] = 1;
  const Shape common = broadcast_shapes("take_along_dim", x_shape, index_shape);
  x_shape = index_shape = common;
  x_shape[d] = x.shape()[d];
  index_shape[d] = index.shape()[d];
  const Tensor wrapped = kernels::indices_from_front("take_along_dim", index, x.shape()[d]);
  return gather(expand(x, x_shape), d, expand(wrapped, index_shape));
}

Tensor take_along_dim(const Tensor& x, const Tensor& index) {
  return take_along_dim(reshape(x, {x.numel()}), reshape(index, {index.numel()}), 0);
}

Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  const int64_t d = normalize_dim("scatter_add", dim, x.dim());
  check_same_dtype("scatter_add", x, source);
  check_gather("scatter_add", x, d, index);
  if (source.shape() != index.shape()) {
    throw ShapeError("scatter_add: source ", source.shape(), " must have the shape of index ",
                     index.shape());
  }
  return record(
      "scatter_add", kernels::scatter_add(x, d, index, source),
      {{x, [](const Tensor& g) { return g; }},
       {source, [d, index = Saved(index)](const Tensor& g) { return gather(g, d, index); }}});
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  check_dtype("masked_select", "mask", mask, DType::boolean);
  const auto [from, chosen] = broadcast("masked_select", x, mask);
  return select_slices(reshape(from, {from.numel()}), 0, kernels::nonzero(chosen));
}

Tensor nonzero(const Tensor& x) {
  return kernels::coordinates(kernels::nonzero(x), x.shape());
}

Tensor one_hot(const Tensor& indices, int64_t num_classes) {
  check_dtype("one_hot", "indices", indices, DType::i64);
  check_index_size("one_hot", indices);
  int64_t classes = num_classes;
  if (num_classes == -1) {
    if (indices.numel() == 0)
      throw ValueError("one_hot: no index to count classes by; pass num_classes");
    const Tensor largest = kernels::amax(indices, normalize_dims("one_hot", {}, indices.dim()));
    classes = *largest.data<int64_t>();  // not item(), a double
    if (classes == std::numeric_limits<int64_t>::max()) {
      throw ValueError("one_hot: index ", classes, " is too large for a class");
    }
    ++classes;
  }
  if (classes < 1) throw ValueError("one_hot: num_classes must be at least 1, got ", classes);
  kernels::check_indices("one_hot", indices, classes);
  return kernels::one_hot(indices, classes);
}

}  // namespace heed
