// The array type of the reference implementations: a row-major list of doubles with a shape, and
// loops over index vectors. It shares no code with the engine, so that it can contradict it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace heed::reference {

using Index = std::vector<int64_t>;  ///< one position for each dimension

/// Integers and bools are held as doubles too (exact up to 2^53).
struct NdArray {
  std::vector<int64_t> shape;  ///< outermost first
  std::vector<double> data;    ///< row-major

  /// How many dimensions there are.
  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  /// How many elements there are.
  int64_t numel() const { return static_cast<int64_t>(data.size()); }

  /// Position of `index` in `data`; throws if the index is not inside the shape.
  size_t offset(const Index& index) const {
    if (index.size() != shape.size()) throw std::out_of_range("NdArray: index of another rank");
    int64_t position = 0;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      if (index[axis] < 0 || index[axis] >= shape[axis]) {
        throw std::out_of_range("NdArray: index outside the shape");
      }
      position = position * shape[axis] + index[axis];
    }
    return static_cast<size_t>(position);
  }

  /// The element at `index`; throws if the index is not inside the shape.
  double& at(const Index& index) { return data.at(offset(index)); }
  /// The element at `index`; throws if the index is not inside the shape.
  double at(const Index& index) const { return data.at(offset(index)); }
};

/// How many elements an array of the shape has.
inline int64_t count_elements(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

/// Row-major strides in elements.
inline std::vector<int64_t> strides(const std::vector<int64_t>& shape) {
  std::vector<int64_t> result(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;) result[axis - 1] = result[axis] * shape[axis];
  return result;
}

/// An array whose elements are all `value`.
inline NdArray filled(const std::vector<int64_t>& shape, double value) {
  return {shape, std::vector<double>(static_cast<size_t>(count_elements(shape)), value)};
}

/// A 0-d array.
inline NdArray scalar(double value) {
  return {{}, {value}};
}

/// Calls `visit(index)` for every index vector of `shape` in row-major order: once for rank 0,
/// never if a size is 0.
template <class Visitor>
void for_each_index(const std::vector<int64_t>& shape, Visitor visit) {
  Index index(shape.size(), 0);
  const int64_t count = count_elements(shape);
  for (int64_t step = 0; step < count; ++step) {
    visit(static_cast<const Index&>(index));
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}

/// Counts a negative `dim` from the end. A 0-d array accepts 0 and -1, as in PyTorch.
inline size_t wrap_dim(int64_t dim, int64_t rank) {
  const int64_t range = rank == 0 ? 1 : rank;
  if (dim < -range || dim >= range) throw std::out_of_range("reference: no such dim");
  return static_cast<size_t>(dim < 0 ? dim + range : dim);
}

/// The shape two shapes broadcast to.
inline std::vector<int64_t> broadcast_shapes(const std::vector<int64_t>& a,
                                             const std::vector<int64_t>& b) {
  const size_t rank = a.size() > b.size() ? a.size() : b.size();
  std::vector<int64_t> result(rank, 1);
  for (size_t back = 1; back <= rank; ++back) {
    const int64_t a_size = back <= a.size() ? a[a.size() - back] : 1;
    const int64_t b_size = back <= b.size() ? b[b.size() - back] : 1;
    if (a_size != b_size && a_size != 1 && b_size != 1) {
      throw std::invalid_argument("reference: shapes do not broadcast");
    }
    result[rank - back] = a_size == 1 ? b_size : a_size;
  }
  return result;
}

/// The element of `x` that a broadcast of it shows at `index`.
inline double broadcast_at(const NdArray& x, const Index& index) {
  if (index.size() < x.shape.size()) throw std::out_of_range("NdArray: index of a lower rank");
  const size_t dropped = index.size() - x.shape.size();
  int64_t position = 0;
  for (size_t axis = 0; axis < x.shape.size(); ++axis) {
    const int64_t own = x.shape[axis] == 1 ? 0 : index[dropped + axis];
    if (own < 0 || own >= x.shape[axis]) {
      throw std::out_of_range("NdArray: index outside the shape");
    }
    position = position * x.shape[axis] + own;
  }
  return x.data.at(static_cast<size_t>(position));
}

/// f of every element.
template <class Function>
NdArray each(NdArray x, Function f) {
  for (double& element : x.data) element = f(element);
  return x;
}

/// f of every pair that broadcasting brings together.
template <class Function>
NdArray each_pair(const NdArray& a, const NdArray& b, Function f) {
  NdArray y = filled(broadcast_shapes(a.shape, b.shape), 0.0);
  for_each_index(y.shape, [&](const Index& index) {
    y.at(index) = f(broadcast_at(a, index), broadcast_at(b, index));
  });
  return y;
}

/// Every line along `dim` replaced by the line f(line), of any one length.
template <class Function>
NdArray each_line(const NdArray& x, int64_t dim, Function f) {
  using Line = std::vector<double>;
  if (x.shape.empty()) return {{}, f(x.data)};
  const size_t axis = wrap_dim(dim, x.rank());
  std::vector<int64_t> outer = x.shape;
  outer[axis] = 1;
  std::vector<int64_t> shape = x.shape;
  shape[axis] = static_cast<int64_t>(f(Line(static_cast<size_t>(x.shape[axis]), 0.0)).size());
  NdArray y = filled(shape, 0.0);
  for_each_index(outer, [&](const Index& start) {
    Index index = start;
    Line line;
    for (index[axis] = 0; index[axis] < x.shape[axis]; ++index[axis]) line.push_back(x.at(index));
    line = f(line);
    for (index[axis] = 0; index[axis] < shape[axis]; ++index[axis]) {
      y.at(index) = line.at(static_cast<size_t>(index[axis]));
    }
  });
  return y;
}

}  // namespace heed::reference
