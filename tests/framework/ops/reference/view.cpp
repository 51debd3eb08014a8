#include "heed/tests/framework/ops/reference/view.h"

#include <stdexcept>
#include <utility>

namespace heed::reference {
namespace {

void require(bool holds, const char* rule) {
  if (!holds) throw std::invalid_argument(rule);
}

int64_t clamp_bound(int64_t bound, int64_t size) {
  if (bound < 0) bound += size;
  if (bound < 0) return 0;
  return bound > size ? size : bound;
}

}  // namespace

NdArray reshape(const NdArray& x, const std::vector<int64_t>& shape) {
  std::vector<int64_t> wanted = shape;
  int64_t known = 1;
  std::optional<size_t> unknown_axis;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == -1) {
      require(!unknown_axis, "reshape: more than one -1");
      unknown_axis = axis;
    } else {
      known *= shape[axis];
    }
  }
  if (unknown_axis) {
    require(known != 0 && x.numel() % known == 0, "reshape: -1 cannot be inferred");
    wanted[*unknown_axis] = x.numel() / known;
  }
  require(count_elements(wanted) == x.numel(), "reshape: number of elements differs");
  return {wanted, x.data};
}

NdArray view(const NdArray& x, const std::vector<int64_t>& shape) {
  return reshape(x, shape);
}

NdArray permute(const NdArray& x, const std::vector<int64_t>& dims) {
  require(dims.size() == x.shape.size(), "permute: one entry per dim");
  std::vector<size_t> source_axis;
  std::vector<bool> used(x.shape.size(), false);
  std::vector<int64_t> shape;
  for (const int64_t dim : dims) {
    source_axis.push_back(wrap_dim(dim, x.rank()));
    require(!used[source_axis.back()], "permute: dim named twice");
    used[source_axis.back()] = true;
    shape.push_back(x.shape[source_axis.back()]);
  }
  NdArray y = filled(shape, 0.0);
  for_each_index(shape, [&](const Index& index) {
    Index source(index.size(), 0);
    for (size_t axis = 0; axis < index.size(); ++axis) source[source_axis[axis]] = index[axis];
    y.at(index) = x.at(source);
  });
  return y;
}

NdArray transpose(const NdArray& x, int64_t dim0, int64_t dim1) {
  const size_t axis0 = wrap_dim(dim0, x.rank());
  const size_t axis1 = wrap_dim(dim1, x.rank());
  if (x.shape.empty()) return x;
  std::vector<int64_t> shape = x.shape;
  std::swap(shape[axis0], shape[axis1]);
  NdArray y = filled(shape, 0.0);
  for_each_index(shape, [&](const Index& index) {
    Index source = index;
    std::swap(source[axis0], source[axis1]);
    y.at(index) = x.at(source);
  });
  return y;
}

NdArray expand(const NdArray& x, const std::vector<int64_t>& size) {
  require(size.size() >= x.shape.size(), "expand: fewer dims than the array has");
  const size_t added = size.size() - x.shape.size();
  std::vector<int64_t> shape = size;
  for (size_t axis = 0; axis < size.size(); ++axis) {
    if (axis < added) {
      require(size[axis] >= 0, "expand: -1 for a new dim");
      continue;
    }
    const int64_t own = x.shape[axis - added];
    if (size[axis] == -1) shape[axis] = own;
    require(shape[axis] == own || own == 1, "expand: only size 1 can grow");
  }
  NdArray y = filled(shape, 0.0);
  for_each_index(shape, [&](const Index& index) { y.at(index) = broadcast_at(x, index); });
  return y;
}

NdArray unsqueeze(const NdArray& x, int64_t dim) {
  const size_t axis = wrap_dim(dim, x.rank() + 1);
  NdArray y = x;
  y.shape.insert(y.shape.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  return y;
}

NdArray squeeze(const NdArray& x, const std::optional<std::vector<int64_t>>& dims) {
  std::vector<bool> named(x.shape.size(), !dims.has_value());
  if (dims) {
    for (const int64_t dim : *dims) {
      const size_t axis = wrap_dim(dim, x.rank());
      if (!x.shape.empty()) named[axis] = true;
    }
  }
  NdArray y{{}, x.data};
  for (size_t axis = 0; axis < x.shape.size(); ++axis) {
    if (!named[axis] || x.shape[axis] != 1) y.shape.push_back(x.shape[axis]);
  }
  return y;
}

NdArray select(const NdArray& x, int64_t dim, int64_t index) {
  require(!x.shape.empty(), "select: 0-d array");
  const size_t axis = wrap_dim(dim, x.rank());
  const int64_t size = x.shape[axis];
  require(index >= -size && index < size, "select: index outside the dim");
  const int64_t picked = index < 0 ? index + size : index;
  std::vector<int64_t> shape = x.shape;
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  NdArray y = filled(shape, 0.0);
  for_each_index(shape, [&](const Index& target) {
    Index source = target;
    source.insert(source.begin() + static_cast<std::ptrdiff_t>(axis), picked);
    y.at(target) = x.at(source);
  });
  return y;
}

NdArray slice(const NdArray& x, int64_t dim, std::optional<int64_t> start,
              std::optional<int64_t> end, int64_t step) {
  require(!x.shape.empty(), "slice: 0-d array");
  require(step >= 1, "slice: step must be positive");
  const size_t axis = wrap_dim(dim, x.rank());
  const int64_t size = x.shape[axis];
  const int64_t first = clamp_bound(start.value_or(0), size);
  const int64_t last = clamp_bound(end.value_or(size), size);
  std::vector<int64_t> shape = x.shape;
  shape[axis] = 0;
  for (int64_t position = first; position < last; position += step) ++shape[axis];
  NdArray y = filled(shape, 0.0);
  for_each_index(shape, [&](const Index& index) {
    Index source = index;
    source[axis] = first + step * index[axis];
    y.at(index) = x.at(source);
  });
  return y;
}

NdArray narrow(const NdArray& x, int64_t dim, int64_t start, int64_t length) {
  require(!x.shape.empty(), "narrow: 0-d array");
  const int64_t size = x.shape[wrap_dim(dim, x.rank())];
  require(start >= -size && start <= size, "narrow: start outside the dim");
  const int64_t first = start < 0 ? start + size : start;
  require(length >= 0 && first + length <= size, "narrow: length outside the dim");
  return slice(x, dim, first, first + length);
}

std::vector<NdArray> split(const NdArray& x, int64_t split_size, int64_t dim) {
  require(!x.shape.empty(), "split: 0-d array");
  const int64_t size = x.shape[wrap_dim(dim, x.rank())];
  require(split_size > 0 || (split_size == 0 && size == 0), "split: size must be positive");
  if (size == 0) return {x};
  std::vector<NdArray> pieces;
  for (int64_t start = 0; start < size; start += split_size) {
    const int64_t length = start + split_size <= size ? split_size : size - start;
    pieces.push_back(narrow(x, dim, start, length));
  }
  return pieces;
}

std::vector<NdArray> split_with_sizes(const NdArray& x, const std::vector<int64_t>& sizes,
                                      int64_t dim) {
  require(!x.shape.empty(), "split: 0-d array");
  std::vector<NdArray> pieces;
  int64_t start = 0;
  for (const int64_t length : sizes) {
    pieces.push_back(narrow(x, dim, start, length));
    start += length;
  }
  require(start == x.shape[wrap_dim(dim, x.rank())], "split: sizes do not sum to the dim");
  return pieces;
}

NdArray cat(const std::vector<NdArray>& arrays, int64_t dim) {
  std::vector<NdArray> joined;
  for (const NdArray& array : arrays) {
    if (array.shape != std::vector<int64_t>{0}) joined.push_back(array);
  }
  require(!arrays.empty(), "cat: no arrays");
  if (joined.empty()) return arrays.front();
  const size_t axis = wrap_dim(dim, joined.front().rank());
  std::vector<int64_t> shape = joined.front().shape;
  require(!shape.empty(), "cat: 0-d array");
  shape[axis] = 0;
  for (const NdArray& array : joined) {
    require(array.shape.size() == shape.size(), "cat: ranks differ");
    for (size_t other = 0; other < shape.size(); ++other) {
      require(other == axis || array.shape[other] == shape[other], "cat: shapes differ");
    }
    shape[axis] += array.shape[axis];
  }
  NdArray y = filled(shape, 0.0);
  int64_t start = 0;
  for (const NdArray& array : joined) {
    for_each_index(array.shape, [&](const Index& index) {
      Index target = index;
      target[axis] += start;
      y.at(target) = array.at(index);
    });
    start += array.shape[axis];
  }
  return y;
}

NdArray stack(const std::vector<NdArray>& arrays, int64_t dim) {
  require(!arrays.empty(), "stack: no arrays");
  const size_t axis = wrap_dim(dim, arrays.front().rank() + 1);
  std::vector<int64_t> shape = arrays.front().shape;
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis),
               static_cast<int64_t>(arrays.size()));
  NdArray y = filled(shape, 0.0);
  for (size_t which = 0; which < arrays.size(); ++which) {
    require(arrays[which].shape == arrays.front().shape, "stack: shapes differ");
    for_each_index(arrays[which].shape, [&](const Index& index) {
      Index target = index;
      target.insert(target.begin() + static_cast<std::ptrdiff_t>(axis),
                    static_cast<int64_t>(which));
      y.at(target) = arrays[which].at(index);
    });
  }
  return y;
}

NdArray flip(const NdArray& x, const std::vector<int64_t>& dims) {
  std::vector<bool> flipped(x.shape.size(), false);
  for (const int64_t dim : dims) {
    const size_t axis = wrap_dim(dim, x.rank());
    if (x.shape.empty()) continue;
    require(!flipped[axis], "flip: dim named twice");
    flipped[axis] = true;
  }
  NdArray y = x;
  for_each_index(x.shape, [&](const Index& index) {
    Index source = index;
    for (size_t axis = 0; axis < source.size(); ++axis) {
      if (flipped[axis]) source[axis] = x.shape[axis] - 1 - index[axis];
    }
    y.at(index) = x.at(source);
  });
  return y;
}

NdArray slice_backward(const NdArray& g, const std::vector<int64_t>& shape, int64_t dim,
                       int64_t start, int64_t end, int64_t step) {
  NdArray y = filled(shape, 0);
  const size_t axis = wrap_dim(dim, y.rank());
  for_each_index(g.shape, [&](const Index& from) {
    Index to = from;
    to[axis] = start + step * from[axis];
    if (to[axis] < end) y.at(to) = g.at(from);
  });
  return y;
}

}  // namespace heed::reference
