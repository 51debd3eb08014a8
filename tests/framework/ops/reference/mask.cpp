#include "heed/tests/framework/ops/reference/mask.h"

#include <cmath>

#include "heed/tests/support/case/not_finite.h"

namespace heed::reference {

NdArray masked_softmax(const NdArray& x, const NdArray& blocked, int64_t dim) {
  NdArray scores = x;
  for_each_index(x.shape, [&](const Index& at) {
    if (broadcast_at(blocked, at) != 0) scores.at(at) = -testing::infinity;
  });
  return each_line(scores, dim, [](std::vector<double> line) {
    double largest = -testing::infinity, total = 0;
    for (const double v : line) largest = std::fmax(largest, v);
    if (largest == -testing::infinity) return std::vector<double>(line.size(), 0.0);
    for (double& v : line) total += v = std::exp(v - largest);
    for (double& v : line) v /= total;
    return line;
  });
}

}  // namespace heed::reference
