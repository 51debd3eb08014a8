#include "heed/framework/tensor/index.h"

namespace heed {

IntList index_of(int64_t number, const Shape& shape) {
  IntList index = shape;
  for (int64_t d = shape.size() - 1; d >= 0; --d) {
    index[d] = number % shape[d];
    number /= shape[d];
  }
  return index;
}

int64_t offset_of(const IntList& index, const Strides& strides) {
  int64_t offset = 0;
  for (int64_t d = 0; d < index.size(); ++d) offset += index[d] * strides[d];
  return offset;
}

}  // namespace heed
