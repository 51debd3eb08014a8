#include "heed/framework/kernels/dropout.h"

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/strided_loop.h"

namespace heed::kernels {

Tensor dropout(const Tensor& input, double p, RandomStream stream) {
  const Tensor x = contiguous(input);
  Tensor out = Tensor::empty(x.shape(), x.dtype());
  visit_floating("dropout", x.dtype(), [&]<class T>() {
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>();
    const T scale = p < 1 ? static_cast<T>(1 / (1 - p)) : T{0};
    const float limit = static_cast<float>(p);
    parallel_for(x.numel(), elements_per_chunk, [&](int64_t begin, int64_t end) {
      static_assert(elements_per_chunk % 4 == 0);  // so that a chunk begins with a block
      for (int64_t i = begin; i < end; i += 4) {
        const auto words = block_at(stream, static_cast<uint64_t>(i) / 4);
        for (int64_t j = i; j < end && j < i + 4; ++j) {
          const bool dropped = uniform_float(words[static_cast<size_t>(j - i)]) < limit;
          to[j] = dropped ? T{0} : from[j] * scale;
        }
      }
    });
  });
  return out;
}

}  // namespace heed::kernels
