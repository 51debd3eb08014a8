// AttentionAxes: what stands along the two axes of an attention's weights.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heed/examples/cli/tasks/task.h"

namespace heed {

/// What a position of an axis belongs to.
enum class Axis {
  inputs,    ///< the sequence that the model reads
  answers,   ///< what the decoder reads: the start, then its answer so far
  positions  ///< learned queries, which belong to places of the answer
};

struct AttentionAxes {
  Axis queries, keys;
};

/// Of the attention at a path of a model.
AttentionAxes axes_of(const std::string& path, Attends attends);

/// Labels of an axis of this length while the model reads `batch`, one sequence.
std::vector<std::string> axis_words(Axis axis, int64_t length, const Batch& batch,
                                    const Tokenizer& tokenizer);

}  // namespace heed
