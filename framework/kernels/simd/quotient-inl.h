// a / b on vectors, for code inside HWY_NAMESPACE.

#include <hwy/highway.h>

#include <cstddef>

#if defined(HEED_FRAMEWORK_KERNELS_QUOTIENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_FRAMEWORK_KERNELS_QUOTIENT_INL_H_
#undef HEED_FRAMEWORK_KERNELS_QUOTIENT_INL_H_
#else
#define HEED_FRAMEWORK_KERNELS_QUOTIENT_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// a / b as IEEE 754 has it. hn::Div of EMU128 gives 0 for x / 0 since Highway 1.1.
template <class V>
HWY_INLINE V quotient(V a, V b) {
#if HWY_TARGET == HWY_EMU128
  constexpr size_t lanes = hn::MaxLanes(hn::DFromV<V>());
  for (size_t i = 0; i < lanes; ++i) a.raw[i] /= b.raw[i];
  return a;
#else
  return hn::Div(a, b);
#endif
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
