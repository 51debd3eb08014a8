#include "heed/tests/framework/ops/reference/order.h"

#include <cmath>
#include <cstddef>

namespace heed::reference {

using Line = std::vector<double>;

NdArray cumsum(const NdArray& x, int64_t dim) {
  return each_line(x, dim, [](Line line) {
    for (size_t i = 1; i < line.size(); ++i) line[i] += line[i - 1];
    return line;
  });
}

NdArray cumprod(const NdArray& x, int64_t dim) {
  return each_line(x, dim, [](Line line) {
    for (size_t i = 1; i < line.size(); ++i) line[i] *= line[i - 1];
    return line;
  });
}

NdArray logcumsumexp(const NdArray& x, int64_t dim) {
  const auto exponential = [](double v) { return std::exp(v); };
  return each(cumsum(each(x, exponential), dim), [](double v) { return std::log(v); });
}

NdArray argsort(const NdArray& x, int64_t dim, bool descending) {
  const auto before = [descending](double a, double b) {
    const double first = descending ? b : a, second = descending ? a : b;
    if (std::isnan(second)) return !std::isnan(first);
    return first < second;
  };
  return each_line(x, dim, [&](const Line& line) {
    Line order;  // by insertion, behind everything that is not greater
    for (size_t i = 0; i < line.size(); ++i) {
      size_t place = order.size();
      while (place > 0 && before(line[i], line[static_cast<size_t>(order[place - 1])])) --place;
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(place), static_cast<double>(i));
    }
    return order;
  });
}

NdArray head(const NdArray& x, int64_t dim, int64_t count) {
  if (x.shape.empty()) return x;
  return each_line(x, dim, [count](Line line) {
    line.resize(static_cast<size_t>(count), 0.0);
    return line;
  });
}

}  // namespace heed::reference
