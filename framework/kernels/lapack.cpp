#include "heed/framework/kernels/lapack.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "heed/framework/base/parallel.h"

// Fortran passes everything by address, and the lengths of texts behind all other arguments.
#define HEED_LAPACK(letter, T)                                                                     \
  void letter##gesdd_(const char*, const int*, const int*, T*, const int*, T*, T*, const int*, T*, \
                      const int*, T*, const int*, int*, int*, size_t);                             \
  void letter##syevd_(const char*, const char*, const int*, T*, const int*, T*, T*, const int*,    \
                      int*, const int*, int*, size_t, size_t);                                     \
  void letter##geqrf_(const int*, const int*, T*, const int*, T*, T*, const int*, int*);           \
  void letter##orgqr_(const int*, const int*, const int*, T*, const int*, const T*, T*,            \
                      const int*, int*);                                                           \
  void letter##getrf_(const int*, const int*, T*, const int*, int*, int*);                         \
  void letter##getri_(const int*, T*, const int*, const int*, T*, const int*, int*);
extern "C" {
HEED_LAPACK(s, float)
HEED_LAPACK(d, double)

/// Of libgfortran, all that LAPACK needs of it here: joins two texts and fills up with spaces.
/// Where libgfortran is linked, its own is taken.
__attribute__((weak)) void _gfortran_concat_string(size_t size, char* to, size_t first_size,
                                                   const char* first, size_t second_size,
                                                   const char* second) {
  const size_t from_first = std::min(size, first_size);
  const size_t from_second = std::min(size - from_first, second_size);
  std::memcpy(to, first, from_first);
  std::memcpy(to + from_first, second, from_second);
  std::memset(to + from_first + from_second, ' ', size - from_first - from_second);
}
}
#undef HEED_LAPACK

namespace heed::kernels {
namespace {

/// The routine for T.
template <class T>
constexpr auto routine_for(auto single_precision, auto double_precision) {
  if constexpr (std::is_same_v<T, float>) {
    return single_precision;
  } else {
    return double_precision;
  }
}
template <class T>
struct Lapack {
  static constexpr auto gesdd = routine_for<T>(sgesdd_, dgesdd_);
  static constexpr auto syevd = routine_for<T>(ssyevd_, dsyevd_);
  static constexpr auto geqrf = routine_for<T>(sgeqrf_, dgeqrf_);
  static constexpr auto orgqr = routine_for<T>(sorgqr_, dorgqr_);
  static constexpr auto getrf = routine_for<T>(sgetrf_, dgetrf_);
  static constexpr auto getri = routine_for<T>(sgetri_, dgetri_);
};

/// A batch of matrices, row-major.
struct Batch {
  Shape outer;  // the batch dimensions
  int64_t count = 1;
  int m, n;

  Batch(const char* op, const Tensor& a) : outer(a.shape()) {
    constexpr int64_t most = std::numeric_limits<int>::max() / 4;  // LAPACK counts with int
    const int64_t rows = a.shape()[a.dim() - 2], cols = a.shape()[a.dim() - 1];
    if (rows > most || cols > most) {
      throw ShapeError(op, ": matrices of ", a.shape(), " are too large for LAPACK: at most ", most,
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

/// A fresh copy, which LAPACK overwrites.
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
  throw ValueError(op, ": matrix ", matrix, " of the batch: LAPACK did not converge (info = ", info,
                   "); its rows may be too close to dependent: try f64");
}

/// Calls `routine(work, size)` with as much scratch memory as it asks for.
template <class T, class Routine>
void with_work(const Routine& routine) {
  T wanted = 0;
  routine(&wanted, -1);
  std::vector<T> work(static_cast<size_t>(std::max(wanted, T{1})) + 1);
  routine(work.data(), static_cast<int>(work.size()));
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

/// to[j][i] = from[i][j].
template <class T>
void transpose(const T* from, int64_t rows, int64_t cols, T* to) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) to[j * rows + i] = from[i * cols + j];
  }
}

/// Identities [N, N], one after the other: what is full of an empty matrix may be anything
/// orthogonal.
template <class T>
void fill_identities(const Tensor& out, int64_t n) {
  T* const to = out.mutable_data<T>();
  for (int64_t i = 0; i < out.numel(); ++i) to[i] = i % (n * n) % (n + 1) == 0;
}

/// One matrix: LAPACK reads the rows as columns, so it is given aᵀ = v · s · uᵀ.
template <class T>
void svd_of(const Batch& size, std::vector<T> a, bool full, int64_t matrix, T* u, T* s, T* vh) {
  const int m = size.m, n = size.n, k = size.k(), u_cols = full ? m : k;
  std::vector<int> integers(static_cast<size_t>(8 * k) + 1);
  int info = 0;
  with_work<T>([&](T* work, int work_size) {
    const int at_least_one = std::max(1, u_cols);
    Lapack<T>::gesdd(full ? "A" : "S", &n, &m, a.data(), &n, s, vh, &n, u, &at_least_one, work,
                     &work_size, integers.data(), &info, 1);
  });
  check_info("svd", info, matrix);
  for (int j = 0; j < u_cols; ++j) {
    if (!is_turned(u + j, m, u_cols)) continue;
    turn(u + j, m, u_cols);
    if (j < k) turn(vh + int64_t{j} * n, n, 1);
  }
  for (int j = k; full && j < n; ++j) {
    if (is_turned(vh + int64_t{j} * n, n, 1)) turn(vh + int64_t{j} * n, n, 1);
  }
}

/// One matrix; `a` is column-major and becomes r and then the reflections of q.
template <class T>
void qr_of(const Batch& size, std::vector<T> a, bool full, int64_t matrix, T* q, T* r) {
  const int m = size.m, n = size.n, k = size.k(), q_cols = full ? m : k;
  std::vector<T> scales(static_cast<size_t>(std::max(k, 1)));
  int info = 0;
  with_work<T>([&](T* work, int work_size) {
    Lapack<T>::geqrf(&m, &n, a.data(), &m, scales.data(), work, &work_size, &info);
  });
  check_info("qr", info, matrix);
  for (int i = 0; i < q_cols; ++i) {
    for (int j = 0; j < n; ++j) r[i * n + j] = i <= j ? a[static_cast<size_t>(j * m + i)] : 0;
  }
  a.resize(static_cast<size_t>(int64_t{m} * std::max(q_cols, n)));
  with_work<T>([&](T* work, int work_size) {
    Lapack<T>::orgqr(&m, &q_cols, &k, a.data(), &m, scales.data(), work, &work_size, &info);
  });
  check_info("qr", info, matrix);
  transpose(a.data(), q_cols, m, q);
}

template <class T>
void inv_of(int n, T* a, int64_t matrix) {
  std::vector<int> pivots(static_cast<size_t>(n));
  int info = 0;
  Lapack<T>::getrf(&n, &n, a, &n, pivots.data(), &info);
  if (info == 0) {
    with_work<T>([&](T* work, int work_size) {
      Lapack<T>::getri(&n, a, &n, pivots.data(), work, &work_size, &info);
    });
  }
  if (info != 0) throw ValueError("inv: matrix ", matrix, " of the batch is singular");
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
    if (k == 0) {  // LAPACK wants a size of at least 1
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
      int info = 0;
      std::vector<int> integers(static_cast<size_t>(5 * size + 3));
      const int integers_size = static_cast<int>(integers.size());
      with_work<T>([&](T* work, int work_size) {
        // The lower triangle of the rows is the upper one of the columns.
        Lapack<T>::syevd("V", upper ? "L" : "U", &n, vectors.data(), &n, values, work, &work_size,
                         integers.data(), &integers_size, &info, 1, 1);
      });
      check_info("eigh", info, matrix);
      for (int64_t i = 0; i < size; ++i) {
        T* vector = vectors.data() + i * size;
        if (is_turned(vector, size, 1)) turn(vector, size, 1);
      }
      transpose(vectors.data(), size, size,
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
      std::vector<T> columns(matrix.size());
      transpose(matrix.data(), m, n, columns.data());
      qr_of<T>(batch, std::move(columns), full, i, q + i * m * q_cols,
               result.r.mutable_data<T>() + i * q_cols * n);
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
      inv_of<T>(batch.n, matrix.data(), i);
      std::copy(matrix.begin(), matrix.end(), result.mutable_data<T>() + i * size * size);
    });
  });
  return result;
}

}  // namespace heed::kernels
