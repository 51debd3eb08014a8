#include "heed/tests/framework/ops/reference/scatter.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace heed::reference {
namespace {

int64_t from_front(double index, int64_t size) {
  const int64_t i = static_cast<int64_t>(index);
  return i < 0 ? i + size : i;
}

double joined_values(const std::vector<double>& values, const std::string& reduce) {
  double result = reduce == "prod" ? 1.0 : reduce == "sum" || reduce == "mean" ? 0.0 : values[0];
  for (const double value : values) {
    if (reduce == "prod") result *= value;
    if (reduce == "sum" || reduce == "mean") result += value;
    if (reduce == "amax") result = std::max(result, value);
    if (reduce == "amin") result = std::min(result, value);
  }
  return reduce == "mean" ? result / static_cast<double>(values.size()) : result;
}

/// Where place `i` of a line of `size` elements, `before` of which are new, is copied from.
int64_t source_place(int64_t i, int64_t size, int64_t before, int64_t behind,
                     const std::string& mode) {
  int64_t at = i - before;
  if (mode == "replicate") return std::min(std::max<int64_t>(at, 0), size - 1);
  if (mode == "reflect") {
    if (at < 0) at = -at;
    return at < size ? at : 2 * size - 2 - at;
  }
  const int64_t first = before < 0 ? -before : 0, end = behind < 0 ? size + behind : size;
  while (at < first) at += end - first;
  while (at >= end) at -= end - first;
  return at;
}

}  // namespace

NdArray scatter(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source) {
  NdArray y = x;
  const size_t axis = wrap_dim(dim, x.rank());
  for_each_index(index.shape, [&](const Index& from) {
    Index to = from;
    if (!to.empty()) to[axis] = static_cast<int64_t>(index.at(from));
    y.at(to) = source.at(from);
  });
  return y;
}

NdArray scatter_reduce(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source,
                       const std::string& reduce, bool include_self) {
  std::vector<std::vector<double>> groups(x.data.size());
  const size_t axis = wrap_dim(dim, x.rank());
  for_each_index(index.shape, [&](const Index& from) {
    Index to = from;
    if (!to.empty()) to[axis] = static_cast<int64_t>(index.at(from));
    groups[x.offset(to)].push_back(source.at(from));
  });
  NdArray y = x;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].empty()) continue;
    if (include_self) groups[i].push_back(x.data[i]);
    y.data[i] = joined_values(groups[i], reduce);
  }
  return y;
}

NdArray index_copy(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source) {
  NdArray y = x;
  const size_t axis = wrap_dim(dim, x.rank());
  for_each_index(source.shape, [&](const Index& from) {
    Index to = from;
    if (!to.empty()) {
      to[axis] = from_front(index.data.at(static_cast<size_t>(from[axis])), x.shape[axis]);
    }
    y.at(to) = source.at(from);
  });
  return y;
}

NdArray index_put(const NdArray& x, const std::vector<NdArray>& indices, const NdArray& values,
                  bool accumulate) {
  std::vector<int64_t> shape;
  for (const NdArray& index : indices) shape = broadcast_shapes(shape, index.shape);
  const size_t shared = shape.size();
  shape.insert(shape.end(), x.shape.begin() + static_cast<std::ptrdiff_t>(indices.size()),
               x.shape.end());
  NdArray y = x;
  for_each_index(shape, [&](const Index& at) {
    const Index front(at.begin(), at.begin() + static_cast<std::ptrdiff_t>(shared));
    Index to;
    for (size_t d = 0; d < indices.size(); ++d) {
      to.push_back(from_front(broadcast_at(indices[d], front), x.shape[d]));
    }
    to.insert(to.end(), at.begin() + static_cast<std::ptrdiff_t>(shared), at.end());
    y.at(to) = broadcast_at(values, at) + (accumulate ? y.at(to) : 0.0);
  });
  return y;
}

NdArray nonzero(const NdArray& x) {
  NdArray y{{0, x.rank()}, {}};
  for_each_index(x.shape, [&](const Index& at) {
    if (x.at(at) == 0) return;
    ++y.shape[0];
    for (const int64_t i : at) y.data.push_back(static_cast<double>(i));
  });
  return y;
}

NdArray masked_select(const NdArray& x, const NdArray& mask) {
  NdArray y{{0}, {}};
  for_each_index(broadcast_shapes(x.shape, mask.shape), [&](const Index& at) {
    if (broadcast_at(mask, at) != 0) y.data.push_back(broadcast_at(x, at));
  });
  y.shape = {y.numel()};
  return y;
}

NdArray pad(const NdArray& x, const std::vector<int64_t>& sizes, const std::string& mode,
            double value) {
  std::vector<int64_t> before(x.shape.size(), 0), behind = before, shape = x.shape;
  for (size_t i = 0; i < sizes.size() / 2; ++i) {
    const size_t axis = x.shape.size() - 1 - i;
    before[axis] = sizes[2 * i];
    behind[axis] = sizes[2 * i + 1];
    shape[axis] += before[axis] + behind[axis];
  }
  NdArray y = filled(shape, value);
  for_each_index(shape, [&](const Index& to) {
    Index from = to;
    bool inside = true;
    for (size_t axis = 0; axis < to.size(); ++axis) {
      const int64_t size = x.shape[axis];
      from[axis] -= before[axis];
      if (mode != "constant" && (before[axis] != 0 || behind[axis] != 0)) {
        from[axis] = source_place(to[axis], size, before[axis], behind[axis], mode);
      }
      inside = inside && from[axis] >= 0 && from[axis] < size;
    }
    if (inside) y.at(to) = x.at(from);
  });
  return y;
}

}  // namespace heed::reference
