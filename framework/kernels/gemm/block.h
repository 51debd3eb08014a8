// heed's own matrix product: better than BLAS on small, many, narrow and transposed matrices.
#pragma once

#include <cstdint>

namespace heed::kernels {

/// A matrix in place: element (i, j) is at data[i·row + j·col], and row or col is 1.
template <class T>
struct MatrixView {
  const T* data;
  int64_t row, col;

  MatrixView from(int64_t i, int64_t j) const { return {data + i * row + j * col, row, col}; }
};

/// A product c = a·b + bias with a [m, k], b [k, n], c [m, n] row-major and dense, bias [n] or
/// null.
template <class T>
struct BlockProduct {
  int64_t m, n, k;
  MatrixView<T> a, b;
  T* c;
  const T* bias = nullptr;
};

/// One large product on all threads. The order of every sum depends on k alone.
void block_gemm(const BlockProduct<float>& product);
void block_gemm(const BlockProduct<double>& product);

/// One small product in this thread, as a step of a loop over a batch: the same sums.
void small_gemm(const BlockProduct<float>& product);
void small_gemm(const BlockProduct<double>& product);

}  // namespace heed::kernels
