// What the program runs on: processor and memory.
#pragma once

#include <cstdint>
#include <string>

namespace heed {

/// The processor's model as the system names it, or "unknown".
std::string cpu_model();

/// The SIMD features of the processor that matter here, with single spaces between.
std::string cpu_features();

struct SystemMemory {
  int64_t total;      ///< bytes; 0 if unknown
  int64_t available;  ///< bytes; 0 if unknown
};
SystemMemory system_memory();

/// f32 products of 1024 × 1024 matrices in one thread: the median speed of several, in 10⁹
/// operations per second.
double measure_gemm_gflops();

}  // namespace heed
