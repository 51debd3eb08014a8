#include "heed/framework/kernels/gemm/block.h"

#include <algorithm>

#include "heed/framework/base/parallel.h"
#include "heed/framework/tensor/tensor.h"

#ifndef HEED_BLOCK_KERNELS
#define HEED_BLOCK_KERNELS
namespace heed::kernels {
namespace {

// A panel of b stays in the first-level cache while all rows of a go past it; the rows of one call
// stay in the second-level cache while all panels go past them.
constexpr int64_t panel_width = 64;
constexpr int64_t panel_depth = 128;
constexpr int64_t rows_per_chunk = 128;  // at the most
constexpr int64_t far_apart = 256;
constexpr int64_t elements_nearby = 1 << 16;  // of b

int64_t panels_of(int64_t n) {
  return (n + panel_width - 1) / panel_width;
}

}  // namespace
}  // namespace heed::kernels
#endif

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/gemm/tile-inl.h"
#include "heed/framework/kernels/simd/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

/// Packs rows [begin, end) of b: of each panel of 64 columns all k lie behind each other, with
/// zeros behind the last column.
template <class T>
void pack_rows(const Product<T>& p, int64_t begin, int64_t end, T* packed) {
  const int64_t whole = p.n - p.n % panel_width, rest = p.n - whole;
  if (p.b.col_stride == 1) {  // along b, which is read once and may be far away
    for (int64_t k = begin; k < end; ++k) {
      const T* const from = p.b.at(k);
      T* const to = packed + k * panel_width;
      for (int64_t j = 0; j < whole; j += panel_width) {
        std::copy_n(from + j, panel_width, to + j * p.k);
      }
      std::copy_n(from + whole, rest, to + whole * p.k);
    }
  } else {
    for (int64_t j = 0; j < p.n; j += panel_width) {
      transpose_into<T>({.from = {p.b.at(begin, j), p.b.col_stride},
                         .to = {packed + j * p.k + begin * panel_width, panel_width},
                         .rows = std::min(panel_width, p.n - j),
                         .cols = end - begin});
    }
  }
  for (int64_t k = begin; rest > 0 && k < end; ++k) {
    std::fill_n(packed + whole * p.k + k * panel_width + rest, panel_width - rest, T{0});
  }
}

/// The rows of a from column k on. Columns that lie far apart are copied side by side into
/// `copy`, or they would fall into the same few lines of the cache.
template <class T>
Strided<const T> left_rows(const Product<T>& p, int64_t k, T* copy) {
  const Strided<const T> a = p.a.from(0, k);
  if (a.row_stride != 1 || a.col_stride < far_apart || p.n <= panel_width) return a;
  const int64_t rows = p.m, depth = std::min(panel_depth, p.k - k);
  for (int64_t i = 0; i < depth; ++i) std::copy_n(a.at(0, i), rows, copy + i * rows);
  return {copy, 1, rows};
}

template <class T>
bool is_far(const Product<T>& p) {
  return p.n * p.k > elements_nearby;
}

/// While the panel of columns [j, j + 64) is at work: the next one, and a share
/// of the rows of the next block of k. `piece` is that work, with b packed.
template <class T>
Prefetch<T> prefetch_for(const Product<T>& p, const Product<T>& piece, int64_t k, int64_t j) {
  Prefetch<T> next;
  if (j + panel_width < p.n) {
    next.panel = piece.b.data + panel_width * p.k;
    next.panel_pieces = panel_width / 8;
  }
  if (k + panel_depth < p.k && p.a.col_stride == 1) {
    const int64_t panels = panels_of(p.n), share = (piece.m + panels - 1) / panels;
    const int64_t first = std::min(piece.m, j / panel_width * share);
    next.rows = p.a.from(first, k + panel_depth);
    next.row_count = std::min(share, piece.m - first);
  }
  return next;
}

/// All rows of the product, at most rows_per_chunk, with all of b packed.
template <class T>
void multiply_rows(const Product<T>& p, const T* packed) {
  HWY_ALIGN T copy[rows_per_chunk * panel_depth];
  for (int64_t k = 0; k < p.k; k += panel_depth) {
    const Strided<const T> a = left_rows(p, k, copy);
    for (int64_t j = 0; j < p.n; j += panel_width) {
      const Product<T> piece{.m = p.m,
                             .n = std::min(panel_width, p.n - j),
                             .k = std::min(panel_depth, p.k - k),
                             .a = a,
                             .b = {packed + j * p.k + k * panel_width, panel_width},
                             .c = p.c.from(0, j),
                             .bias = p.bias != nullptr && k == 0 ? p.bias + j : nullptr,
                             .add_to_c = k > 0};
      if (is_far(p)) {
        multiply(piece, prefetch_for(p, piece, k, j));
      } else {
        multiply(piece);
      }
    }
  }
}

/// The same, of any number of rows, with b in place: see reads_b_in_place.
template <class T>
void multiply_in_place(const Product<T>& p) {
  for (int64_t k = 0; k < p.k; k += panel_depth) {
    // Field by field: a copy of all that was just written would wait until it is stored.
    multiply<T>({.m = p.m,
                 .n = p.n,
                 .k = std::min(panel_depth, p.k - k),
                 .a = p.a.from(0, k),
                 .b = p.b.from(k),
                 .c = {p.c.data, p.c.row_stride},
                 .bias = k == 0 ? p.bias : nullptr,
                 .add_to_c = k > 0});
  }
}

/// Whether b can stay in place: its rows are dense, and n is a multiple of the vector's width.
template <class T>
bool reads_b_in_place(const Product<T>& p) {
  return p.b.col_stride == 1 && p.n <= 2 * panel_width && p.n % lanes_of<T>() == 0;
}

/// Does a small product if b can stay in place.
template <class T>
bool multiply_if_in_place(const Product<T>& p) {
  if (!reads_b_in_place(p)) return false;
  multiply_in_place(p);
  return true;
}

template <class T>
void add_all(const T* from, int64_t count, T* to) {
  const VectorTag<T> d;
  int64_t i = 0;
  for (; i + lanes_of<T>() <= count; i += lanes_of<T>()) {
    hn::StoreU(hn::Add(hn::LoadU(d, to + i), hn::LoadU(d, from + i)), d, to + i);
  }
  for (; i < count; ++i) to[i] += from[i];
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
namespace {

constexpr int64_t elements_per_packing = 16384;

/// Rows of a chunk of a product that many threads share: fewer if the product is small.
template <class T>
int64_t chunk_of_rows(const Product<T>& p) {
  const int64_t least = flops_per_chunk / std::max<int64_t>(1, 2 * p.n * p.k) + 1;
  const int64_t rows = std::max(least, (p.m + 7) / 8);
  return std::min(rows_per_chunk, (rows + 15) / 16 * 16);
}

template <class T>
Product<T> rows_of(const Product<T>& p, int64_t begin, int64_t end) {
  Product<T> part = p;
  part.m = end - begin;
  part.a = p.a.from(begin);
  part.c = p.c.from(begin);
  return part;
}

template <class T>
void run_small(const Product<T>& p) {
  if (HEED_DISPATCH(multiply_if_in_place<T>)(p)) return;
  constexpr int64_t most = 4096;
  const int64_t panels = panels_of(p.n), size = panels * panel_width * p.k;
  const auto run = [&](T* packed) {
    HEED_DISPATCH(pack_rows<T>)(p, 0, p.k, packed);
    for (int64_t row = 0; row < p.m; row += rows_per_chunk) {
      HEED_DISPATCH(multiply_rows<T>)(rows_of(p, row, std::min(p.m, row + rows_per_chunk)), packed);
    }
  };
  if (size <= most) {
    alignas(64) T packed[most];
    run(packed);
  } else {
    run(Tensor::empty({size}, dtype_of<T>).template mutable_data<T>());
  }
}

/// The gradient of a small weight: both operands are much larger than the product.
template <class T>
bool is_deep(const Product<T>& p) {
  return p.a.col_stride != 1 && p.m * p.n <= 128 * 128 && p.k >= 4 * panel_depth &&
         p.bias == nullptr && 2 * p.m * p.n * p.k > flops_per_chunk;
}

/// Two or four pieces of k, each with a sum of its own: a thread reads the rows that it wrote
/// itself. They are joined in order.
template <class T>
void run_deep(const Product<T>& p) {
  const int64_t size = p.m * p.n;
  const int64_t pieces = 2 * size * p.k > 8 * flops_per_chunk ? 4 : 2;
  const int64_t depth = (p.k + pieces - 1) / pieces;
  const Tensor scratch = Tensor::empty({pieces - 1, size}, dtype_of<T>);
  T* const sums = scratch.mutable_data<T>();  // of all but the first
  parallel_for(pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Product<T> piece = p;
      piece.a = p.a.from(0, i * depth);
      piece.b = p.b.from(i * depth, 0);
      piece.k = std::min(depth, p.k - i * depth);
      if (i > 0) piece.c.data = sums + (i - 1) * size;
      run_small(piece);
    }
  });
  parallel_for(size, elements_per_packing / 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i + 1 < pieces; ++i) {
      HEED_DISPATCH(add_all<T>)(sums + i * size + begin, end - begin, p.c.data + begin);
    }
  });
}

template <class T>
void run_block(const Product<T>& p) {
  if (is_deep(p)) {
    run_deep(p);
    return;
  }
  const int64_t chunk = chunk_of_rows(p);
  if (HEED_DISPATCH(reads_b_in_place<T>)(p)) {
    const auto multiply = HEED_DISPATCH(multiply_in_place<T>);
    parallel_for(p.m, chunk, [&](int64_t begin, int64_t end) { multiply(rows_of(p, begin, end)); });
    return;
  }
  const int64_t panels = panels_of(p.n);
  if (panels * panel_width * p.k <= elements_per_packing) {  // cheaper than to fetch what one packs
    parallel_for(p.m, 2 * chunk,
                 [&](int64_t begin, int64_t end) { run_small(rows_of(p, begin, end)); });
    return;
  }
  const auto pack = HEED_DISPATCH(pack_rows<T>);
  const auto multiply = HEED_DISPATCH(multiply_rows<T>);
  const Tensor scratch = Tensor::empty({panels * panel_width * p.k}, dtype_of<T>);
  T* const packed = scratch.mutable_data<T>();
  constexpr int64_t least_rows = 64;  // of a transposed b they are its columns
  const int64_t rows = elements_per_packing / (panels * panel_width) / 16 * 16;
  parallel_for(p.k, std::max(least_rows, rows),
               [&](int64_t begin, int64_t end) { pack(p, begin, end, packed); });
  parallel_for(p.m, chunk,
               [&](int64_t begin, int64_t end) { multiply(rows_of(p, begin, end), packed); });
}

}  // namespace

template <class T>
void block_gemm(const Product<T>& product) {
  run_block(product);
}
template <class T>
void small_gemm(const Product<T>& product) {
  run_small(product);
}
template void block_gemm(const Product<float>&);
template void block_gemm(const Product<double>&);
template void small_gemm(const Product<float>&);
template void small_gemm(const Product<double>&);

}  // namespace heed::kernels
#endif
