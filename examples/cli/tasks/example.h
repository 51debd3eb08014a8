// Example: one sequence as a model reads it, and the expected outputs.
#pragma once

#include <span>
#include <vector>

#include "heed/examples/cli/tasks/task.h"

namespace heed {

/// Symbols or targets by their numbers.
using Sequence = std::vector<int64_t>;

/// What a model learns from at once: an input and what is expected for it.
struct Example {
  Sequence input;   ///< in [0, symbols)
  Sequence target;  ///< in [0, classes) or ignored_target
  Sequence answer_input =
      {};  ///< Attends::encoder_decoder: as long as the target, in [0, answer_symbols)
};

/// What a decoder reads while it should write `answer`: `start`, then all of the answer but its
/// end.
Sequence shifted(const Sequence& answer, int64_t start);

/// The elements as bytes, for a checksum.
template <class T>
std::string_view raw_bytes(const std::vector<T>& elements) {
  return {reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(T)};
}

/// The examples side by side. Shorter ones are padded at the end: inputs and answer inputs by 0,
/// which no mask lets count, targets by ignored_target.
Batch batch_of(std::span<const Example> examples);

}  // namespace heed
