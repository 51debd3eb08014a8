// take_snapshot: what the heads of a model look at now, on held-out sequences of its task.
#pragma once

#include <cstdint>

#include "heed/examples/cli/model/model.h"
#include "heed/examples/cli/snapshots/snapshot.h"
#include "heed/examples/cli/tasks/task.h"

namespace heed {

/// The first held-out sequences that a snapshot uses. The more, the less its scores vary and the
/// longer it takes.
struct SnapshotSlice {
  int64_t sequences;           ///< for the loss and the scores
  int64_t left_out_sequences;  ///< the first of them, for the loss without each head
};

/// What a snapshot uses so that the `count` of a training together take about a fiftieth of its
/// time: a function of what is given.
SnapshotSlice snapshot_slice(Model& model, const Task& task, int64_t trained_sequences,
                             int64_t count);

/// The model is as before. Its first sequences are the probes, at most three: of each the first 48
/// queries are kept, with all the keys that they may see. Throws Interrupted once a signal came.
Snapshot take_snapshot(Model& model, const Task& task, const SnapshotSlice& slice, int64_t step);

}  // namespace heed
