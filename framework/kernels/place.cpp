#include "heed/framework/kernels/place.h"

#include <algorithm>

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/strided_loop.h"
#include "heed/framework/tensor/index.h"

namespace heed::kernels {
namespace {

/// to[place] = join(to[place], value) for every pair.
template <class T, class Join>
void write_each(const Tensor& out, const Tensor& places, const Tensor& values, const Join& join) {
  const int64_t* const at = places.data<int64_t>();
  const T* const from = values.data<T>();
  T* const to = out.mutable_data<T>();
  const StridedLoop<2> loop(places.shape(), {&places.strides(), &values.strides()});
  loop.for_each_run(0, loop.numel, [&](const auto& offsets, int64_t length, const auto& steps) {
    for (int64_t i = 0; i < length; ++i) {
      T& element = to[at[offsets[0] + i * steps[0]]];
      element = join(element, from[offsets[1] + i * steps[1]]);
    }
  });
}

}  // namespace

Tensor gathered_places(const Shape& shape, int64_t dim, const Tensor& index) {
  Tensor out = Tensor::empty(index.shape(), DType::i64);
  if (out.numel() == 0) return out;  // whose rank may be another one
  Strides along = contiguous_strides(shape);
  const int64_t step = shape.empty() ? 1 : along[dim];
  if (!shape.empty()) along[dim] = 0;
  const int64_t* const from = index.data<int64_t>();
  int64_t* const to = out.mutable_data<int64_t>();
  const StridedLoop<3> loop(index.shape(), {&along, &index.strides(), &out.strides()});
  loop.parallel([&](const auto& offsets, int64_t length, const auto& steps) {
    for (int64_t i = 0; i < length; ++i) {
      to[offsets[2] + i * steps[2]] =
          offsets[0] + i * steps[0] + from[offsets[1] + i * steps[1]] * step;
    }
  });
  return out;
}

Tensor nonzero(const Tensor& input) {
  const Tensor x = contiguous(input);
  return visit(x.dtype(), [&]<class T>() {
    const T* const from = x.data<T>();
    int64_t count = 0;
    for (int64_t i = 0; i < x.numel(); ++i) count += from[i] != T{0} ? 1 : 0;
    Tensor out = Tensor::empty({count}, DType::i64);
    int64_t* to = out.mutable_data<int64_t>();
    for (int64_t i = 0; i < x.numel(); ++i) {
      if (from[i] != T{0}) *to++ = i;
    }
    return out;
  });
}

Tensor coordinates(const Tensor& places, const Shape& shape) {
  const int64_t rank = shape.size();
  Tensor out = Tensor::empty({places.numel(), rank}, DType::i64);
  const int64_t* const from = places.data<int64_t>();
  int64_t* const to = out.mutable_data<int64_t>();
  for (int64_t i = 0; i < places.numel(); ++i) {
    const IntList index = index_of(from[i], shape);
    std::copy(index.begin(), index.end(), to + i * rank);
  }
  return out;
}

Tensor write_at(const char* op, const Tensor& x, const Tensor& places, const Tensor& values,
                Writing writing) {
  Tensor out = contiguous_copy(x);
  if (writing == Writing::last) {
    visit(x.dtype(),
          [&]<class T>() { write_each<T>(out, places, values, [](T, T value) { return value; }); });
    return out;
  }
  visit_number(op, x.dtype(), [&]<class T>() {
    const bool largest = writing == Writing::largest;
    write_each<T>(out, places, values, [largest](T old, T value) {
      if (old != old) return old;
      return value != value || (largest ? value > old : value < old) ? value : old;
    });
  });
  return out;
}

}  // namespace heed::kernels
