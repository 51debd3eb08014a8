// Which of the compiled SIMD targets is in use, for dispatch-inl.h and target.cpp.
#ifndef HEED_FRAMEWORK_KERNELS_SIMD_TARGETS_INL_H_
#define HEED_FRAMEWORK_KERNELS_SIMD_TARGETS_INL_H_

#include <hwy/base.h>
#include <hwy/targets.h>

#include <cstddef>

namespace heed::kernels {

/// Whether kernels are compiled for one target only. Then nothing is looked up at run time, and
/// Highway is its headers alone.
constexpr bool has_one_target = (HWY_TARGETS & (HWY_TARGETS - 1)) == 0;

/// The index of the target in use in the tables of HEED_DISPATCH.
inline size_t target_index() {
  hwy::ChosenTarget& chosen = hwy::GetChosenTarget();
  const size_t index = chosen.GetIndex();
  if (index != 0) return index;
  chosen.Update(hwy::SupportedTargets());  // before main: nobody has chosen yet
  return chosen.GetIndex();
}

}  // namespace heed::kernels

#endif
