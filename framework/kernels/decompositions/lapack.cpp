#include <algorithm>
#include <cstring>
#include <type_traits>
#include <vector>

#include "heed/framework/kernels/decompositions/matrix.h"

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

/// Calls `routine(work, size)` with as much scratch memory as it asks for.
template <class T, class Routine>
void with_work(const Routine& routine) {
  T wanted = 0;
  routine(&wanted, -1);
  std::vector<T> work(static_cast<size_t>(std::max(wanted, T{1})) + 1);
  routine(work.data(), static_cast<int>(work.size()));
}

}  // namespace

/// LAPACK reads the rows as columns, so it is given aᵀ = v · s · uᵀ.
template <class T>
int svd_of_matrix(int m, int n, T* a, bool full, T* u, T* s, T* vh) {
  const int k = std::min(m, n), u_cols = full ? m : k;
  std::vector<int> integers(static_cast<size_t>(8 * k) + 1);
  int info = 0;
  with_work<T>([&](T* work, int work_size) {
    Lapack<T>::gesdd(full ? "A" : "S", &n, &m, a, &n, s, vh, &n, u, &u_cols, work, &work_size,
                     integers.data(), &info, 1);
  });
  return info;
}

template <class T>
int eigh_of_matrix(int n, T* a, bool upper, T* values) {
  int info = 0;
  std::vector<int> integers(static_cast<size_t>(5 * int64_t{n} + 3));
  const int integers_size = static_cast<int>(integers.size());
  with_work<T>([&](T* work, int work_size) {
    // The lower triangle of the rows is the upper one of the columns.
    Lapack<T>::syevd("V", upper ? "L" : "U", &n, a, &n, values, work, &work_size, integers.data(),
                     &integers_size, &info, 1, 1);
  });
  return info;
}

template <class T>
int qr_of_matrix(int m, int n, const T* a, bool full, T* q, T* r) {
  const int k = std::min(m, n), q_cols = full ? m : k;
  std::vector<T> columns(static_cast<size_t>(int64_t{m} * std::max(q_cols, n)));
  transpose_matrix(a, m, n, columns.data());  // becomes r and then the reflections of q
  std::vector<T> scales(static_cast<size_t>(k));
  int info = 0;
  with_work<T>([&](T* work, int work_size) {
    Lapack<T>::geqrf(&m, &n, columns.data(), &m, scales.data(), work, &work_size, &info);
  });
  if (info != 0) return info;
  for (int i = 0; i < q_cols; ++i) {
    for (int j = 0; j < n; ++j) {
      r[int64_t{i} * n + j] = i <= j ? columns[static_cast<size_t>(int64_t{j} * m + i)] : 0;
    }
  }
  with_work<T>([&](T* work, int work_size) {
    Lapack<T>::orgqr(&m, &q_cols, &k, columns.data(), &m, scales.data(), work, &work_size, &info);
  });
  transpose_matrix(columns.data(), q_cols, m, q);
  return info;
}

template <class T>
bool invert_matrix(int n, T* a) {
  std::vector<int> pivots(static_cast<size_t>(n));
  int info = 0;
  Lapack<T>::getrf(&n, &n, a, &n, pivots.data(), &info);
  if (info == 0) {
    with_work<T>([&](T* work, int work_size) {
      Lapack<T>::getri(&n, a, &n, pivots.data(), work, &work_size, &info);
    });
  }
  return info == 0;
}

HEED_DECOMPOSITIONS(float)
HEED_DECOMPOSITIONS(double)

}  // namespace heed::kernels
