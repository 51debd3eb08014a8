// Transposed copies of small matrices. Included once for each SIMD target.
#include <hwy/highway.h>

#include <cstdint>

#include "heed/framework/kernels/simd/strided.h"

#if defined(HEED_FRAMEWORK_KERNELS_TRANSPOSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_FRAMEWORK_KERNELS_TRANSPOSE_INL_H_
#undef HEED_FRAMEWORK_KERNELS_TRANSPOSE_INL_H_
#else
#define HEED_FRAMEWORK_KERNELS_TRANSPOSE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// to[j][i] = from[i][j] for i < rows and j < cols. The rows of both are dense.
template <class T>
struct Transpose {
  Strided<const T> from;
  Strided<T> to;
  int64_t rows, cols;
};

#if HWY_TARGET == HWY_SCALAR
template <class T>
constexpr int64_t transpose_block = 1;

template <class D, class T>
HWY_INLINE void transpose_columns(D /*d*/, const Strided<const T>& from, const Strided<T>& to) {
  *to.data = *from.data;
}
#else
/// Columns that are transposed at once: what a block of 16 bytes holds.
template <class T>
constexpr int64_t transpose_block = 16 / sizeof(T);

/// Blocks of 16 bytes, `step` elements apart, side by side in a vector.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_blocks(D d, const T* from, int64_t step) {
  constexpr auto blocks = static_cast<int64_t>(hn::MaxLanes(D())) / transpose_block<T>;
  if constexpr (blocks == 1) {
    return hn::LoadU(d, from);
  } else {
    const hn::Half<D> half;
    const auto low = load_blocks(half, from, step);
    return hn::Combine(d, load_blocks(half, from + blocks / 2 * step, step), low);
  }
}

/// Four columns of as many rows as `d` has lanes, by interleaving pairs of rows twice in each block
/// of the vectors. Whole vectors are written: who reads them at once need not wait for their parts.
template <class D>
HWY_INLINE void transpose_columns(D d, const Strided<const float>& from, const Strided<float>& to) {
  const hn::Repartition<uint64_t, D> pairs;
  const int64_t step = 4 * from.row_stride;
  const auto r0 = load_blocks(d, from.at(0), step), r1 = load_blocks(d, from.at(1), step);
  const auto r2 = load_blocks(d, from.at(2), step), r3 = load_blocks(d, from.at(3), step);
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, low01, low23)), d, to.at(0));
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, low01, low23)), d, to.at(1));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, high01, high23)), d, to.at(2));
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, high01, high23)), d, to.at(3));
}

/// Two columns of doubles.
template <class D>
HWY_INLINE void transpose_columns(D d, const Strided<const double>& from,
                                  const Strided<double>& to) {
  const auto r0 = load_blocks(d, from.at(0), 2 * from.row_stride);
  const auto r1 = load_blocks(d, from.at(1), 2 * from.row_stride);
  hn::StoreU(hn::InterleaveLower(d, r0, r1), d, to.at(0));
  hn::StoreU(hn::InterleaveUpper(d, r0, r1), d, to.at(1));
}
#endif

/// Rows from `begin` on, as many at once as `d` has lanes while there are as many; the row behind
/// them.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE int64_t transpose_rows(D d, const Transpose<T>& t, int64_t begin) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = begin;
  for (; i + lanes <= t.rows; i += lanes) {
    int64_t j = 0;
    for (; j + transpose_block<T> <= t.cols; j += transpose_block<T>) {
      transpose_columns(d, t.from.from(i, j), t.to.from(j, i));
    }
    for (; j < t.cols; ++j) {
      for (int64_t l = i; l < i + lanes; ++l) *t.to.at(j, l) = *t.from.at(l, j);
    }
  }
  return i;
}

template <class T>
HWY_INLINE void transpose_into(const Transpose<T>& t) {
  const hn::ScalableTag<T> whole;
  const hn::CappedTag<T, transpose_block<T>> block;
  int64_t i = transpose_rows(whole, t, 0);
  i = transpose_rows(block, t, i);
  for (; i < t.rows; ++i) {
    for (int64_t j = 0; j < t.cols; ++j) *t.to.at(j, i) = *t.from.at(i, j);
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard toggle
