// How much memory a training takes, known before any of it is allocated.
#pragma once

#include <cstdint>
#include <string>

#include "heed/examples/cli/training/trainer.h"

namespace heed {

/// In bytes.
struct MemoryEstimate {
  int64_t parameters, gradients, optimizer;
  int64_t activations;  ///< of one step, about

  int64_t total() const { return parameters + gradients + optimizer + activations; }
};

/// Of all elements.
int64_t bytes_of(const NamedTensors& tensors);

/// Of a trainer that may be built under ShapesOnly.
MemoryEstimate memory_estimate(const Trainer& trainer);

/// Why a training does not fit into `available` bytes, with what to change; "" if it does.
std::string memory_fault(const MemoryEstimate& estimate, int64_t available);

}  // namespace heed
