#include "heed/framework/kernels/scan.h"

#include <limits>
#include <type_traits>

#include "heed/framework/kernels/lines.h"
#include "heed/framework/kernels/log_of_sum.h"

namespace heed::kernels {
namespace {

/// y[i] = join(y[i − 1], x[i]) along `dim` from `start`, accumulated in Total.
template <class T, class Total, class Join>
Tensor scan(const Tensor& x, int64_t dim, Total start, const Join& join) {
  Tensor y = Tensor::empty(x.shape(), x.dtype());
  const T* const from = x.data<T>();
  T* const to = y.mutable_data<T>();
  for_each_line<2>({&x, &y}, dim, [&](const auto& at, const auto& steps, int64_t size) {
    Total total = start;
    for (int64_t i = 0; i < size; ++i) {
      total = join(total, static_cast<Total>(from[at[0] + i * steps[0]]));
      to[at[1] + i * steps[1]] = static_cast<T>(total);
    }
  });
  return y;
}

}  // namespace

Tensor cumprod(const Tensor& x, int64_t dim) {
  return visit_number("cumprod", x.dtype(), [&]<class T>() {
    using Total = std::conditional_t<std::is_integral_v<T>, uint64_t, double>;
    return scan<T>(x, dim, Total{1}, [](Total total, Total v) { return total * v; });
  });
}

Tensor logcumsumexp(const Tensor& x, int64_t dim) {
  return visit_floating("logcumsumexp", x.dtype(), [&]<class T>() {
    return scan<T>(x, dim, -std::numeric_limits<double>::infinity(), log_of_sum);
  });
}

Tensor reverse_scan(const Tensor& g, const Tensor& a, int64_t dim) {
  Tensor y = Tensor::empty(g.shape(), g.dtype());
  visit_floating("reverse_scan", g.dtype(), [&]<class T>() {
    const T *const added = g.data<T>(), *const factors = a.data<T>();
    T* const to = y.mutable_data<T>();
    for_each_line<3>({&g, &a, &y}, dim, [&](const auto& at, const auto& steps, int64_t size) {
      double total = 0;
      for (int64_t i = size - 1; i >= 0; --i) {
        // Not 0 · factor behind the end, which may be NaN.
        if (i < size - 1) total *= static_cast<double>(factors[at[1] + (i + 1) * steps[1]]);
        total += static_cast<double>(added[at[0] + i * steps[0]]);
        to[at[2] + i * steps[2]] = static_cast<T>(total);
      }
    });
  });
  return y;
}

}  // namespace heed::kernels
