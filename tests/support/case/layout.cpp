#include "heed/tests/support/case/layout.h"

#include <algorithm>
#include <limits>

namespace heed::testing {
namespace {

struct Placement {
  Strides strides;
  int64_t offset = 0;
  int64_t room = 1;  // elements of the storage
};

Placement place(const std::vector<int64_t>& shape, Layout layout) {
  constexpr int64_t margin = 3;
  const auto rank = static_cast<int64_t>(shape.size());
  Placement placement{Strides(IntList::filled(rank, 0)), margin};
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t d = layout == Layout::permuted ? i : rank - 1 - i;
    const int64_t size = shape[static_cast<size_t>(d)];
    if (layout == Layout::expanded && d % 2 == 0) continue;
    if (layout == Layout::sliced) {
      placement.strides[d] = 2 * placement.room;
      placement.offset += placement.room;
      placement.room *= 2 * size + 1;
    } else {
      placement.strides[d] = placement.room;
      placement.room *= size;
    }
  }
  placement.room += 2 * margin;
  return placement;
}

}  // namespace

const char* name_of(Layout layout) {
  switch (layout) {
    case Layout::contiguous:
      return "contiguous";
    case Layout::permuted:
      return "permuted";
    case Layout::sliced:
      return "sliced";
    case Layout::expanded:
      break;
  }
  return "expanded";
}

reference::NdArray representable(reference::NdArray array, Layout layout) {
  if (layout != Layout::expanded) return array;
  const reference::NdArray source = array;
  reference::for_each_index(array.shape, [&](const reference::Index& index) {
    reference::Index first = index;
    for (size_t axis = 0; axis < first.size(); axis += 2) first[axis] = 0;
    array.at(index) = source.at(first);
  });
  return array;
}

Tensor laid_out(const reference::NdArray& array, DType dtype, Layout layout) {
  const Placement placement = place(array.shape, layout);
  const Tensor room = Tensor::empty({placement.room}, dtype);
  visit(dtype, [&]<class T>() {
    T* const storage = room.mutable_data<T>();
    constexpr T filler = std::numeric_limits<T>::has_quiet_NaN ? std::numeric_limits<T>::quiet_NaN()
                                                               : std::numeric_limits<T>::max();
    std::fill_n(storage, placement.room, filler);
    reference::for_each_index(array.shape, [&](const reference::Index& index) {
      int64_t at = placement.offset;
      for (size_t axis = 0; axis < index.size(); ++axis) {
        at += index[axis] * placement.strides[static_cast<int64_t>(axis)];
      }
      storage[at] = static_cast<T>(array.at(index));
    });
  });
  return room.alias(Shape(std::span(array.shape)), placement.strides, placement.offset);
}

}  // namespace heed::testing
