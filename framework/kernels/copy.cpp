#include "heed/framework/kernels/copy.h"

#include <limits>
#include <type_traits>

#include "heed/framework/kernels/map.h"

namespace heed::kernels {
namespace {

/// NaN and what i64 cannot hold become its smallest number, as x86 does it, instead of anything.
template <class To, class From>
To converted(From value) {
  if constexpr (std::is_same_v<To, int64_t> && std::is_floating_point_v<From>) {
    const bool fits = value >= From{-0x1p63} && value < From{0x1p63};
    return fits ? static_cast<To>(value) : std::numeric_limits<To>::min();
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace

Tensor contiguous_copy(const Tensor& x) {
  Tensor out = Tensor::empty(x.shape(), x.dtype());
  copy_(out, x);
  return out;
}

Tensor contiguous(const Tensor& x) {
  return x.is_contiguous() ? x : contiguous_copy(x);
}

Tensor cast(const Tensor& x, DType dtype) {
  Tensor out = Tensor::empty(x.shape(), dtype);
  visit(x.dtype(), [&]<class From>() {
    visit(dtype, [&]<class To>() {
      map_into<To, From>(
          out, [](From value) { return converted<To>(value); }, x);
    });
  });
  return out;
}

void copy_(const Tensor& to, const Tensor& from) {
  visit(to.dtype(), [&]<class T>() {
    map_into<T, T>(
        to, [](T value) { return value; }, from);
  });
}

void fill_(const Tensor& x, double value) {
  visit(x.dtype(), [&]<class T>() { map_into<T>(x, [value]() { return static_cast<T>(value); }); });
}

}  // namespace heed::kernels
