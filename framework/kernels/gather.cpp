#include "heed/framework/kernels/gather.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "heed/framework/base/memory.h"
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

/// More terms than this are summed in f64: in f32 each may cost half a unit in the last place.
constexpr int64_t most_narrow_terms = 16;

/// Which slices of `size` get more terms than that, numbered in order; −1 for the others. Empty if
/// there are none.
template <class T>
std::vector<int64_t> wide_slices(const int64_t* at, int64_t count, int64_t size) {
  if (!std::is_same_v<T, float> || count <= most_narrow_terms) return {};
  std::vector<int64_t> slots(memory_size(size));
  for (int64_t i = 0; i < count; ++i) ++slots[static_cast<size_t>(at[i])];
  int64_t wide = 0;
  for (int64_t& slot : slots) slot = slot > most_narrow_terms ? wide++ : -1;
  return wide == 0 ? std::vector<int64_t>{} : slots;
}

/// The slices of one chunk, dense, and what is added to them.
template <class T>
struct AddedSlices {
  T* to;  // slice 0 of all
  const T* from;
  int64_t begin, end, inner;  // of the chunk
  const int64_t* at;
  int64_t count;

  void add_term(int64_t i) const {
    T* const slice = to + at[i] * inner;
    const T* const more = from + i * inner;
    for (int64_t j = 0; j < inner; ++j) slice[j] = plus(slice[j], more[j]);
  }

  void add() const {
    for (int64_t i = 0; i < count; ++i) {
      if (at[i] >= begin && at[i] < end) add_term(i);
    }
  }

  /// The same with sums in f64 for the slices that have a slot.
  void add_wide(const std::vector<int64_t>& slots) const {
    std::vector<int64_t> wide;  // slices of this chunk
    int64_t first = 0;          // slot of its first one
    for (int64_t i = begin; i < end; ++i) {
      const int64_t slot = slots[static_cast<size_t>(i)];
      if (slot < 0) continue;
      if (wide.empty()) first = slot;
      wide.push_back(i);
    }
    std::vector<double> sums(memory_size(std::ssize(wide) * inner));
    const auto sum_of = [&](int64_t slot) { return sums.data() + (slot - first) * inner; };
    for (size_t k = 0; k < wide.size(); ++k) {
      std::copy_n(to + wide[k] * inner, inner, sums.data() + static_cast<int64_t>(k) * inner);
    }
    for (int64_t i = 0; i < count; ++i) {
      if (at[i] < begin || at[i] >= end) continue;
      const int64_t slot = slots[static_cast<size_t>(at[i])];
      if (slot < 0) {
        add_term(i);
        continue;
      }
      double* const sum = sum_of(slot);
      for (int64_t j = 0; j < inner; ++j) sum[j] += static_cast<double>(from[i * inner + j]);
    }
    for (size_t k = 0; k < wide.size(); ++k) {
      const double* const sum = sums.data() + static_cast<int64_t>(k) * inner;
      for (int64_t j = 0; j < inner; ++j) to[wide[k] * inner + j] = static_cast<T>(sum[j]);
    }
  }
};

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
    const std::vector<int64_t> slots = wide_slices<T>(at, count, split.size);
    for (int64_t outer = 0; outer < split.outer; ++outer) {
      const T* const from = source.data<T>() + outer * count * split.inner;
      T* const to = out.mutable_data<T>() + outer * split.size * split.inner;
      parallel_for(split.size, grain, [&](int64_t begin, int64_t end) {
        if (start_empty) std::fill_n(to + begin * split.inner, (end - begin) * split.inner, T{0});
        const AddedSlices<T> slices{to, from, begin, end, split.inner, at, count};
        slots.empty() ? slices.add() : slices.add_wide(slots);
      });
    }
  });
}

/// Whether an element of `x` gets more terms than f32 can add up without loss.
bool has_wide_sums(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  if (x.dtype() != DType::f32 || x.dim() == 0) return false;
  if (index.shape()[dim] <= most_narrow_terms) return false;  // one from each place along it
  std::vector<uint8_t> terms(memory_size(x.numel()));
  bool is_wide = false;
  for_each_target(x, dim, index, source, [&](int64_t at, int64_t) {
    uint8_t& here = terms[static_cast<size_t>(at)];
    if (here == most_narrow_terms) is_wide = true;
    if (here < most_narrow_terms) ++here;
  });
  return is_wide;
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
    if (has_wide_sums(out, dim, index, source)) {
      std::vector<double> sums(to, to + out.numel());
      for_each_target(out, dim, index, source, [&](int64_t at, int64_t i) {
        sums[static_cast<size_t>(at)] += static_cast<double>(from[i]);
      });
      std::transform(sums.begin(), sums.end(), to, [](double sum) { return static_cast<T>(sum); });
      return;
    }
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
