// How the ranks of a job come to train the same: rank 0 has read and decided everything; the others
// get the configuration, the parameters and the state from it, and only their data from files.
#pragma once

#include <functional>

#include "heed/examples/cli/training/experiment.h"

namespace heed {

/// Collective, on rank 0: gives the others what they need to train along. Throws RankError if one
/// of them has other data, or computes with other instructions.
void lead_ranks(const Experiment& experiment);

/// Collective, on the other ranks: what rank 0 has. Data that is not there yet, or not all of it,
/// is waited for: a shared file system may show it late.
Experiment follow_rank_0(const Registry& registry, Team& team);

/// Trains along, having no other effect. Throws what rank 0 throws: Interrupted, DivergedError.
void train_along(const Experiment& experiment);

/// Does what every rank of a job does and ends in the same way: by returning, by Interrupted or by
/// DivergedError. Afterwards this process is alone.
void together(const std::function<void()>& work);

}  // namespace heed
