#include "heed/framework/kernels/order.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "heed/framework/kernels/rows.h"

namespace heed::kernels {
namespace {

/// One line of a tensor along `dim`.
struct Line {
  int64_t size, x_stride, y_stride;
};

/// Calls each(x offset, y offset, Line) for every line of `x` and `y` along `dim`.
template <class Each>
void for_each_line(const Tensor& x, const Tensor& y, int64_t dim, const Each& each) {
  if (x.dim() == 0) return each(0, 0, Line{1, 1, 1});
  const Line line{x.shape()[dim], x.strides()[dim], y.strides()[dim]};
  Shape outer = x.shape();
  Strides x_strides = x.strides(), y_strides = y.strides();
  outer.erase(dim);
  x_strides.erase(dim);
  y_strides.erase(dim);
  for_each_rows<2>(outer, line.size, {&x_strides, &y_strides},
                   [&](int64_t, int64_t lines, const auto& offsets, const auto& strides) {
                     for (int64_t i = 0; i < lines; ++i) {
                       each(offsets[0] + i * strides[0], offsets[1] + i * strides[1], line);
                     }
                   });
}

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
    for_each_line(x, y, dim, [&](int64_t from, int64_t to, const Line& line) {
      Sum total = 0;
      for (int64_t i = 0; i < line.size; ++i) {
        total += static_cast<Sum>(x.data<T>()[from + i * line.x_stride]);
        y.mutable_data<T>()[to + i * line.y_stride] = static_cast<T>(total);
      }
    });
  });
  return y;
}

Tensor argsort(const Tensor& x, int64_t dim, bool descending) {
  Tensor y = Tensor::empty(x.shape(), DType::i64);
  visit_number("argsort", x.dtype(), [&]<class T>() {
    for_each_line(x, y, dim, [&](int64_t from, int64_t to, const Line& line) {
      const T* values = x.data<T>() + from;
      std::vector<int64_t> order(static_cast<size_t>(line.size));
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
        const T a = values[i * line.x_stride], b = values[j * line.x_stride];
        return descending ? below(b, a) : below(a, b);
      });
      for (int64_t i = 0; i < line.size; ++i) {
        y.mutable_data<int64_t>()[to + i * line.y_stride] = order[static_cast<size_t>(i)];
      }
    });
  });
  return y;
}

}  // namespace heed::kernels
