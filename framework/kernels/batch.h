// Walking the matrices of a batch.
#pragma once

#include <vector>

#include "heed/framework/base/memory.h"
#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// Where each matrix of x [batch…, rows, cols] begins, in elements from the first.
inline std::vector<int64_t> batch_offsets(const Tensor& x) {
  std::vector<int64_t> offsets{0};
  for (int64_t d = 0; d + 2 < x.dim(); ++d) {
    const auto size = static_cast<size_t>(x.shape()[d]);
    std::vector<int64_t> next(memory_size(std::ssize(offsets) * x.shape()[d]));
    for (size_t i = 0; i < next.size(); ++i) {
      next[i] = offsets[i / size] + static_cast<int64_t>(i % size) * x.strides()[d];
    }
    offsets = std::move(next);
  }
  return offsets;
}

}  // namespace heed::kernels
