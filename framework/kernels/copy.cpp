#include "heed/framework/kernels/copy.h"

#include <cstring>

#include "heed/framework/kernels/map.h"

namespace heed::kernels {

Tensor contiguous_copy(const Tensor& x) {
  Tensor out = Tensor::empty(x.shape(), x.dtype());
  copy_(out, x);
  return out;
}

Tensor contiguous(const Tensor& x) { return x.is_contiguous() ? x : contiguous_copy(x); }

Tensor cast(const Tensor& x, DType dtype) {
  Tensor out = Tensor::empty(x.shape(), dtype);
  visit(x.dtype(), [&]<class From>() {
    visit(dtype, [&]<class To>() {
      map_into<To, From>(out, [](From value) { return static_cast<To>(value); }, x);
    });
  });
  return out;
}

void copy_(const Tensor& to, const Tensor& from) {
  visit(to.dtype(), [&]<class T>() { map_into<T, T>(to, [](T value) { return value; }, from); });
}

void fill_(const Tensor& x, double value) {
  visit(x.dtype(), [&]<class T>() {
    map_into<T>(x, [value]() { return static_cast<T>(value); });
  });
}

}  // namespace heed::kernels
