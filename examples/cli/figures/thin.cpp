#include "heed/examples/cli/figures/thin.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace heed {
namespace {

/// Where each of `parts` stretches of `count` values begins, and the end of the last.
std::vector<size_t> stretches(size_t count, size_t parts) {
  std::vector<size_t> starts;
  for (size_t part = 0; part <= parts; ++part) starts.push_back(count * part / parts);
  return starts;
}

}  // namespace

std::vector<size_t> thinned(const std::vector<double>& values, size_t most) {
  std::vector<size_t> kept(values.size());
  std::iota(kept.begin(), kept.end(), size_t{0});
  if (values.size() <= most) return kept;
  kept = {0, values.size() - 1};
  const std::vector<size_t> starts = stretches(values.size(), (most - 2) / 3);
  for (size_t part = 0; part + 1 < starts.size(); ++part) {
    size_t smallest = values.size(), largest = values.size(), gap = values.size();
    for (size_t i = starts[part]; i < starts[part + 1]; ++i) {
      if (!std::isfinite(values[i])) {
        gap = std::min(gap, i);
        continue;
      }
      if (smallest == values.size() || values[i] < values[smallest]) smallest = i;
      if (largest == values.size() || values[i] > values[largest]) largest = i;
    }
    for (const size_t index : {smallest, largest, gap}) {
      if (index < values.size()) kept.push_back(index);
    }
  }
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  return kept;
}

Band thinned(const Band& band, size_t most) {
  if (band.x.size() <= most) return band;
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const std::vector<size_t> starts = stretches(band.x.size(), most);
  Band thin;
  for (size_t part = 0; part + 1 < starts.size(); ++part) {
    double low = none, high = none;  // fmin and fmax pass over NaN
    for (size_t i = starts[part]; i < starts[part + 1]; ++i) {
      low = std::fmin(low, band.low[i]);
      high = std::fmax(high, band.high[i]);
    }
    thin.x.push_back(band.x[(starts[part] + starts[part + 1]) / 2]);
    thin.low.push_back(low);
    thin.high.push_back(high);
  }
  return thin;
}

}  // namespace heed
