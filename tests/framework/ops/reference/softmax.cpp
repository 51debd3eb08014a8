#include "heed/tests/framework/ops/reference/softmax.h"

#include <cmath>

namespace heed::reference {
namespace {

/// The elements of `x` along `axis` through `index`.
std::vector<double> line_through(const NdArray& x, size_t axis, const Index& index) {
  if (x.shape.empty()) return x.data;
  std::vector<double> line;
  Index source = index;
  for (int64_t i = 0; i < x.shape[axis]; ++i) {
    source[axis] = i;
    line.push_back(x.at(source));
  }
  return line;
}

double largest_of(const std::vector<double>& line) {
  double largest = line.at(0);
  for (const double element : line) largest = element > largest ? element : largest;
  return largest;
}

double sum_of_shifted_exponentials(const std::vector<double>& line, double shift) {
  double total = 0.0;
  for (const double element : line) total += std::exp(element - shift);
  return total;
}

}  // namespace

NdArray softmax(const NdArray& x, int64_t dim) {
  const size_t axis = wrap_dim(dim, x.rank());
  NdArray y = x;
  for_each_index(x.shape, [&](const Index& index) {
    const std::vector<double> line = line_through(x, axis, index);
    const double shift = largest_of(line);
    y.at(index) = std::exp(x.at(index) - shift) / sum_of_shifted_exponentials(line, shift);
  });
  return y;
}

NdArray log_softmax(const NdArray& x, int64_t dim) {
  const size_t axis = wrap_dim(dim, x.rank());
  NdArray y = x;
  for_each_index(x.shape, [&](const Index& index) {
    const std::vector<double> line = line_through(x, axis, index);
    const double shift = largest_of(line);
    y.at(index) = x.at(index) - shift - std::log(sum_of_shifted_exponentials(line, shift));
  });
  return y;
}

}  // namespace heed::reference
