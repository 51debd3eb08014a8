#include "heed/framework/kernels/decompositions/decompositions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "heed/framework/base/parallel.h"
#include "heed/framework/kernels/decompositions/matrix.h"

namespace heed::kernels {
namespace {

/// A batch of matrices, row-major.
struct Batch {
  Shape outer;  // the batch dimensions
  int64_t count = 1;
  int m, n;

  Batch(const char* op, const Tensor& a) : outer(a.shape()) {
    constexpr int64_t most = std::numeric_limits<int>::max() / 4;  // LAPACK counts with int
    const int64_t rows = a.shape()[a.dim() - 2], cols = a.shape()[a.dim() - 1];
    if (rows > most || cols > most) {
      throw ShapeError(op, ": matrices of ", a.shape(), " are too large: at most ", most,
                       " rows or columns");
    }
    m = static_cast<int>(rows);
    n = static_cast<int>(cols);
    outer.erase(a.dim() - 1);
    outer.erase(a.dim() - 2);
    for (const int64_t size : outer) count *= size;
  }
  int k() const { return std::min(m, n); }

  Tensor empty(std::initializer_list<int64_t> sizes, DType dtype) const {
    Shape shape = outer;
    for (const int64_t size : sizes) shape.push_back(size);
    return Tensor::empty(shape, dtype);
  }
};

/// Calls each(matrix) for every matrix, in parallel.
template <class Each>
void for_each_matrix(const Batch& batch, const Each& each) {
  parallel_for(batch.count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) each(i);
  });
}

/// A fresh copy, which the decomposition overwrites.
template <class T>
std::vector<T> copy_of(const char* op, const T* from, int64_t size, int64_t matrix) {
  if (!std::all_of(from, from + size, [](T x) { return std::isfinite(x); })) {
    throw ValueError(op, ": matrix ", matrix,
                     " of the batch has a NaN or an infinity; look for the op that made it with "
                     "AnomalyMode");
  }
  return {from, from + size};
}

void check_info(const char* op, int info, int64_t matrix) {
  if (info == 0) return;
  throw ValueError(op, ": matrix ", matrix,
                   " of the batch: the iteration did not converge (info = ", info,
                   "); its rows may be too close to dependent: try f64");
}

/// Whether the sign rule wants this vector turned.
template <class T>
bool is_turned(const T* vector, int64_t size, int64_t stride) {
  T largest = 0;
  for (int64_t i = 0; i < size; ++i) largest = std::max(largest, std::abs(vector[i * stride]));
  for (int64_t i = 0; i < size; ++i) {
    if (2 * std::abs(vector[i * stride]) >= largest) return vector[i * stride] < 0;
  }
  return false;
}

template <class T>
void turn(T* vector, int64_t size, int64_t stride) {
  for (int64_t i = 0; i < size; ++i) vector[i * stride] = -vector[i * stride];
}

/// Identities [N, N], one after the other: what is full of an empty matrix may be anything
/// orthogonal.
template <class T>
void fill_identities(const Tensor& out, int64_t n) {
  T* const to = out.mutable_data<T>();
  for (int64_t i = 0; i < out.numel(); ++i) to[i] = i % (n * n) % (n + 1) == 0;
}

/// One matrix, with the sign rule.
template <class T>
void svd_of(const Batch& size, std::vector<T> a, bool full, int64_t matrix, T* u, T* s, T* vh) {
  const int m = size.m, n = size.n, k = size.k(), u_cols = full ? m : k;
  check_info("svd", svd_of_matrix(m, n, a.data(), full, u, s, vh), matrix);
  for (int j = 0; j < u_cols; ++j) {
    if (!is_turned(u + j, m, u_cols)) continue;
    turn(u + j, m, u_cols);
    if (j < k) turn(vh + int64_t{j} * n, n, 1);
  }
  for (int j = k; full && j < n; ++j) {
    if (is_turned(vh + int64_t{j} * n, n, 1)) turn(vh + int64_t{j} * n, n, 1);
  }
}

}  // namespace

SvdResult svd(const Tensor& a, bool full) {
  const Batch batch("svd", a);
  const int64_t m = batch.m, n = batch.n, k = batch.k();
  const DType dtype = a.dtype();
  const SvdResult result{batch.empty({m, full ? m : k}, dtype), batch.empty({k}, dtype),
                         batch.empty({full ? n : k, n}, dtype)};
  const Tensor rows = a.contiguous();
  visit_floating("svd", dtype, [&]<class T>() {
    T* u = result.u.mutable_data<T>();
    T* s = result.s.mutable_data<T>();
    T* vh = result.vh.mutable_data<T>();
    if (k == 0) {  // there is nothing to decompose
      fill_identities<T>(result.u, m);
      fill_identities<T>(result.vh, n);
      return;
    }
    const int64_t u_size = m * (full ? m : k), vh_size = n * (full ? n : k);
    for_each_matrix(batch, [&](int64_t i) {
      svd_of<T>(batch, copy_of("svd", rows.data<T>() + i * m * n, m * n, i), full, i,
                u + i * u_size, s + i * k, vh + i * vh_size);
    });
  });
  return result;
}

EighResult eigh(const Tensor& a, bool upper) {
  const Batch batch("eigh", a);
  const int64_t size = batch.n;
  const EighResult result{batch.empty({size}, a.dtype()), batch.empty({size, size}, a.dtype())};
  const Tensor rows = a.contiguous();
  visit_floating("eigh", a.dtype(), [&]<class T>() {
    if (size == 0) return;
    for_each_matrix(batch, [&](int64_t matrix) {
      const int n = batch.n;
      auto vectors = copy_of("eigh", rows.data<T>() + matrix * size * size, size * size, matrix);
      T* values = result.values.mutable_data<T>() + matrix * size;
      check_info("eigh", eigh_of_matrix(n, vectors.data(), upper, values), matrix);
      for (int64_t i = 0; i < size; ++i) {
        T* vector = vectors.data() + i * size;
        if (is_turned(vector, size, 1)) turn(vector, size, 1);
      }
      transpose_matrix(vectors.data(), n, n,
                       result.vectors.mutable_data<T>() + matrix * size * size);
    });
  });
  return result;
}

QrResult qr(const Tensor& a, bool full) {
  const Batch batch("qr", a);
  const int64_t m = batch.m, n = batch.n, q_cols = full ? m : batch.k();
  const QrResult result{batch.empty({m, q_cols}, a.dtype()), batch.empty({q_cols, n}, a.dtype())};
  const Tensor rows = a.contiguous();
  visit_floating("qr", a.dtype(), [&]<class T>() {
    if (batch.k() == 0) return fill_identities<T>(result.q, m);
    T* q = result.q.mutable_data<T>();
    for_each_matrix(batch, [&](int64_t i) {
      const auto matrix = copy_of("qr", rows.data<T>() + i * m * n, m * n, i);
      T* const r = result.r.mutable_data<T>();
      const int info = qr_of_matrix(batch.m, batch.n, matrix.data(), full, q + i * m * q_cols,
                                    r + i * q_cols * n);
      check_info("qr", info, i);
    });
  });
  return result;
}

Tensor inv(const Tensor& a) {
  const Batch batch("inv", a);
  const int64_t size = batch.n;
  const Tensor result = batch.empty({size, size}, a.dtype());
  const Tensor rows = a.contiguous();
  visit_floating("inv", a.dtype(), [&]<class T>() {
    if (size == 0) return;
    for_each_matrix(batch, [&](int64_t i) {
      auto matrix = copy_of("inv", rows.data<T>() + i * size * size, size * size, i);
      if (!invert_matrix(batch.n, matrix.data())) {
        throw ValueError("inv: matrix ", i, " of the batch is singular");
      }
      std::copy(matrix.begin(), matrix.end(), result.mutable_data<T>() + i * size * size);
    });
  });
  return result;
}

}  // namespace heed::kernels
