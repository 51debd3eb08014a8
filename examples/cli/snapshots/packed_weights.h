// Packed numbers: the weights of all heads at all snapshots, small enough for a page. The page's
// script unpacks them: report/page/common/head_data.js.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace heed {

/// Whole numbers as letters: 5 bits in each, the lowest first, and a sixth if more follow; the sign
/// is the lowest bit. "." and a number without a sign stand for so many zeros.
std::string packed_numbers(const std::vector<int32_t>& numbers);

/// Weights of one attention and one probe: at each snapshot all that are not masked, in order. They
/// are finite.
using WeightsOfSnapshots = std::vector<std::vector<float>>;

/// With weights rounded to whole numbers of 1/scale, as the changes from snapshot to snapshot: what
/// hardly moves takes little room.
std::string packed_weights(const WeightsOfSnapshots& weights, int64_t scale);

}  // namespace heed
