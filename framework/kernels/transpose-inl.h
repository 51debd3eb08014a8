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

template <class T>
HWY_INLINE void transpose_one_block(const T* from, int64_t, T* to, int64_t) {
  *to = *from;
}
#else
template <class T>
constexpr int64_t transpose_block = 16 / sizeof(T);

/// A block of 4 × 4 floats, by interleaving pairs of rows twice.
HWY_INLINE void transpose_one_block(const float* from, int64_t from_row, float* to,
                                    int64_t to_row) {
  const hn::FixedTag<float, 4> d;
  const hn::Repartition<uint64_t, decltype(d)> pairs;
  const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + from_row);
  const auto r2 = hn::LoadU(d, from + 2 * from_row), r3 = hn::LoadU(d, from + 3 * from_row);
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, low01, low23)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, low01, low23)), d, to + to_row);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, high01, high23)), d, to + 2 * to_row);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, high01, high23)), d, to + 3 * to_row);
}

/// A block of 2 × 2 doubles.
HWY_INLINE void transpose_one_block(const double* from, int64_t from_row, double* to,
                                    int64_t to_row) {
  const hn::FixedTag<double, 2> d;
  const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + from_row);
  hn::StoreU(hn::InterleaveLower(d, r0, r1), d, to);
  hn::StoreU(hn::InterleaveUpper(d, r0, r1), d, to + to_row);
}
#endif

/// to[j][i] = from[i][j] for i < rows and j < cols; rows of `from` are dense, as are those of `to`.
template <class T>
HWY_INLINE void transpose_into(const T* from, int64_t from_row, int64_t rows, int64_t cols, T* to,
                               int64_t to_row) {
  constexpr int64_t block = transpose_block<T>;
  const int64_t whole_cols = cols / block * block;
  int64_t i = 0;
  for (; i + block <= rows; i += block) {
    for (int64_t j = 0; j < whole_cols; j += block) {
      transpose_one_block(from + i * from_row + j, from_row, to + j * to_row + i, to_row);
    }
    for (int64_t j = whole_cols; j < cols; ++j) {
      for (int64_t l = i; l < i + block; ++l) to[j * to_row + l] = from[l * from_row + j];
    }
  }
  for (; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) to[j * to_row + i] = from[i * from_row + j];
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard toggle
