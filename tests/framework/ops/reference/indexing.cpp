#include "heed/tests/framework/ops/reference/indexing.h"

#include <stdexcept>

namespace heed::reference {

NdArray embedding(const NdArray& indices, const NdArray& weight) {
  if (weight.rank() != 2) throw std::invalid_argument("embedding: weight is 2-d");
  std::vector<int64_t> shape = indices.shape;
  shape.push_back(weight.shape[1]);
  NdArray y = filled(shape, 0.0);
  for_each_index(indices.shape, [&](const Index& position) {
    const int64_t row = static_cast<int64_t>(indices.at(position));
    for (int64_t column = 0; column < weight.shape[1]; ++column) {
      Index target = position;
      target.push_back(column);
      y.at(target) = weight.at({row, column});
    }
  });
  return y;
}

NdArray gather(const NdArray& x, int64_t dim, const NdArray& index) {
  const size_t axis = wrap_dim(dim, x.rank());
  NdArray y = filled(index.shape, 0.0);
  for_each_index(index.shape, [&](const Index& position) {
    Index source = position;
    if (!source.empty()) source[axis] = static_cast<int64_t>(index.at(position));
    y.at(position) = x.at(source);
  });
  return y;
}

NdArray index_select(const NdArray& x, int64_t dim, const NdArray& index) {
  if (x.shape.empty() || index.rank() > 1) throw std::invalid_argument("index_select: rank");
  const size_t axis = wrap_dim(dim, x.rank());
  std::vector<int64_t> shape = x.shape;
  shape[axis] = index.numel();
  NdArray y = filled(shape, 0.0);
  for_each_index(shape, [&](const Index& position) {
    Index source = position;
    source[axis] = static_cast<int64_t>(index.data.at(static_cast<size_t>(position[axis])));
    y.at(position) = x.at(source);
  });
  return y;
}

NdArray one_hot(const NdArray& indices, int64_t num_classes) {
  int64_t largest = -1;
  for (const double element : indices.data) {
    const int64_t which = static_cast<int64_t>(element);
    if (which < 0) throw std::out_of_range("one_hot: negative index");
    largest = which > largest ? which : largest;
  }
  if (num_classes == -1 && indices.numel() == 0) {
    throw std::invalid_argument("one_hot: num_classes cannot be inferred");
  }
  const int64_t classes = num_classes == -1 ? largest + 1 : num_classes;
  std::vector<int64_t> shape = indices.shape;
  shape.push_back(classes);
  NdArray y = filled(shape, 0.0);
  for_each_index(indices.shape, [&](const Index& position) {
    Index target = position;
    target.push_back(static_cast<int64_t>(indices.at(position)));
    y.at(target) = 1.0;
  });
  return y;
}

NdArray index_add(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source) {
  NdArray y = x;
  const size_t axis = wrap_dim(dim, x.rank());
  for_each_index(source.shape, [&](const Index& from) {
    Index to = from;
    if (!to.empty())
      to[axis] = static_cast<int64_t>(index.data.at(static_cast<size_t>(from[axis])));
    y.at(to) += source.at(from);
  });
  return y;
}

NdArray scatter_add(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source) {
  NdArray y = x;
  const size_t axis = wrap_dim(dim, x.rank());
  for_each_index(index.shape, [&](const Index& from) {
    Index to = from;
    if (!to.empty()) to[axis] = static_cast<int64_t>(index.at(from));
    y.at(to) += source.at(from);
  });
  return y;
}

}  // namespace heed::reference
