#include "heed/examples/cli/figures/smooth.h"

#include <cmath>

namespace heed {

Series smoothed(const Series& line, double weight) {
  Series smooth = line;
  double sum = 0, weights = 0;
  for (double& y : smooth.y) {
    if (!std::isfinite(y)) continue;
    sum = weight * sum + (1 - weight) * y;
    weights = weight * weights + (1 - weight);
    y = sum / weights;
  }
  return smooth;
}

}  // namespace heed
