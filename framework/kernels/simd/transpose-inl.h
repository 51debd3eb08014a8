// Transposed copies of small matrices. Included once for each SIMD target.
#include <hwy/highway.h>

#include <cstdint>

#if defined(HEED_FRAMEWORK_KERNELS_TRANSPOSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_FRAMEWORK_KERNELS_TRANSPOSE_INL_H_
#undef HEED_FRAMEWORK_KERNELS_TRANSPOSE_INL_H_
#else
#define HEED_FRAMEWORK_KERNELS_TRANSPOSE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
template <class T>
constexpr int64_t transpose_block = 1;

template <class D, class T>
HWY_INLINE void transpose_columns(D /*d*/, const T* from, int64_t, T* to, int64_t) {
  *to = *from;
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
HWY_INLINE void transpose_columns(D d, const float* from, int64_t from_row, float* to,
                                  int64_t to_row) {
  const hn::Repartition<uint64_t, D> pairs;
  const auto r0 = load_blocks(d, from, 4 * from_row);
  const auto r1 = load_blocks(d, from + from_row, 4 * from_row);
  const auto r2 = load_blocks(d, from + 2 * from_row, 4 * from_row);
  const auto r3 = load_blocks(d, from + 3 * from_row, 4 * from_row);
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, low01, low23)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, low01, low23)), d, to + to_row);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, high01, high23)), d, to + 2 * to_row);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, high01, high23)), d, to + 3 * to_row);
}

/// Two columns of doubles.
template <class D>
HWY_INLINE void transpose_columns(D d, const double* from, int64_t from_row, double* to,
                                  int64_t to_row) {
  const auto r0 = load_blocks(d, from, 2 * from_row);
  const auto r1 = load_blocks(d, from + from_row, 2 * from_row);
  hn::StoreU(hn::InterleaveLower(d, r0, r1), d, to);
  hn::StoreU(hn::InterleaveUpper(d, r0, r1), d, to + to_row);
}
#endif

/// to[j][i] = from[i][j] for rows i from `begin` on, as many at once as `d` has lanes while there
/// are as many; the row behind them. Rows of `from` are dense, as are those of `to`.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE int64_t transpose_rows(D d, const T* from, int64_t from_row, int64_t begin, int64_t rows,
                                  int64_t cols, T* to, int64_t to_row) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = begin;
  for (; i + lanes <= rows; i += lanes) {
    int64_t j = 0;
    for (; j + transpose_block<T> <= cols; j += transpose_block<T>) {
      transpose_columns(d, from + i * from_row + j, from_row, to + j * to_row + i, to_row);
    }
    for (; j < cols; ++j) {
      for (int64_t l = i; l < i + lanes; ++l) to[j * to_row + l] = from[l * from_row + j];
    }
  }
  return i;
}

/// to[j][i] = from[i][j] for i < rows and j < cols.
template <class T>
HWY_INLINE void transpose_into(const T* from, int64_t from_row, int64_t rows, int64_t cols, T* to,
                               int64_t to_row) {
  const hn::ScalableTag<T> whole;
  const hn::CappedTag<T, transpose_block<T>> block;
  int64_t i = transpose_rows(whole, from, from_row, 0, rows, cols, to, to_row);
  i = transpose_rows(block, from, from_row, i, rows, cols, to, to_row);
  for (; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) to[j * to_row + i] = from[i * from_row + j];
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard toggle
