// Runs a test on every set of vector instructions that is compiled in and can run here.
#pragma once

#include <string>

#include "heed/framework/kernels/simd/target.h"
#include "heed/tests/support/catch.h"

namespace heed::testing {

/// Puts the SIMD target back that was in use.
class SimdTarget {
 public:
  SimdTarget() : before_(kernels::simd_target()) {}
  ~SimdTarget() { kernels::use_simd_target(before_); }
  SimdTarget(const SimdTarget&) = delete;
  SimdTarget& operator=(const SimdTarget&) = delete;

 private:
  std::string before_;
};

template <class Test>
void on_every_target(const Test& test) {
  const SimdTarget restore;
  for (const std::string& target : kernels::simd_targets()) {
    INFO("on " << target);
    kernels::use_simd_target(target);
    test();
  }
}

}  // namespace heed::testing
