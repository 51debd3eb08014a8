#include "heed/tests/framework/ops/reference/rearrange.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>

namespace heed::reference {
namespace {

using Line = std::vector<double>;

/// y[index] = x[source(index)].
template <class Source>
NdArray picked(const NdArray& x, const Dims& shape, Source source) {
  NdArray y = filled(shape, 0.0);
  for_each_index(shape, [&](const Index& index) { y.at(index) = x.at(source(index)); });
  return y;
}

int64_t modulo(int64_t a, int64_t b) {
  return ((a % b) + b) % b;
}

/// Of the last two dims, elements whose column - row satisfies `keeps`.
template <class Keeps>
NdArray triangle(const NdArray& x, Keeps keeps) {
  NdArray y = x;
  for_each_index(x.shape, [&](const Index& index) {
    if (!keeps(index[index.size() - 1] - index[index.size() - 2])) y.at(index) = 0;
  });
  return y;
}

/// The index in the matrix of place i of its diagonal: `rest` are the other dims.
Index on_diagonal(const Index& index, int64_t offset, size_t axis1, size_t axis2) {
  Index full;
  size_t next = 0;
  for (size_t axis = 0; axis <= index.size(); ++axis) {
    const int64_t place = index.back();
    if (axis == axis1) {
      full.push_back(offset < 0 ? place - offset : place);
    } else if (axis == axis2) {
      full.push_back(offset > 0 ? place + offset : place);
    } else {
      full.push_back(index[next++]);
    }
  }
  return full;
}

Dims diagonal_shape(const Dims& shape, int64_t offset, size_t axis1, size_t axis2) {
  Dims result;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis != axis1 && axis != axis2) result.push_back(shape[axis]);
  }
  int64_t length = 0;
  for (int64_t row = 0; row < shape[axis1]; ++row) {
    if (row + offset >= 0 && row + offset < shape[axis2]) ++length;
  }
  result.push_back(length);
  return result;
}

}  // namespace

NdArray flatten(const NdArray& x, int64_t start_dim, int64_t end_dim) {
  const size_t start = wrap_dim(start_dim, x.rank()), end = wrap_dim(end_dim, x.rank());
  Dims shape;
  for (size_t axis = 0; axis < x.shape.size(); ++axis) {
    if (axis > start && axis <= end) {
      shape.back() *= x.shape[axis];
    } else {
      shape.push_back(x.shape[axis]);
    }
  }
  if (shape.empty()) shape = {1};
  return {shape, x.data};
}

NdArray unflatten(const NdArray& x, int64_t dim, const Dims& sizes) {
  const size_t axis = wrap_dim(dim, x.rank());
  int64_t known = 1;
  for (const int64_t size : sizes) known *= size == -1 ? 1 : size;
  Dims shape(x.shape.begin(), x.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  for (const int64_t size : sizes) shape.push_back(size == -1 ? x.shape[axis] / known : size);
  shape.insert(shape.end(), x.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.shape.end());
  return {shape, x.data};
}

NdArray movedim(const NdArray& x, const Dims& from, const Dims& to) {
  const size_t rank = x.shape.size();
  std::vector<int64_t> source(rank, -1);  // of each axis of the result
  std::vector<bool> moved(rank, false);
  for (size_t i = 0; i < from.size() && rank > 0; ++i) {
    source[wrap_dim(to[i], x.rank())] = static_cast<int64_t>(wrap_dim(from[i], x.rank()));
    moved[wrap_dim(from[i], x.rank())] = true;
  }
  size_t next = 0;
  for (int64_t& axis : source) {
    if (axis >= 0) continue;
    while (moved[next]) ++next;
    axis = static_cast<int64_t>(next++);
  }
  Dims shape;
  for (const int64_t axis : source) shape.push_back(x.shape[static_cast<size_t>(axis)]);
  return picked(x, shape, [&](const Index& index) {
    Index from_index(rank, 0);
    for (size_t i = 0; i < rank; ++i) from_index[static_cast<size_t>(source[i])] = index[i];
    return from_index;
  });
}

std::vector<NdArray> chunk(const NdArray& x, int64_t chunks, int64_t dim) {
  const size_t axis = wrap_dim(dim, x.rank());
  const int64_t size = x.shape[axis];
  const int64_t piece = std::max<int64_t>(1, (size + chunks - 1) / chunks);
  std::vector<NdArray> pieces;
  for (int64_t begin = 0; begin < size || begin == 0; begin += piece) {
    Dims shape = x.shape;
    shape[axis] = std::min(piece, size - begin);
    pieces.push_back(picked(x, shape, [&](Index index) {
      index[axis] += begin;
      return index;
    }));
  }
  return pieces;
}

NdArray roll(const NdArray& x, const Dims& shifts, const Dims& dims) {
  if (dims.empty()) {
    NdArray y = x;
    const int64_t count = x.numel();
    for (int64_t i = 0; i < count; ++i) {
      y.data[static_cast<size_t>(modulo(i + shifts[0], count))] = x.data[static_cast<size_t>(i)];
    }
    return y;
  }
  return picked(x, x.shape, [&](Index index) {
    for (size_t i = 0; i < dims.size(); ++i) {
      const size_t axis = wrap_dim(dims[i], x.rank());
      index[axis] = modulo(index[axis] - shifts[i], x.shape[axis]);
    }
    return index;
  });
}

NdArray repeat(const NdArray& x, const Dims& repeats) {
  Dims shape = repeats;
  const size_t lead = repeats.size() - x.shape.size();
  for (size_t axis = lead; axis < shape.size(); ++axis) shape[axis] *= x.shape[axis - lead];
  return picked(x, shape, [&](const Index& index) {
    Index from;
    for (size_t axis = lead; axis < index.size(); ++axis) {
      from.push_back(index[axis] % x.shape[axis - lead]);
    }
    return from;
  });
}

NdArray repeat_interleave(const NdArray& x, int64_t repeats, std::optional<int64_t> dim) {
  NdArray flat = x;
  if (!dim || x.shape.empty()) flat.shape = {x.numel()};
  return each_line(flat, dim && !x.shape.empty() ? *dim : 0, [repeats](const Line& line) {
    Line result;
    for (const double v : line) result.insert(result.end(), static_cast<size_t>(repeats), v);
    return result;
  });
}

NdArray tril(const NdArray& x, int64_t diagonal) {
  return triangle(x, [diagonal](int64_t above) { return above <= diagonal; });
}

NdArray triu(const NdArray& x, int64_t diagonal) {
  return triangle(x, [diagonal](int64_t above) { return above >= diagonal; });
}

NdArray diagonal(const NdArray& x, int64_t offset, int64_t dim1, int64_t dim2) {
  const size_t axis1 = wrap_dim(dim1, x.rank()), axis2 = wrap_dim(dim2, x.rank());
  return picked(x, diagonal_shape(x.shape, offset, axis1, axis2),
                [&](const Index& index) { return on_diagonal(index, offset, axis1, axis2); });
}

NdArray diagonal_backward(const NdArray& g, const Dims& shape, int64_t offset, int64_t dim1,
                          int64_t dim2) {
  NdArray y = filled(shape, 0.0);
  const size_t axis1 = wrap_dim(dim1, y.rank()), axis2 = wrap_dim(dim2, y.rank());
  for_each_index(g.shape, [&](const Index& index) {
    y.at(on_diagonal(index, offset, axis1, axis2)) = g.at(index);
  });
  return y;
}

}  // namespace heed::reference
