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

/// What each SIMD target has.
template <class T>
struct BlockKernels {
  bool (*is_readable)(const BlockProduct<T>& p);
  void (*pack)(const BlockProduct<T>& p, int64_t begin, int64_t end, T* packed);
  void (*rows)(const BlockProduct<T>& p, const T* packed, int64_t begin, int64_t end);
  void (*rows_in_place)(const BlockProduct<T>& p, int64_t begin, int64_t end);
  void (*add)(const T* from, int64_t count, T* to);
};

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
void pack_rows(const BlockProduct<T>& p, int64_t begin, int64_t end, T* packed) {
  const int64_t whole = p.n - p.n % panel_width, rest = p.n - whole;
  if (p.b.col == 1) {  // along b, which is read once and may be far away
    for (int64_t k = begin; k < end; ++k) {
      const T* const from = p.b.data + k * p.b.row;
      T* const to = packed + k * panel_width;
      for (int64_t j = 0; j < whole; j += panel_width) {
        std::copy_n(from + j, panel_width, to + j * p.k);
      }
      std::copy_n(from + whole, rest, to + whole * p.k);
    }
  } else {
    for (int64_t j = 0; j < p.n; j += panel_width) {
      transpose_into(p.b.from(begin, j).data, p.b.col, std::min(panel_width, p.n - j), end - begin,
                     packed + j * p.k + begin * panel_width, panel_width);
    }
  }
  for (int64_t k = begin; rest > 0 && k < end; ++k) {
    std::fill_n(packed + whole * p.k + k * panel_width + rest, panel_width - rest, T{0});
  }
}

/// Rows [begin, end) of a from column k on. Columns that lie far apart are copied side by side into
/// `copy`, or they would fall into the same few lines of the cache.
template <class T>
Left<T> left_rows(const BlockProduct<T>& p, int64_t begin, int64_t end, int64_t k, int64_t depth,
                  T* copy) {
  const MatrixView<T> a = p.a.from(begin, k);
  if (a.row != 1 || a.col < far_apart || p.n <= panel_width) return {a.data, a.row, a.col};
  const int64_t rows = end - begin;
  for (int64_t i = 0; i < depth; ++i) std::copy_n(a.data + i * a.col, rows, copy + i * rows);
  return {copy, 1, rows};
}

template <class T>
bool is_far(const BlockProduct<T>& p) {
  return p.n * p.k > elements_nearby;
}

/// While the panel of columns [j, j + 64) is at work: the next one, and a share of the rows of the
/// next block of k.
template <class T>
Ahead<T> ahead_of(const BlockProduct<T>& p, const T* panel, int64_t begin, int64_t end, int64_t k,
                  int64_t j) {
  Ahead<T> ahead;
  if (j + panel_width < p.n) {
    ahead.panel = panel + panel_width * p.k;
    ahead.panel_pieces = panel_width / 8;
  }
  if (k + panel_depth < p.k && p.a.col == 1) {
    const int64_t panels = panels_of(p.n), rows = end - begin, share = (rows + panels - 1) / panels;
    const int64_t first = std::min(rows, j / panel_width * share);
    ahead.rows = p.a.from(begin + first, k + panel_depth).data;
    ahead.row = p.a.row;
    ahead.row_count = std::min(share, rows - first);
  }
  return ahead;
}

/// Rows [begin, end) of the product, with all of b packed.
template <class T>
void multiply_rows(const BlockProduct<T>& p, const T* packed, int64_t begin, int64_t end) {
  HWY_ALIGN T copy[rows_per_chunk * panel_depth];
  for (int64_t k = 0; k < p.k; k += panel_depth) {
    const int64_t depth = std::min(panel_depth, p.k - k);
    const Left<T> a = left_rows(p, begin, end, k, depth, copy);
    for (int64_t j = 0; j < p.n; j += panel_width) {
      const T* const panel = packed + j * p.k + k * panel_width;
      const int64_t rows = end - begin, width = std::min(panel_width, p.n - j);
      const Right<T> b{panel, panel_width};
      const Target<T> c{p.c + begin * p.n + j, p.n, k > 0,
                        p.bias != nullptr && k == 0 ? p.bias + j : nullptr};
      if (is_far(p)) {
        multiply<T>(rows, width, depth, a, b, c, ahead_of(p, panel, begin, end, k, j));
      } else {
        multiply<T>(rows, width, depth, a, b, c);
      }
    }
  }
}

/// The same with b in place: its rows are dense, and n is a multiple of the vector's width.
template <class T>
void multiply_rows_in_place(const BlockProduct<T>& p, int64_t begin, int64_t end) {
  for (int64_t k = 0; k < p.k; k += panel_depth) {
    const MatrixView<T> rows = p.a.from(begin, k);
    multiply<T>(end - begin, p.n, std::min(panel_depth, p.k - k), {rows.data, rows.row, rows.col},
                {p.b.data + k * p.b.row, p.b.row},
                {p.c + begin * p.n, p.n, k > 0, k == 0 ? p.bias : nullptr});
  }
}

template <class T>
bool is_readable(const BlockProduct<T>& p) {
  return p.b.col == 1 && p.n <= 2 * panel_width && p.n % lanes_of<T>() == 0;
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

template <class T>
BlockKernels<T> block_kernels() {
  return {is_readable<T>, pack_rows<T>, multiply_rows<T>, multiply_rows_in_place<T>, add_all<T>};
}
BlockKernels<float> block_kernels_f32() {
  return block_kernels<float>();
}
BlockKernels<double> block_kernels_f64() {
  return block_kernels<double>();
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
namespace {

HWY_EXPORT(block_kernels_f32);
HWY_EXPORT(block_kernels_f64);

BlockKernels<float> kernels_for(float) {
  return HWY_DYNAMIC_DISPATCH(block_kernels_f32)();
}
BlockKernels<double> kernels_for(double) {
  return HWY_DYNAMIC_DISPATCH(block_kernels_f64)();
}

constexpr int64_t flops_per_chunk = 1 << 20;
constexpr int64_t elements_per_packing = 16384;

/// Rows of a chunk of a product that many threads share: fewer if the product is small.
template <class T>
int64_t chunk_of_rows(const BlockProduct<T>& p) {
  const int64_t least = flops_per_chunk / std::max<int64_t>(1, 2 * p.n * p.k) + 1;
  const int64_t rows = std::max(least, (p.m + 7) / 8);
  return std::min(rows_per_chunk, (rows + 15) / 16 * 16);
}

template <class T>
void run_small(const BlockProduct<T>& p) {
  const BlockKernels<T> kernels = kernels_for(T{});
  if (kernels.is_readable(p)) {
    kernels.rows_in_place(p, 0, p.m);
    return;
  }
  constexpr int64_t most = 4096;
  const int64_t panels = panels_of(p.n), size = panels * panel_width * p.k;
  const auto run = [&](T* packed) {
    kernels.pack(p, 0, p.k, packed);
    for (int64_t row = 0; row < p.m; row += rows_per_chunk) {
      kernels.rows(p, packed, row, std::min(p.m, row + rows_per_chunk));
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
bool is_deep(const BlockProduct<T>& p) {
  return p.a.col != 1 && p.m * p.n <= 128 * 128 && p.k >= 4 * panel_depth && p.bias == nullptr &&
         2 * p.m * p.n * p.k > flops_per_chunk;
}

/// Two or four pieces of k, each with a sum of its own: a thread reads the rows that it wrote
/// itself. They are joined in order.
template <class T>
void run_deep(const BlockProduct<T>& p) {
  const BlockKernels<T> kernels = kernels_for(T{});
  const int64_t size = p.m * p.n;
  const int64_t pieces = 2 * size * p.k > 8 * flops_per_chunk ? 4 : 2;
  const int64_t depth = (p.k + pieces - 1) / pieces;
  const Tensor scratch = Tensor::empty({pieces - 1, size}, dtype_of<T>);
  T* const sums = scratch.mutable_data<T>();  // of all but the first
  parallel_for(pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      BlockProduct<T> piece = p;
      piece.a = p.a.from(0, i * depth);
      piece.b = p.b.from(i * depth, 0);
      piece.k = std::min(depth, p.k - i * depth);
      if (i > 0) piece.c = sums + (i - 1) * size;
      run_small(piece);
    }
  });
  parallel_for(size, elements_per_packing / 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i + 1 < pieces; ++i) {
      kernels.add(sums + i * size + begin, end - begin, p.c + begin);
    }
  });
}

template <class T>
void run_block(const BlockProduct<T>& p) {
  if (is_deep(p)) {
    run_deep(p);
    return;
  }
  const BlockKernels<T> kernels = kernels_for(T{});
  const int64_t chunk = chunk_of_rows(p);
  if (kernels.is_readable(p)) {
    parallel_for(p.m, chunk,
                 [&](int64_t begin, int64_t end) { kernels.rows_in_place(p, begin, end); });
    return;
  }
  const int64_t panels = panels_of(p.n);
  if (panels * panel_width * p.k <= elements_per_packing) {  // cheaper than to fetch what one packs
    parallel_for(p.m, 2 * chunk, [&](int64_t begin, int64_t end) {
      BlockProduct<T> part = p;
      part.m = end - begin;
      part.a = p.a.from(begin, 0);
      part.c = p.c + begin * p.n;
      run_small(part);
    });
    return;
  }
  const Tensor scratch = Tensor::empty({panels * panel_width * p.k}, dtype_of<T>);
  T* const packed = scratch.mutable_data<T>();
  constexpr int64_t least_rows = 64;  // of a transposed b they are its columns
  const int64_t rows = elements_per_packing / (panels * panel_width) / 16 * 16;
  parallel_for(p.k, std::max(least_rows, rows),
               [&](int64_t begin, int64_t end) { kernels.pack(p, begin, end, packed); });
  parallel_for(p.m, chunk,
               [&](int64_t begin, int64_t end) { kernels.rows(p, packed, begin, end); });
}

}  // namespace

void block_gemm(const BlockProduct<float>& product) {
  run_block(product);
}
void block_gemm(const BlockProduct<double>& product) {
  run_block(product);
}
void small_gemm(const BlockProduct<float>& product) {
  run_small(product);
}
void small_gemm(const BlockProduct<double>& product) {
  run_small(product);
}

}  // namespace heed::kernels
#endif
