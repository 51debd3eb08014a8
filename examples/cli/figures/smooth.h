// Smoothing of noisy lines.
#pragma once

#include "heed/examples/cli/figures/line_figure.h"

namespace heed {

/// The exponential moving average of a line: each point counts `weight` (0 ≤ weight < 1) times as
/// much as the next, and the weights at each point sum to 1, so the start is not drawn towards 0.
/// Gaps stay gaps and count nothing. Smooth before thinning.
Series smoothed(const Series& line, double weight);

}  // namespace heed
