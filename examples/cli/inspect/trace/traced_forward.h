// TracedForward: one forward pass of a model, as in the first step of training.
#pragma once

#include "heed/examples/cli/inspect/trace/recorder.h"
#include "heed/examples/cli/model/model.h"

namespace heed {

struct TracedForward {
  static constexpr int64_t sequences = 2;  ///< so that the batch shows as an axis of its own

  /// `seed`: of the random streams in training.
  TracedForward(Model& model, const TaskForm& form, uint64_t seed);

  Batch batch;
  NamedTensors names;  ///< parameters, buffers and inputs
  TraceRecorder recorder;
  Tensor scores;
};

}  // namespace heed
