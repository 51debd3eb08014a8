// Rows of elements by vectors, for code inside HWY_NAMESPACE. Whatever the length of a row, nothing
// outside it is read or written.

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "heed/framework/kernels/rows.h"

#if defined(HEED_FRAMEWORK_KERNELS_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_FRAMEWORK_KERNELS_ROWS_INL_H_
#undef HEED_FRAMEWORK_KERNELS_ROWS_INL_H_
#else
#define HEED_FRAMEWORK_KERNELS_ROWS_INL_H_
#endif

// Whether MaskedLoad and BlendedStore leave alone what the mask leaves out.
#undef HEED_HAVE_SAFE_MASKS
#define HEED_HAVE_SAFE_MASKS (!HWY_MEM_OPS_MIGHT_FAULT || HWY_TARGET == HWY_AVX2)

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// How much of a vector belongs to the row: all of it, or the first `count` lanes.
struct Whole {};
struct Part {
  int64_t count;
};

template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load(D d, const T* from, Whole, T /*rest*/) {
  return hn::LoadU(d, from);
}
/// The lanes beyond the row are `rest`.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load(D d, const T* from, Part part, T rest) {
#if HEED_HAVE_SAFE_MASKS
  const auto mask = hn::FirstN(d, static_cast<size_t>(part.count));
  return hn::IfThenElse(mask, hn::MaskedLoad(mask, d, from), hn::Set(d, rest));
#else
  HWY_ALIGN T buffer[HWY_LANES(hn::TFromD<D>)];
  hn::Store(hn::Set(d, rest), d, buffer);
  for (int64_t i = 0; i < part.count; ++i) buffer[i] = from[i];
  return hn::Load(d, buffer);
#endif
}

/// `v` with zeros beyond the row.
template <class D>
HWY_INLINE hn::Vec<D> within(D /*d*/, hn::Vec<D> v, Whole) {
  return v;
}
template <class D>
HWY_INLINE hn::Vec<D> within(D d, hn::Vec<D> v, Part part) {
  return hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(part.count)), v);
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store(D d, hn::Vec<D> v, T* to, Whole) {
  hn::StoreU(v, d, to);
}
template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store(D d, hn::Vec<D> v, T* to, Part part) {
#if HEED_HAVE_SAFE_MASKS
  hn::BlendedStore(v, hn::FirstN(d, static_cast<size_t>(part.count)), d, to);
#else
  HWY_ALIGN T buffer[HWY_LANES(hn::TFromD<D>)];
  hn::Store(v, d, buffer);
  for (int64_t i = 0; i < part.count; ++i) to[i] = buffer[i];
#endif
}

/// As `store`; a row that streams_rows (rows.h) says is written past the caches.
template <class D, class Some, class T = hn::TFromD<D>>
HWY_INLINE void put(D d, hn::Vec<D> v, T* to, Some some, bool streams) {
  if constexpr (std::is_same_v<Some, Whole>) {
    if (streams) return hn::Stream(v, d, to);
  }
  store(d, v, to, some);
}

/// Calls each(i, Whole or Part) for the vectors of a row, in order.
template <class D, class Each>
HWY_INLINE void for_each_vector(D d, int64_t length, const Each& each) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= length; i += lanes) each(i, Whole{});
  if (i < length) each(i, Part{length - i});
}

/// One row as vectors see it. A row of stride 0 is one vector that is read again and again.
template <class D, class T = hn::TFromD<D>>
class Row {
 public:
  /// Row `index` of `count`.
  HWY_INLINE Row(D d, const Strided<const T>& rows, int64_t index, int64_t count)
      : from_(rows.at(index)),
        next_(index + 1 < count ? from_ + rows.row_stride : from_),
        stride_(rows.col_stride) {
    if (stride_ != 0) return;
    hn::Store(hn::Set(d, *from_), d, repeated_);
    from_ = repeated_;
  }
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;
  template <class Some>
  HWY_INLINE hn::Vec<D> at(D d, int64_t i, Some some, T rest) const {
    return load(d, from_ + i * stride_, some, rest);
  }
  /// Fetches place i of the next row into the cache: it comes while there is work to do.
  HWY_INLINE void prefetch_next(int64_t i) const { hwy::Prefetch(next_ + i * stride_); }

 private:
  const T* from_;
  const T* next_;
  int64_t stride_;
  HWY_ALIGN T repeated_[HWY_LANES(hn::TFromD<D>)];
};

/// A row of bools as masks.
template <class D>
class MaskRow {
 public:
  HWY_INLINE MaskRow(const Strided<const bool>& rows, int64_t index)
      : from_(reinterpret_cast<const uint8_t*>(rows.at(index))), stride_(rows.col_stride) {
    if (stride_ != 0) return;
    for (uint8_t& byte : repeated_) byte = *from_;
    from_ = repeated_;
  }
  MaskRow(const MaskRow&) = delete;
  MaskRow& operator=(const MaskRow&) = delete;
  HWY_INLINE hn::Mask<D> at(D d, int64_t i, Whole) const {
    return mask_of(d, hn::LoadU(Bytes(), from_ + i * stride_));
  }
  HWY_INLINE hn::Mask<D> at(D d, int64_t i, Part part) const {
    HWY_ALIGN uint8_t buffer[HWY_LANES(hn::TFromD<D>)] = {};
    for (int64_t k = 0; k < part.count; ++k) buffer[k] = from_[i * stride_ + k];
    return mask_of(d, hn::Load(Bytes(), buffer));
  }

 private:
  using Bytes = hn::Rebind<uint8_t, D>;
  static HWY_INLINE hn::Mask<D> mask_of(D d, hn::Vec<Bytes> bytes) {
    const hn::Rebind<uint32_t, D> words;
    const auto wide = hn::PromoteTo(words, bytes);
    if constexpr (sizeof(hn::TFromD<D>) == 4) {
      return hn::RebindMask(d, hn::Ne(wide, hn::Zero(words)));
    } else {
      const hn::Rebind<uint64_t, D> longs;
      return hn::RebindMask(d, hn::Ne(hn::PromoteTo(longs, wide), hn::Zero(longs)));
    }
  }
  const uint8_t* from_;
  int64_t stride_;
  uint8_t repeated_[HWY_LANES(hn::TFromD<D>)];
};

/// The largest of a row that `at(i, Whole or Part)` reads; beyond the row it reads −Inf. If there
/// is a NaN, any number or NaN.
template <class D, class At, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> max_of_row(D d, int64_t length, const At& at) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto most = hn::Neg(hn::Inf(d));
  int64_t i = 0;
  if (length >= 4 * lanes) {
    auto second = most, third = most, fourth = most;
    for (; i + 4 * lanes <= length; i += 4 * lanes) {
      most = hn::Max(at(i, Whole{}), most);
      second = hn::Max(at(i + lanes, Whole{}), second);
      third = hn::Max(at(i + 2 * lanes, Whole{}), third);
      fourth = hn::Max(at(i + 3 * lanes, Whole{}), fourth);
    }
    most = hn::Max(hn::Max(most, second), hn::Max(third, fourth));
  }
  for_each_vector(d, length - i,
                  [&](int64_t k, auto some) HWY_ATTR { most = hn::Max(at(i + k, some), most); });
  return hn::MaxOfLanes(d, most);
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
