// The product of two small matrices, held in registers a tile at a time: what gemm and attention
// are made of. Included once for each SIMD target.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>

#include "heed/framework/kernels/gemm/product.h"

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

/// What small products need is already in cache: nothing is fetched ahead.
struct NoPrefetch {
  HWY_INLINE NoPrefetch piece(int64_t /*tile*/, int64_t /*K*/) const { return {}; }
  HWY_INLINE void fetch(int64_t /*k*/) const {}
};

/// What the calls after this one need: each tile of rows fetches a piece of it into the
/// second-level cache while it computes. First a panel of b, in pieces of 8·K elements, then rows
/// of a, of K.
template <class T>
struct Prefetch {
  const T* panel = nullptr;
  int64_t panel_pieces = 0;
  Strided<const T> rows = {};
  int64_t row_count = 0;

  struct Piece {
    const T* data = nullptr;
    int64_t stride = 0;

    HWY_INLINE void fetch(int64_t k) const {
      if (stride != 0) __builtin_prefetch(data + k * stride, 0, 2);
    }
  };
  HWY_INLINE Piece piece(int64_t tile, int64_t K) const {
    if (tile < panel_pieces) return {panel + tile * 8 * K, 8};
    tile -= panel_pieces;
    return tile < row_count ? Piece{rows.at(tile), 1} : Piece{};
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
// Makes a value opaque to the optimizer: the compiler would have one pointer for each of 16 rows
// and spill them.
#define HEED_OPAQUE(x) asm("" : "+r"(x))
#else
#define HEED_OPAQUE(x)
#endif

/// The sums of a tile before the first k: the bias or zeros.
template <int rows, int vectors, class T>
HWY_INLINE void start_tile(const T* bias, int64_t last, Vector<T> (&sum)[rows][vectors]) {
  const VectorTag<T> d;
  HEED_UNROLL
  for (int j = 0; j < vectors; ++j) {
    if (bias == nullptr) {
      sum[0][j] = hn::Zero(d);
    } else if (j + 1 < vectors || last == lanes_of<T>()) {
      sum[0][j] = hn::LoadU(d, bias + j * lanes_of<T>());
    } else {
      sum[0][j] = load_part(bias + j * lanes_of<T>(), last);
    }
  }
  HEED_UNROLL
  for (int i = 1; i < rows; ++i) {
    HEED_UNROLL
    for (int j = 0; j < vectors; ++j) sum[i][j] = sum[0][j];
  }
}

/// Stores the sums of a tile at c, or adds them to it.
template <int rows, int vectors, class T>
HWY_INLINE void finish_tile(Vector<T> (&sum)[rows][vectors], const Strided<T>& c, bool add,
                            int64_t last) {
  const VectorTag<T> d;
  const int64_t lanes = lanes_of<T>();
  T* to = c.data;
  HEED_UNROLL
  for (int i = 0; i < rows; ++i, to += c.row_stride) {
    HEED_UNROLL
    for (int j = 0; j < vectors; ++j) {
      T* const place = to + j * lanes;
      if (j + 1 < vectors || last == lanes) {
        if (add) sum[i][j] = hn::Add(sum[i][j], hn::LoadU(d, place));
        hn::StoreU(sum[i][j], d, place);
      } else {
        if (add) sum[i][j] = hn::Add(sum[i][j], load_part(place, last));
        store_part(sum[i][j], place, last);
      }
    }
  }
}

/// One tile of `rows` × (`vectors` vectors), from row `first` on; of the last vector `last`
/// elements are stored. `crossed`: the columns of a are dense, not its rows.
template <int rows, int vectors, bool crossed, class T, class Piece>
HWY_INLINE void multiply_tile(const Product<T>& p, int64_t first, int64_t last, Piece ahead) {
  const VectorTag<T> d;
  const int64_t lanes = lanes_of<T>();
  const Strided<T> c = p.c.from(first);
  Vector<T> sum[rows][vectors];
  start_tile<rows, vectors, T>(p.bias, last, sum);
  if (p.add_to_c) {  // needed at the end: loading it takes as long as the product
    for (int i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < vectors * lanes; j += 64 / static_cast<int64_t>(sizeof(T))) {
        hwy::Prefetch(c.at(i, j));
      }
    }
  }
  const T* from_b = p.b.data;
  const int64_t stride = crossed ? p.a.col_stride : p.a.row_stride;  // the other is 1
  // Rows lie beside each other, or three of them are reached from one pointer.
  constexpr int group = crossed ? rows : 3;
  const T* from_a[(rows + group - 1) / group];
  for (int i = 0; i < rows; i += group) from_a[i / group] = p.a.at(first) + i * stride;
  for (int64_t k = 0; k < p.k; ++k, from_b += p.b.row_stride) {
    ahead.fetch(k);
    Vector<T> right[vectors];
    HEED_UNROLL
    for (int j = 0; j < vectors; ++j) right[j] = hn::LoadU(d, from_b + j * lanes);
    HEED_UNROLL
    for (int i = 0; i < rows; ++i) {
      const T* const row = from_a[i / group];
      const Vector<T> left = hn::Set(d, row[crossed ? i : i % group * stride]);
      HEED_UNROLL
      for (int j = 0; j < vectors; ++j) sum[i][j] = hn::MulAdd(left, right[j], sum[i][j]);
    }
    for (const T*& pointer : from_a) {
      pointer += crossed ? stride : 1;
      HEED_OPAQUE(pointer);
    }
  }
  finish_tile<rows, vectors, T>(sum, c, p.add_to_c, last);
}

/// Tiles of `rows` rows from row i on as long as there are as many; the row behind them.
template <int rows, int vectors, bool crossed, class T, class Next = NoPrefetch>
HWY_INLINE int64_t multiply_tiles(const Product<T>& p, int64_t i, int64_t last,
                                  const Next& ahead = {}) {
  for (; p.m - i >= rows; i += rows) {
    multiply_tile<rows, vectors, crossed>(p, i, last, ahead.piece(i / rows, p.k));
  }
  return i;
}

/// The rows from i on, too few for a whole tile.
template <int vectors, bool crossed, class T>
HWY_NOINLINE void multiply_rest(const Product<T>& p, int64_t i, int64_t last) {
  i = multiply_tiles<4, vectors, crossed>(p, i, last);
  i = multiply_tiles<2, vectors, crossed>(p, i, last);
  multiply_tiles<1, vectors, crossed>(p, i, last);
}

/// All rows of the strip of columns j, j + 1 … that is `vectors` vectors wide. The product goes by
/// reference and is unpacked here: a copy of one that was just written waits until it is stored.
template <int vectors, bool crossed, class T, class Next>
HWY_NOINLINE void multiply_strip(const Product<T>& p, int64_t j, const Next& ahead) {
  const int64_t lanes = lanes_of<T>();
  const int64_t last = std::min(p.n - j, vectors * lanes) - (vectors - 1) * lanes;
  const Product<T> strip{.m = p.m,
                         .n = p.n,
                         .k = p.k,
                         .a = {p.a.data, p.a.row_stride, p.a.col_stride},
                         .b = {p.b.data + j, p.b.row_stride},
                         .c = {p.c.data + j, p.c.row_stride},
                         .bias = p.bias == nullptr ? nullptr : p.bias + j,
                         .add_to_c = p.add_to_c};
  const int64_t i = multiply_tiles<rows_of_tile(vectors), vectors, crossed>(strip, 0, last, ahead);
  if (i < p.m) multiply_rest<vectors, crossed>(strip, i, last);
}

template <bool crossed, class T, class Next>
HWY_NOINLINE void multiply_as(const Product<T>& p, const Next& ahead) {
  const int64_t lanes = lanes_of<T>();
  const Next none{};
  int64_t j = 0;
  if constexpr (widest_tile == 4) {
    for (; p.n - j >= 4 * lanes; j += 4 * lanes) {
      multiply_strip<4, crossed>(p, j, j == 0 ? ahead : none);
    }
  }
  for (; p.n - j >= 2 * lanes; j += 2 * lanes) {
    multiply_strip<2, crossed>(p, j, j == 0 ? ahead : none);
  }
  for (; j < p.n; j += lanes) multiply_strip<1, crossed>(p, j, j == 0 ? ahead : none);
}

/// The product in this thread. Whole vectors of b are read, so every row of it must be readable up
/// to the next multiple of the vector's width, and dense, as those of c are.
template <class T, class Next = NoPrefetch>
HWY_INLINE void multiply(const Product<T>& p, const Next& ahead = {}) {
  if (p.a.row_stride == 1) {
    multiply_as<true>(p, ahead);
  } else {
    multiply_as<false>(p, ahead);
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard toggle
