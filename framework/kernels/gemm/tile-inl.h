// The product of two small matrices, held in registers a tile at a time: what gemm and attention
// are made of. Included once for each SIMD target.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>

#if defined(HEED_FRAMEWORK_KERNELS_GEMM_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_FRAMEWORK_KERNELS_GEMM_TILE_INL_H_
#undef HEED_FRAMEWORK_KERNELS_GEMM_TILE_INL_H_
#else
#define HEED_FRAMEWORK_KERNELS_GEMM_TILE_INL_H_
#endif

#ifndef HEED_UNROLL
#ifdef __clang__
#define HEED_UNROLL _Pragma("unroll")
#else
#define HEED_UNROLL _Pragma("GCC unroll 16")
#endif
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The left operand: element (i, k) is at data[i·row + k·col], and one of the two steps is 1.
template <class T>
struct Left {
  const T* data;
  int64_t row, col;

  Left from(int64_t i, int64_t k) const { return {data + i * row + k * col, row, col}; }
};

/// The right operand: element (k, j) is at data[k·row + j]. Whole vectors are read, so every row
/// must be readable up to the next multiple of the vector's width.
template <class T>
struct Right {
  const T* data;
  int64_t row;
};

/// Where the product goes: element (i, j) at data[i·row + j].
template <class T>
struct Target {
  T* data;
  int64_t row;
  bool add = false;         ///< to what is there
  const T* bias = nullptr;  ///< [n], added to every row of a product that does not `add`

  Target from(int64_t i) const { return {data + i * row, row, add, bias}; }
};

/// What small products need is near: nothing is fetched ahead.
struct NothingAhead {
  HWY_INLINE NothingAhead piece(int64_t /*tile*/, int64_t /*K*/) const { return {}; }
  HWY_INLINE void fetch(int64_t /*k*/) const {}
};

/// What the calls after this one need: each tile of rows fetches a piece of it into the
/// second-level cache while it computes. First a panel of b, in pieces of 8·K elements, then rows
/// of a, of K.
template <class T>
struct Ahead {
  const T* panel = nullptr;
  int64_t panel_pieces = 0;
  const T* rows = nullptr;
  int64_t row = 0, row_count = 0;

  struct Piece {
    const T* data = nullptr;
    int64_t step = 0;

    HWY_INLINE void fetch(int64_t k) const {
      if (step != 0) __builtin_prefetch(data + k * step, 0, 2);
    }
  };
  HWY_INLINE Piece piece(int64_t tile, int64_t K) const {
    if (tile < panel_pieces) return {panel + tile * 8 * K, 8};
    tile -= panel_pieces;
    return tile < row_count ? Piece{rows + tile * row, 1} : Piece{};
  }
};

template <class T>
using VectorTag = hn::ScalableTag<T>;
template <class T>
using Vector = hn::Vec<VectorTag<T>>;

// Tiles of rows × vectors: as many accumulators as there are registers to hold them beside the
// operands, and at least eight, since a multiply-add takes four cycles and two start in each.
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
constexpr int widest_tile = 4;
constexpr int rows_of_tile(int vectors) {
  return vectors == 4 ? 6 : vectors == 2 ? 8 : 16;
}
#else
constexpr int widest_tile = 2;
constexpr int rows_of_tile(int vectors) {
  return vectors == 2 ? 6 : 8;
}
#endif

template <class T>
HWY_INLINE int64_t lanes_of() {
  return static_cast<int64_t>(hn::Lanes(VectorTag<T>()));
}

/// The first `count` elements, zeros behind them; nothing further is read.
template <class T>
HWY_INLINE Vector<T> load_part(const T* from, int64_t count) {
  HWY_ALIGN T part[HWY_MAX_BYTES / sizeof(T)] = {};
  for (int64_t i = 0; i < count; ++i) part[i] = from[i];
  return hn::Load(VectorTag<T>(), part);
}

template <class T>
HWY_INLINE void store_part(Vector<T> x, T* to, int64_t count) {
  HWY_ALIGN T part[HWY_MAX_BYTES / sizeof(T)] = {};
  hn::Store(x, VectorTag<T>(), part);
  for (int64_t i = 0; i < count; ++i) to[i] = part[i];
}

#ifdef __GNUC__
// Makes a value look new: the compiler would have one pointer for each of 16 rows and spill them.
#define HEED_OPAQUE(x) asm("" : "+r"(x))
#else
#define HEED_OPAQUE(x)
#endif

/// One tile of `rows` × (`vectors` vectors); of the last vector `last` elements are stored.
template <int rows, int vectors, bool crossed, class T, class Piece>
HWY_INLINE void multiply_tile(int64_t K, const Left<T>& a, const Right<T>& b, const Target<T>& c,
                              int64_t last, Piece ahead) {
  const VectorTag<T> d;
  const int64_t lanes = lanes_of<T>();
  Vector<T> sum[rows][vectors];
  if (c.bias != nullptr) {
    HEED_UNROLL
    for (int j = 0; j < vectors; ++j) {
      const T* const from = c.bias + j * lanes;
      const bool whole = j + 1 < vectors || last == lanes;
      sum[0][j] = whole ? hn::LoadU(d, from) : load_part(from, last);
    }
    HEED_UNROLL
    for (int i = 1; i < rows; ++i) {
      HEED_UNROLL
      for (int j = 0; j < vectors; ++j) sum[i][j] = sum[0][j];
    }
  } else {
    HEED_UNROLL
    for (int i = 0; i < rows; ++i) {
      HEED_UNROLL
      for (int j = 0; j < vectors; ++j) sum[i][j] = hn::Zero(d);
    }
  }
  if (c.add) {  // needed at the end: the way from memory is as long as the product
    for (int i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < vectors * lanes; j += 64 / static_cast<int64_t>(sizeof(T))) {
        hwy::Prefetch(c.data + i * c.row + j);
      }
    }
  }
  const T* from_b = b.data;
  const int64_t step = crossed ? a.col : a.row;  // the other is 1
  // Rows lie beside each other, or three of them are reached from one pointer.
  constexpr int group = crossed ? rows : 3;
  const T* from_a[(rows + group - 1) / group];
  for (int i = 0; i < rows; i += group) from_a[i / group] = a.data + i * step;
  for (int64_t k = 0; k < K; ++k, from_b += b.row) {
    ahead.fetch(k);
    Vector<T> right[vectors];
    HEED_UNROLL
    for (int j = 0; j < vectors; ++j) right[j] = hn::LoadU(d, from_b + j * lanes);
    HEED_UNROLL
    for (int i = 0; i < rows; ++i) {
      const T* const row = from_a[i / group];
      const Vector<T> left = hn::Set(d, row[crossed ? i : i % group * step]);
      HEED_UNROLL
      for (int j = 0; j < vectors; ++j) sum[i][j] = hn::MulAdd(left, right[j], sum[i][j]);
    }
    for (const T*& pointer : from_a) {
      pointer += crossed ? step : 1;
      HEED_OPAQUE(pointer);
    }
  }
  T* to = c.data;
  HEED_UNROLL
  for (int i = 0; i < rows; ++i, to += c.row) {
    HEED_UNROLL
    for (int j = 0; j < vectors; ++j) {
      T* const place = to + j * lanes;
      if (j + 1 < vectors || last == lanes) {
        if (c.add) sum[i][j] = hn::Add(sum[i][j], hn::LoadU(d, place));
        hn::StoreU(sum[i][j], d, place);
      } else {
        if (c.add) sum[i][j] = hn::Add(sum[i][j], load_part(place, last));
        store_part(sum[i][j], place, last);
      }
    }
  }
}

/// Tiles of `rows` rows from row i on as long as there are as many; the row behind them.
template <int rows, int vectors, bool crossed, class T, class Next = NothingAhead>
HWY_INLINE int64_t multiply_tiles(int64_t i, int64_t m, int64_t K, const Left<T>& a,
                                  const Right<T>& b, const Target<T>& c, int64_t last,
                                  const Next& ahead = {}) {
  for (; m - i >= rows; i += rows) {
    multiply_tile<rows, vectors, crossed>(K, a.from(i, 0), b, c.from(i), last,
                                          ahead.piece(i / rows, K));
  }
  return i;
}

/// The rows from i on, too few for a whole tile.
template <int vectors, bool crossed, class T>
HWY_NOINLINE void multiply_rest(int64_t i, int64_t m, int64_t K, const Left<T>& a,
                                const Right<T>& b, const Target<T>& c, int64_t last) {
  i = multiply_tiles<4, vectors, crossed>(i, m, K, a, b, c, last);
  i = multiply_tiles<2, vectors, crossed>(i, m, K, a, b, c, last);
  multiply_tiles<1, vectors, crossed>(i, m, K, a, b, c, last);
}

/// All rows of the strip of columns j, j + 1 … that is `vectors` vectors wide. Operands go by
/// reference and are taken apart here: a copy of one that was just written waits until it is
/// stored.
template <int vectors, bool crossed, class T, class Next>
HWY_NOINLINE void multiply_strip(int64_t j, int64_t m, int64_t n, int64_t K, const Left<T>& left,
                                 const Right<T>& right, const Target<T>& target,
                                 const Next& ahead) {
  constexpr int most = rows_of_tile(vectors);
  const int64_t lanes = lanes_of<T>();
  const int64_t last = std::min(n - j, vectors * lanes) - (vectors - 1) * lanes;
  const Left<T> a{left.data, left.row, left.col};
  const Right<T> b{right.data + j, right.row};
  const Target<T> c{target.data + j, target.row, target.add,
                    target.bias == nullptr ? nullptr : target.bias + j};
  const int64_t i = multiply_tiles<most, vectors, crossed>(0, m, K, a, b, c, last, ahead);
  if (i < m) multiply_rest<vectors, crossed>(i, m, K, a, b, c, last);
}

/// c [m, n] = a [m, K] · b [K, n], or added to c.
template <bool crossed, class T, class Next>
HWY_NOINLINE void multiply_as(int64_t m, int64_t n, int64_t K, const Left<T>& a, const Right<T>& b,
                              const Target<T>& c, const Next& ahead) {
  const int64_t lanes = lanes_of<T>();
  const Next none{};
  int64_t j = 0;
  if constexpr (widest_tile == 4) {
    for (; n - j >= 4 * lanes; j += 4 * lanes) {
      multiply_strip<4, crossed>(j, m, n, K, a, b, c, j == 0 ? ahead : none);
    }
  }
  for (; n - j >= 2 * lanes; j += 2 * lanes) {
    multiply_strip<2, crossed>(j, m, n, K, a, b, c, j == 0 ? ahead : none);
  }
  for (; j < n; j += lanes) {
    multiply_strip<1, crossed>(j, m, n, K, a, b, c, j == 0 ? ahead : none);
  }
}

template <class T, class Next = NothingAhead>
HWY_INLINE void multiply(int64_t m, int64_t n, int64_t K, const Left<T>& a, const Right<T>& b,
                         const Target<T>& c, const Next& ahead = {}) {
  if (a.row == 1) {
    multiply_as<true>(m, n, K, a, b, c, ahead);
  } else {
    multiply_as<false>(m, n, K, a, b, c, ahead);
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard toggle
