// log_of_sum: the sum of two numbers that are given by their logarithms.
#pragma once

#include <cmath>

namespace heed::kernels {

/// log(exp a + exp b). Equal infinities have no difference; NaN is neither equal nor ordered.
inline double log_of_sum(double a, double b) {
  if (a == b && std::isinf(a)) return a;
  const double high = a > b ? a : b, low = a > b ? b : a;
  return high + std::log1p(std::exp(low - high));
}

}  // namespace heed::kernels
