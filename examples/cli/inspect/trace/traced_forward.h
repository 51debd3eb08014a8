// TracedForward: one forward pass of a configured model, as in the first step of training.
#pragma once

#include "heed/examples/cli/inspect/trace/recorder.h"
#include "heed/examples/cli/training/experiment.h"

namespace heed {

struct TracedForward {
  static constexpr int64_t sequences = 2;  ///< so that the batch shows as an axis of its own

  explicit TracedForward(const Experiment& experiment);

  Batch batch;
  NamedTensors names;  ///< parameters, buffers and inputs
  TraceRecorder recorder;
  Tensor scores;
};

}  // namespace heed
