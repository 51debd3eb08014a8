// How much memory a training takes, known before any of it is allocated.
#pragma once

#include <cstdint>
#include <string>

#include "heed/examples/cli/training/trainer.h"

namespace heed {

/// In bytes.
struct MemoryEstimate {
  int64_t parameters;
  int64_t gradients;  ///< those of parts that wait to be added, and in a team those on their way
  int64_t optimizer;
  int64_t activations;  ///< of one step, about

  int64_t total() const { return parameters + gradients + optimizer + activations; }
};

/// Of a trainer that may be built under ShapesOnly; of the rank of its team that needs most.
MemoryEstimate memory_estimate(const Trainer& trainer);

/// Why a training does not fit into `available` bytes, with what to change; "" if it does.
std::string memory_fault(const MemoryEstimate& estimate, int64_t available);

}  // namespace heed
