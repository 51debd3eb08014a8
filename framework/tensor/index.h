// Indices of elements: one number for each dimension.
#pragma once

#include "heed/framework/tensor/shape.h"

namespace heed {

/// The index of element `number` of `shape` in row-major order.
IntList index_of(int64_t number, const Shape& shape);

/// Where the element at `index` lies, counted in elements from the first one.
int64_t offset_of(const IntList& index, const Strides& strides);

}  // namespace heed
