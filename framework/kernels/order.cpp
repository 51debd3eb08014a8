#include "heed/framework/kernels/order.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "heed/framework/kernels/strided_loop.h"

namespace heed::kernels {
namespace {

/// Calls each(x offset, y offset) for every line of `x` and `y` along `dim`.
template <class Each>
void for_each_line(const Tensor& x, const Tensor& y, int64_t dim, const Each& each) {
  if (x.dim() == 0) return each(0, 0);
  Shape shape = x.shape();
  Strides x_strides = x.strides(), y_strides = y.strides();
  const int64_t size = shape[dim];
  shape.erase(dim);
  x_strides.erase(dim);
  y_strides.erase(dim);
  const StridedLoop<2> lines(shape, {&x_strides, &y_strides});
  const int64_t grain = std::max<int64_t>(1, elements_per_chunk / std::max<int64_t>(1, size));
  parallel_for(lines.numel, grain, [&](int64_t begin, int64_t end) {
    lines.for_each_run(begin, end, [&](const auto& offsets, int64_t length, const auto& steps) {
      for (int64_t i = 0; i < length; ++i)
        each(offsets[0] + i * steps[0], offsets[1] + i * steps[1]);
    });
  });
}

struct Line {
  int64_t size, x_step, y_step;
  Line(const Tensor& x, const Tensor& y, int64_t dim)
      : size(x.dim() == 0 ? 1 : x.shape()[dim]),
        x_step(x.dim() == 0 ? 1 : x.strides()[dim]),
        y_step(y.dim() == 0 ? 1 : y.strides()[dim]) {}
};

/// The order of numbers with NaN above all.
template <class T>
bool below(T a, T b) {
  const bool a_nan = a != a, b_nan = b != b;
  return a_nan || b_nan ? !a_nan && b_nan : a < b;
}

}  // namespace

Tensor cumsum(const Tensor& x, int64_t dim) {
  Tensor y = Tensor::empty(x.shape(), x.dtype());
  const Line line(x, y, dim);
  visit_number("cumsum", x.dtype(), [&]<class T>() {
    using Sum =
        std::conditional_t<std::is_integral_v<T>, uint64_t, double>;  // integers wrap around
    for_each_line(x, y, dim, [&](int64_t from, int64_t to) {
      Sum total = 0;
      for (int64_t i = 0; i < line.size; ++i) {
        total += static_cast<Sum>(x.data<T>()[from + i * line.x_step]);
        y.mutable_data<T>()[to + i * line.y_step] = static_cast<T>(total);
      }
    });
  });
  return y;
}

Tensor argsort(const Tensor& x, int64_t dim, bool descending) {
  Tensor y = Tensor::empty(x.shape(), DType::i64);
  const Line line(x, y, dim);
  visit_number("argsort", x.dtype(), [&]<class T>() {
    for_each_line(x, y, dim, [&](int64_t from, int64_t to) {
      const T* values = x.data<T>() + from;
      std::vector<int64_t> order(static_cast<size_t>(line.size));
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
        const T a = values[i * line.x_step], b = values[j * line.x_step];
        return descending ? below(b, a) : below(a, b);
      });
      for (int64_t i = 0; i < line.size; ++i) {
        y.mutable_data<int64_t>()[to + i * line.y_step] = order[static_cast<size_t>(i)];
      }
    });
  });
  return y;
}

}  // namespace heed::kernels
