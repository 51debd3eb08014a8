// The decomposition of one dense matrix: by LAPACK (lapack.cpp), or by ourselves in a build without
// OpenBLAS (no_lapack.cpp). For T = float and double.
#pragma once

#include <cstdint>

namespace heed::kernels {

// All matrices are row-major; every element is finite. Those that return an int return 0, or the
// number by which LAPACK says that it did not converge. The signs of singular and eigenvectors are
// any; those of qr are LAPACK's.

/// a [m, n], m, n ≥ 1, is overwritten. u [m, k], s [k] descending, vh [k, n], k = min(m, n); if
/// full, u [m, m] and vh [n, n].
template <class T>
int svd_of_matrix(int m, int n, T* a, bool full, T* u, T* s, T* vh);

/// a [n, n], of which the upper or the lower triangle is read, becomes its eigenvectors, one in
/// each row; values [n] ascending.
template <class T>
int eigh_of_matrix(int n, T* a, bool upper, T* values);

/// a [m, n], m, n ≥ 1. q [m, k], r [k, n], k = min(m, n); if full, q [m, m] and r [m, n].
template <class T>
int qr_of_matrix(int m, int n, const T* a, bool full, T* q, T* r);

/// a [n, n] becomes its inverse; false if it is singular.
template <class T>
bool invert_matrix(int n, T* a);

/// to[j][i] = from[i][j].
template <class T>
void transpose_matrix(const T* from, int rows, int cols, T* to) {
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < cols; ++j) {
      to[int64_t{j} * rows + i] = from[int64_t{i} * cols + j];
    }
  }
}

/// Compiles all of them for T, in the file that defines them.
#define HEED_DECOMPOSITIONS(T)                                    \
  template int svd_of_matrix<T>(int, int, T*, bool, T*, T*, T*);  \
  template int eigh_of_matrix<T>(int, T*, bool, T*);              \
  template int qr_of_matrix<T>(int, int, const T*, bool, T*, T*); \
  template bool invert_matrix<T>(int, T*);

}  // namespace heed::kernels
