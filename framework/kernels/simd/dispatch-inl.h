// Compiles a file of kernels once for each SIMD target and calls the best one that this CPU runs.
// Included after all other headers that are not "-inl.h". What follows is:
//
//     HWY_BEFORE_NAMESPACE();
//     namespace heed::kernels::HWY_NAMESPACE {      // one namespace for each target
//     template <class T>
//     void double_all(T* x, int64_t length) { … }   // by Highway's vectors
//     }  // namespace heed::kernels::HWY_NAMESPACE
//     HWY_AFTER_NAMESPACE();
//
//     #if HWY_ONCE
//     namespace heed::kernels {                     // plain code
//     … HEED_DISPATCH(double_all<T>)(data, length);
//     }  // namespace heed::kernels
//     #endif
//
// A lambda in the upper part needs HWY_ATTR, or it is compiled without the target's instructions
// (tests/lint/simd.py finds those that lack it). Types that both parts use, and those that do not
// depend on the target, stand between `#ifndef HEED_…_ONCE` and `#endif`.
#ifndef HEED_FRAMEWORK_KERNELS_SIMD_DISPATCH_INL_H_
#define HEED_FRAMEWORK_KERNELS_SIMD_DISPATCH_INL_H_

#include "heed/framework/kernels/simd/target.h"
#include "heed/framework/kernels/simd/targets-inl.h"

/// A pointer to a function of HWY_NAMESPACE, which may be an instance of a template, as compiled
/// for the target in use. Highway's HWY_EXPORT takes no templates.
#define HEED_DISPATCH(kernel)                                                    \
  [] {                                                                           \
    using Kernel = decltype(&HWY_STATIC_DISPATCH(kernel));                       \
    if constexpr (::heed::kernels::has_one_target) {                             \
      return Kernel{&HWY_STATIC_DISPATCH(kernel)};                               \
    } else {                                                                     \
      [[maybe_unused]] static constexpr Kernel of_targets[] = {                  \
          nullptr, HWY_CHOOSE_TARGET_LIST(kernel), HWY_CHOOSE_FALLBACK(kernel)}; \
      return of_targets[::heed::kernels::target_index()];                        \
    }                                                                            \
  }()

#endif

// The file includes itself, as __BASE_FILE__: that is what is compiled, be it this file alone or
// several joined (docs/decisions/0012).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE __BASE_FILE__
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
