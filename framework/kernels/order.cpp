#include "heed/framework/kernels/order.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "heed/framework/base/memory.h"
#include "heed/framework/kernels/lines.h"

namespace heed::kernels {
namespace {

/// The order of numbers with NaN above all.
template <class T>
bool below(T a, T b) {
  const bool a_nan = a != a, b_nan = b != b;
  return a_nan || b_nan ? !a_nan && b_nan : a < b;
}

}  // namespace

Tensor cumsum(const Tensor& x, int64_t dim) {
  Tensor y = Tensor::empty(x.shape(), x.dtype());
  visit_number("cumsum", x.dtype(), [&]<class T>() {
    using Sum = std::conditional_t<std::is_integral_v<T>, uint64_t,
                                   double>;  // integers wrap around
    for_each_line<2>({&x, &y}, dim, [&](const auto& at, const auto& steps, int64_t size) {
      Sum total = 0;
      for (int64_t i = 0; i < size; ++i) {
        total += static_cast<Sum>(x.data<T>()[at[0] + i * steps[0]]);
        y.mutable_data<T>()[at[1] + i * steps[1]] = static_cast<T>(total);
      }
    });
  });
  return y;
}

Tensor argsort(const Tensor& x, int64_t dim, bool descending) {
  Tensor y = Tensor::empty(x.shape(), DType::i64);
  visit_number("argsort", x.dtype(), [&]<class T>() {
    for_each_line<2>({&x, &y}, dim, [&](const auto& at, const auto& steps, int64_t size) {
      const T* values = x.data<T>() + at[0];
      std::vector<int64_t> order(memory_size(size));
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
        const T a = values[i * steps[0]], b = values[j * steps[0]];
        return descending ? below(b, a) : below(a, b);
      });
      for (int64_t i = 0; i < size; ++i) {
        y.mutable_data<int64_t>()[at[1] + i * steps[1]] = order[static_cast<size_t>(i)];
      }
    });
  });
  return y;
}

}  // namespace heed::kernels
