#include "heed/framework/kernels/gather.h"

#include <algorithm>

#include "heed/framework/base/parallel.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/strided_loop.h"

namespace heed::kernels {
namespace {

/// Sizes before and behind a dimension: an element is [outer][i][inner] of a row-major tensor.
struct Split {
  int64_t outer = 1;
  int64_t size = 1;
  int64_t inner = 1;
  Split(const Shape& shape, int64_t dim) {
    for (int64_t d = 0; d < shape.size(); ++d) {
      (d < dim ? outer : d == dim ? size : inner) *= shape[d];
    }
  }
};

/// Signed overflow of i64 wraps around, as in PyTorch, instead of being undefined.
template <class T>
T plus(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  } else {
    return a + b;
  }
}

/// Calls each(position, element, source element) in row-major order of `index`, where `position` is
/// the offset in `x` of the element that the index points to. All tensors have the same rank.
template <class Each>
void for_each_target(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source,
                     const Each& each) {
  Strides x_strides = x.strides();
  const int64_t step = dim < x_strides.size() ? x_strides[dim] : 1;
  if (dim < x_strides.size()) x_strides[dim] = 0;
  const int64_t* indices = index.data<int64_t>();
  const StridedLoop<3> loop(index.shape(), {&x_strides, &index.strides(), &source.strides()});
  loop.for_each_run(0, loop.numel, [&](const auto& offsets, int64_t length, const auto& steps) {
    for (int64_t i = 0; i < length; ++i) {
      const int64_t target = indices[offsets[1] + i * steps[1]];
      each(offsets[0] + i * steps[0] + target * step, offsets[2] + i * steps[2]);
    }
  });
}

/// Adds slices of `added` to the slices of the dense `out` that `index` names, which are zeroed
/// before if they `start_empty`. A chunk owns some of the slices of `out`, so each element is a sum
/// in the order of `index` however many chunks there are: one for each thread, because each reads
/// all of `index`, and `added` is prefetched well only where few of its slices are left out.
void add_slices(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& added,
                bool start_empty) {
  const Split split(out.shape(), dim);
  const Tensor source = contiguous(added);
  const Tensor indices = contiguous(index);
  const int64_t* at = indices.data<int64_t>();
  const int64_t count = index.numel();
  const int64_t work = (split.size + count) * split.inner;
  const int64_t chunks = std::clamp<int64_t>(work / elements_per_chunk, 1, num_threads());
  const int64_t grain = std::max<int64_t>(1, (split.size + chunks - 1) / chunks);
  visit_number("index_add", out.dtype(), [&]<class T>() {
    for (int64_t outer = 0; outer < split.outer; ++outer) {
      const T* const from = source.data<T>() + outer * count * split.inner;
      T* const to = out.mutable_data<T>() + outer * split.size * split.inner;
      parallel_for(split.size, grain, [&](int64_t begin, int64_t end) {
        if (start_empty) std::fill_n(to + begin * split.inner, (end - begin) * split.inner, T{0});
        for (int64_t i = 0; i < count; ++i) {
          if (at[i] < begin || at[i] >= end) continue;
          T* const slice = to + at[i] * split.inner;
          const T* const more = from + i * split.inner;
          for (int64_t j = 0; j < split.inner; ++j) slice[j] = plus(slice[j], more[j]);
        }
      });
    }
  });
}

}  // namespace

void check_indices(const char* op, const Tensor& index, int64_t size) {
  const int64_t* indices = index.data<int64_t>();
  const StridedLoop<1> loop(index.shape(), {&index.strides()});
  loop.for_each_run(0, loop.numel, [&](const auto& offsets, int64_t length, const auto& steps) {
    const int64_t* const first = indices + offsets[0];
    uint64_t largest = 0;  // a negative index is larger than any size
    for (int64_t i = 0; i < length; ++i) {
      largest = std::max(largest, static_cast<uint64_t>(first[i * steps[0]]));
    }
    if (length == 0 || largest < static_cast<uint64_t>(size)) return;
    for (int64_t i = 0;; ++i) {
      const int64_t value = first[i * steps[0]];
      if (value >= 0 && value < size) continue;
      throw IndexError(op, ": index ", value, " is out of range for a dimension of size ", size);
    }
  });
}

Tensor indices_from_front(const char* op, const Tensor& index, int64_t size) {
  const Tensor dense = contiguous(index);
  const int64_t* const from = dense.data<int64_t>();
  Tensor wrapped = Tensor::empty(index.shape(), DType::i64);
  int64_t* const to = wrapped.mutable_data<int64_t>();
  for (int64_t i = 0; i < index.numel(); ++i) {
    if (from[i] < -size || from[i] >= size) {
      throw IndexError(op, ": index ", from[i], " is out of range for a dimension of size ", size);
    }
    to[i] = from[i] < 0 ? from[i] + size : from[i];
  }
  return wrapped;
}

Tensor index_select(const Tensor& input, int64_t dim, const Tensor& index) {
  const Tensor x = contiguous(input);
  const Split split(x.shape(), dim);
  Shape shape = x.shape();
  if (x.dim() > 0) shape[dim] = index.numel();
  Tensor out = Tensor::empty(shape, x.dtype());
  const Tensor indices = contiguous(index);
  const int64_t* at = indices.data<int64_t>();
  const int64_t count = index.numel();
  visit(x.dtype(), [&]<class T>() {
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>();
    const int64_t grain =
        std::max<int64_t>(1, elements_per_chunk / std::max<int64_t>(1, split.inner));
    parallel_for(split.outer * count, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t slice = i / count * split.size + at[i % count];
        std::copy_n(from + slice * split.inner, split.inner, to + i * split.inner);
      }
    });
  });
  return out;
}

Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  Tensor out = contiguous_copy(x);
  add_slices(out, dim, index, source, false);
  return out;
}

Tensor index_sum(const Shape& shape, int64_t dim, const Tensor& index, const Tensor& source) {
  Tensor out = Tensor::empty(shape, source.dtype());
  add_slices(out, dim, index, source, true);
  return out;
}

Tensor gather(const Tensor& x, int64_t dim, const Tensor& index) {
  Tensor out = Tensor::empty(index.shape(), x.dtype());
  visit(x.dtype(), [&]<class T>() {
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>();
    for_each_target(x, dim, index, out, [&](int64_t at, int64_t i) { to[i] = from[at]; });
  });
  return out;
}

Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  Tensor out = contiguous_copy(x);
  visit_number("scatter_add", x.dtype(), [&]<class T>() {
    const T* from = source.data<T>();
    T* to = out.mutable_data<T>();
    for_each_target(out, dim, index, source,
                    [&](int64_t at, int64_t i) { to[at] = plus(to[at], from[i]); });
  });
  return out;
}

Tensor one_hot(const Tensor& index, int64_t classes) {
  Shape shape = index.shape();
  shape.push_back(classes);
  Tensor out = Tensor::empty(shape, DType::i64);
  int64_t* to = out.mutable_data<int64_t>();
  std::fill_n(to, out.numel(), 0);
  const Tensor indices = contiguous(index);
  const int64_t* at = indices.data<int64_t>();
  for (int64_t i = 0; i < index.numel(); ++i) to[i * classes + at[i]] = 1;
  return out;
}

}  // namespace heed::kernels
