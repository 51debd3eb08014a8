#include "heed/framework/ops/view.h"

#include <algorithm>

#include "heed/framework/autograd/record.h"
#include "heed/framework/base/text.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/reduce.h"

namespace heed {
namespace {

/// A view whose gradient only needs its old shape back.
Tensor reshaped(const char* op, const Tensor& x, const Shape& shape, const Strides& strides) {
  return record(op, x.alias(shape, strides, x.offset()), x,
                [shape = x.shape()](const Tensor& g) { return reshape(g, shape); });
}

/// `g` summed over what expand to g's shape repeated, so that it has `shape` again.
Tensor sum_to(const Tensor& g, const Shape& shape) {
  const int64_t lead = g.dim() - shape.size();
  IntList repeated;
  for (int64_t d = 0; d < g.dim(); ++d) {
    if (d < lead || (shape[d - lead] == 1 && g.shape()[d] != 1)) repeated.push_back(d);
  }
  return repeated.empty() ? g : reshape(sum(g, repeated, true), shape);
}

}  // namespace

Tensor view(const Tensor& x, const Shape& sizes) {
  const Shape shape = infer_size("view", sizes, x.shape());
  Strides strides;
  if (!view_strides(x.shape(), x.strides(), shape, strides)) {
    throw ShapeError("view: needs a copy: ", x.shape(), " with strides ", x.strides(), " as ",
                     shape, "; write .reshape(...)");
  }
  return reshaped("view", x, shape, strides);
}

Tensor reshape(const Tensor& x, const Shape& sizes) {
  const Shape shape = infer_size("reshape", sizes, x.shape());
  if (shape == x.shape()) return x;
  Strides strides;
  if (view_strides(x.shape(), x.strides(), shape, strides))
    return reshaped("view", x, shape, strides);
  return view(clone(x), shape);
}

Tensor permute(const Tensor& x, const IntList& dims) {
  if (dims.size() != x.dim()) {
    throw ShapeError("permute: needs each dimension once: ", dims, " for shape ", x.shape());
  }
  Shape shape;
  Strides strides;
  IntList order;
  IntList inverse = IntList::filled(x.dim(), 0);
  for (int64_t i = 0; i < dims.size(); ++i) {
    const int64_t d = normalize_dim("permute", dims[i], x.dim());
    if (order.contains(d)) throw ValueError("permute: dim ", dims[i], " appears twice in ", dims);
    order.push_back(d);
    inverse[d] = i;
    shape.push_back(x.shape()[d]);
    strides.push_back(x.strides()[d]);
  }
  return record("permute", x.alias(shape, strides, x.offset()), x,
                [inverse](const Tensor& g) { return permute(g, inverse); });
}

Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1) {
  const int64_t d0 = normalize_dim("transpose", dim0, x.dim());
  const int64_t d1 = normalize_dim("transpose", dim1, x.dim());
  Shape shape = x.shape();
  Strides strides = x.strides();
  if (x.dim() > 0) {
    std::swap(shape[d0], shape[d1]);
    std::swap(strides[d0], strides[d1]);
  }
  return record("transpose", x.alias(shape, strides, x.offset()), x,
                [d0, d1](const Tensor& g) { return transpose(g, d0, d1); });
}

Tensor expand(const Tensor& x, const Shape& sizes) {
  const int64_t lead = sizes.size() - x.dim();
  if (lead < 0) {
    throw ShapeError("expand: fewer dimensions than the tensor has: ", x.shape(), " to ", sizes);
  }
  Shape shape = sizes;
  Strides strides;
  for (int64_t d = 0; d < sizes.size(); ++d) {
    const int64_t size = d < lead ? 1 : x.shape()[d - lead];
    if (sizes[d] == -1 && d >= lead) shape[d] = size;
    if (shape[d] < 0 || (size != 1 && shape[d] != size)) {
      throw ShapeError("expand: only a dimension of size 1 can be repeated: ", x.shape(), " to ",
                       sizes);
    }
    strides.push_back(d < lead || size != shape[d] ? 0 : x.strides()[d - lead]);
  }
  if (shape == x.shape()) return x;
  return record("expand", x.alias(shape, strides, x.offset()), x,
                [shape = x.shape()](const Tensor& g) { return sum_to(g, shape); });
}

Tensor unsqueeze(const Tensor& x, int64_t dim) {
  const int64_t d = normalize_dim("unsqueeze", dim, x.dim() + 1);
  Shape shape = x.shape();
  Strides strides = x.strides();
  strides.insert(d, d < x.dim() ? x.strides()[d] * x.shape()[d] : 1);
  shape.insert(d, 1);
  return reshaped("unsqueeze", x, shape, strides);
}

Tensor squeeze(const Tensor& x, int64_t dim) {
  const int64_t d = normalize_dim("squeeze", dim, x.dim());
  if (x.dim() == 0 || x.shape()[d] != 1) return x;
  Shape shape = x.shape();
  Strides strides = x.strides();
  shape.erase(d);
  strides.erase(d);
  return reshaped("squeeze", x, shape, strides);
}

Tensor squeeze(const Tensor& x) {
  Shape shape;
  Strides strides;
  for (int64_t d = 0; d < x.dim(); ++d) {
    if (x.shape()[d] == 1) continue;
    shape.push_back(x.shape()[d]);
    strides.push_back(x.strides()[d]);
  }
  return shape == x.shape() ? x : reshaped("squeeze", x, shape, strides);
}

Tensor select(const Tensor& x, int64_t dim, int64_t index) {
  const int64_t d = existing_dim("select", "select from", dim, x.shape());
  const int64_t size = x.shape()[d];
  if (index < -size || index >= size) {
    throw IndexError("select: index ", index, " is out of range for dim ", dim, " of ", x.shape());
  }
  const int64_t at = index < 0 ? index + size : index;
  Shape shape = x.shape();
  Strides strides = x.strides();
  shape.erase(d);
  strides.erase(d);
  return record("select", x.alias(shape, strides, x.offset() + at * x.strides()[d]), x,
                [shape = x.shape(), d, at](const Tensor& g) {
                  return slice_backward(unsqueeze(g, d), shape, d, at, at + 1, 1);
                });
}

namespace {

struct Range {
  int64_t dim, start, length, step;
};

/// Python's slice of a dimension of `shape`, clamped.
Range clamp_slice(const char* op, const Shape& shape, int64_t dim, int64_t start, int64_t end,
                  int64_t step) {
  const int64_t d = existing_dim(op, "slice", dim, shape);
  if (step < 1) throw ValueError(op, ": step must be at least 1, got ", step);
  const int64_t size = shape[d];
  const auto clamp = [size](int64_t i) {
    return std::clamp<int64_t>(i < 0 ? i + size : i, 0, size);
  };
  const int64_t first = clamp(start);
  const int64_t last = std::max(first, clamp(end));
  return {d, first, last == first ? 0 : (last - first - 1) / step + 1, step};
}

/// The elements of `x` in `range`, outside the graph.
Tensor slice_alias(const Tensor& x, const Range& range) {
  Shape shape = x.shape();
  Strides strides = x.strides();
  shape[range.dim] = range.length;
  const int64_t offset =
      range.length == 0 ? x.offset() : x.offset() + range.start * strides[range.dim];
  // The step to a neighbour that is not there may be too large to count.
  if (range.length > 1) strides[range.dim] *= range.step;
  return x.alias(shape, strides, offset);
}

}  // namespace

Tensor slice(const Tensor& x, int64_t dim, int64_t start, int64_t end, int64_t step) {
  const Range range = clamp_slice("slice", x.shape(), dim, start, end, step);
  return record("slice", slice_alias(x, range), x,
                [shape = x.shape(), dim, start, end, step](const Tensor& g) {
                  return slice_backward(g, shape, dim, start, end, step);
                });
}

Tensor slice_backward(const Tensor& g, const Shape& shape, int64_t dim, int64_t start, int64_t end,
                      int64_t step) {
  const Range range = clamp_slice("slice_backward", shape, dim, start, end, step);
  Tensor y = Tensor::empty(shape, g.dtype());
  const Tensor place = slice_alias(y, range);
  if (place.shape() != g.shape()) {
    throw ShapeError("slice_backward: the slice of ", shape, " has shape ", place.shape(),
                     ", g has ", g.shape());
  }
  kernels::fill_(y, 0);
  kernels::copy_(place, g);
  return record("slice_backward", std::move(y), g, [dim, start, end, step](const Tensor& gg) {
    return slice(gg, dim, start, end, step);
  });
}

Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length) {
  const int64_t size = x.shape()[existing_dim("narrow", "narrow", dim, x.shape())];
  const int64_t first = start < 0 ? start + size : start;
  if (first < 0 || length < 0 || first > size - length) {
    throw IndexError("narrow: ", counted(length, "element"), " from ", start,
                     " are out of range for dim ", dim, " of ", x.shape());
  }
  return slice(x, dim, first, first + length);
}

std::vector<Tensor> split(const Tensor& x, int64_t size, int64_t dim) {
  if (size < 1) throw ValueError("split: the size of a piece must be at least 1, got ", size);
  const int64_t total = x.shape()[existing_dim("split", "split", dim, x.shape())];
  check_piece_count("split", total == 0 ? 1 : (total - 1) / size + 1);
  std::vector<int64_t> sizes;
  for (int64_t left = total; left > 0; left -= sizes.back()) sizes.push_back(std::min(size, left));
  if (sizes.empty()) sizes.push_back(0);
  return split(x, sizes, dim);
}

std::vector<Tensor> split(const Tensor& x, std::span<const int64_t> sizes, int64_t dim) {
  const int64_t total = x.shape()[existing_dim("split", "split", dim, x.shape())];
  std::vector<Tensor> pieces;
  int64_t start = 0;
  for (const int64_t size : sizes) {
    if (size < 0 || size > total - start) {
      throw ShapeError("split: pieces do not add up to dim ", dim, " of ", x.shape(), ": piece ",
                       pieces.size(), " has size ", size, " and ", total - start, " are left");
    }
    pieces.push_back(narrow(x, dim, start, size));
    start += size;
  }
  if (start != total) {
    throw ShapeError("split: pieces do not add up to dim ", dim, " of ", x.shape(), ": ",
                     total - start, " are left");
  }
  return pieces;
}

Tensor flip(const Tensor& x, const IntList& dims) {
  Strides strides = x.strides();
  int64_t offset = x.offset();
  if (!dims.empty()) {  // which would mean all to normalize_dims
    for (const int64_t d : normalize_dims("flip", dims, x.dim())) {
      if (x.numel() == 0) continue;
      offset += (x.shape()[d] - 1) * strides[d];
      strides[d] = -strides[d];
    }
  }
  return record("flip", kernels::contiguous_copy(x.alias(x.shape(), strides, offset)), x,
                [dims](const Tensor& g) { return flip(g, dims); });
}

Tensor cat(std::span<const Tensor> tensors, int64_t dim) {
  if (tensors.empty()) throw ValueError("cat: needs at least one tensor");
  const Tensor& first = tensors[0];
  if (first.dim() == 0) throw ShapeError("cat: 0-d tensors have no dimension to join; use stack");
  const int64_t d = normalize_dim("cat", dim, first.dim());
  Shape shape = first.shape();
  shape[d] = 0;
  for (const Tensor& tensor : tensors) {
    check_same_dtype("cat", first, tensor);
    Shape expected = tensor.shape();
    if (expected.size() == shape.size()) expected[d] = first.shape()[d];
    if (expected != first.shape()) {
      throw ShapeError("cat: shapes differ outside dim ", dim, ": ", first.shape(), " and ",
                       tensor.shape());
    }
    if (__builtin_add_overflow(shape[d], tensor.shape()[d], &shape[d])) {
      throw ShapeError("cat: too many elements to count along dim ", dim);
    }
  }
  Tensor y = Tensor::empty(shape, first.dtype());
  std::vector<int64_t> starts;
  int64_t start = 0;
  for (const Tensor& tensor : tensors) {
    const int64_t size = tensor.shape()[d];
    kernels::copy_(slice_alias(y, {d, start, size, 1}), tensor);
    starts.push_back(start);
    start += size;
  }
  starts.push_back(start);
  return record("cat", std::move(y), tensors,
                [starts = std::move(starts), d](const Tensor& g, const Wanted& wanted) {
                  Gradients gradients(starts.size() - 1);
                  for (size_t i = 0; i < gradients.size(); ++i) {
                    if (!wanted[static_cast<int64_t>(i)]) continue;
                    gradients[i] = slice(g, d, starts[i], starts[i + 1]);
                  }
                  return gradients;
                });
}

Tensor stack(std::span<const Tensor> tensors, int64_t dim) {
  if (tensors.empty()) throw ValueError("stack: needs at least one tensor");
  const int64_t d = normalize_dim("stack", dim, tensors[0].dim() + 1);
  std::vector<Tensor> layers;
  for (const Tensor& tensor : tensors) {
    check_same_dtype("stack", tensors[0], tensor);
    if (tensor.shape() != tensors[0].shape()) {
      throw ShapeError("stack: shapes differ: ", tensors[0].shape(), " and ", tensor.shape());
    }
    layers.push_back(unsqueeze(tensor, d));
  }
  return cat(layers, d);
}

Tensor Tensor::view(const Shape& shape) const {
  return heed::view(*this, shape);
}
Tensor Tensor::reshape(const Shape& shape) const {
  return heed::reshape(*this, shape);
}
Tensor Tensor::permute(const IntList& dims) const {
  return heed::permute(*this, dims);
}
Tensor Tensor::transpose(int64_t a, int64_t b) const {
  return heed::transpose(*this, a, b);
}
Tensor Tensor::expand(const Shape& shape) const {
  return heed::expand(*this, shape);
}
Tensor Tensor::unsqueeze(int64_t dim) const {
  return heed::unsqueeze(*this, dim);
}
Tensor Tensor::squeeze(int64_t dim) const {
  return heed::squeeze(*this, dim);
}
Tensor Tensor::select(int64_t dim, int64_t index) const {
  return heed::select(*this, dim, index);
}
Tensor Tensor::slice(int64_t dim, int64_t start, int64_t end, int64_t step) const {
  return heed::slice(*this, dim, start, end, step);
}

}  // namespace heed
