// Decompositions without LAPACK, in f64 whatever the matrix is: Jacobi's rotations for singular
// and eigenvalues (Golub & Van Loan, Matrix Computations, 8.5 and 8.6), Householder's reflections,
// elimination with partial pivoting. Simple and exact; slower than LAPACK on large matrices.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "heed/framework/kernels/decompositions/matrix.h"

namespace heed::kernels {
namespace {

constexpr int most_sweeps = 60;  // six to ten are usual
constexpr double precision = std::numeric_limits<double>::epsilon();

/// A row-major matrix of f64.
struct Dense {
  int rows, cols;
  std::vector<double> elements = std::vector<double>(static_cast<size_t>(int64_t{rows} * cols));

  double* row(int i) { return elements.data() + int64_t{i} * cols; }
  double& at(int i, int j) { return row(i)[j]; }
};

/// Copies a row-major matrix or its transpose, divided by a power of 2 that makes squares and sums
/// of elements neither overflow nor vanish; returns its exponent.
template <class T>
int copy_scaled(const T* from, bool transposed, Dense& to) {
  const int64_t size = int64_t{to.rows} * to.cols;
  double largest = 0;
  for (int64_t i = 0; i < size; ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(from[i])));
  }
  int exponent = 0;
  std::frexp(largest, &exponent);
  for (int i = 0; i < to.rows; ++i) {
    for (int j = 0; j < to.cols; ++j) {
      const int64_t place = transposed ? int64_t{j} * to.rows + i : int64_t{i} * to.cols + j;
      to.at(i, j) = std::ldexp(static_cast<double>(from[place]), -exponent);
    }
  }
  return exponent;
}

double dot(const double* a, const double* b, int size) {
  return std::inner_product(a, a + size, b, 0.0);
}

struct Rotation {
  double cosine, sine;

  /// Of two rows or columns.
  void turn(double* a, double* b, int size, int stride) const {
    for (int64_t i = 0; i < int64_t{size} * stride; i += stride) {
      const double x = a[i], y = b[i];
      a[i] = cosine * x - sine * y;
      b[i] = sine * x + cosine * y;
    }
  }
};

/// Diagonalises [[p, off], [off, q]] by the smaller of the two angles.
Rotation rotation_for(double p, double q, double off) {
  const double middle = (q - p) / (2 * off);
  const double tangent =
      std::isinf(middle) ? 0
                         : std::copysign(1 / (std::abs(middle) + std::hypot(1, middle)), middle);
  const double cosine = 1 / std::hypot(1, tangent);
  return {cosine, cosine * tangent};
}

/// Removes from row `count` what the rows before it, which are orthonormal, span; returns the
/// length of what is left, and makes it 1 unless it is 0.
double orthonormalise_row(Dense& basis, int count) {
  const int size = basis.cols;
  double* const row = basis.row(count);
  for (int i = 0; i < count; ++i) {
    const double share = dot(row, basis.row(i), size);
    for (int j = 0; j < size; ++j) row[j] -= share * basis.row(i)[j];
  }
  const double length = std::sqrt(dot(row, row, size));
  for (int j = 0; j < size && length != 0; ++j) row[j] /= length;
  return length;
}

/// The rows [0, count) are orthonormal: fills the others, so that all are.
void complete_rows(Dense& basis, int count) {
  const int size = basis.cols;
  // Of fewer rows than `size`, some unit vector is outside by at least twice this much.
  const double enough = 0.5 / std::sqrt(size);
  for (int next = 0; count < basis.rows; ++next) {
    std::fill_n(basis.row(count), size, 0);
    basis.at(count, next % size) = 1;
    if (orthonormalise_row(basis, count) < enough) continue;
    orthonormalise_row(basis, count);  // what rounding has left
    ++count;
  }
}

/// The order that sorts values, descending or ascending.
std::vector<int> sorted_places(const std::vector<double>& values, bool descending) {
  std::vector<int> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int i, int j) {
    const double a = values[static_cast<size_t>(i)], b = values[static_cast<size_t>(j)];
    return descending ? a > b : a < b;
  });
  return order;
}

/// Turns the rows of x until each two are orthogonal, and those of v along: v · x₀ = x.
bool orthogonalise_rows(Dense& x, Dense& v) {
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    bool is_done = true;
    for (int i = 0; i < x.rows; ++i) {
      for (int j = i + 1; j < x.rows; ++j) {
        const double p = dot(x.row(i), x.row(i), x.cols), q = dot(x.row(j), x.row(j), x.cols);
        const double off = dot(x.row(i), x.row(j), x.cols);
        if (off == 0 || std::abs(off) <= precision * std::sqrt(p) * std::sqrt(q)) continue;
        is_done = false;
        const Rotation rotation = rotation_for(p, q, off);
        rotation.turn(x.row(i), x.row(j), x.cols, 1);
        rotation.turn(v.row(i), v.row(j), v.cols, 1);
      }
    }
    if (is_done) return true;
  }
  return false;
}

/// Writes the rows, or the columns if transposed.
template <class T>
void write(Dense& from, bool transposed, T* to) {
  for (int i = 0; i < from.rows; ++i) {
    for (int j = 0; j < from.cols; ++j) {
      to[transposed ? int64_t{j} * from.rows + i : int64_t{i} * from.cols + j] =
          static_cast<T>(from.at(i, j));
    }
  }
}

/// Reflects the rows from `first` on of the columns [begin, end) by I − scale · v · vᵀ.
void reflect(Dense& x, const std::vector<double>& v, double scale, int first, int begin, int end) {
  for (int j = begin; j < end; ++j) {
    double sum = 0;
    for (int i = first; i < x.rows; ++i) sum += v[static_cast<size_t>(i)] * x.at(i, j);
    for (int i = first; i < x.rows; ++i) x.at(i, j) -= scale * sum * v[static_cast<size_t>(i)];
  }
}

}  // namespace

/// One-sided Jacobi: of the k long rows x of a or aᵀ, rotations make v · x with orthogonal rows.
template <class T>
int svd_of_matrix(int m, int n, T* a, bool full, T* u, T* s, T* vh) {
  const bool is_tall = m > n;
  const int k = std::min(m, n), length = std::max(m, n);
  Dense x{k, length}, v{k, k};
  const int exponent = copy_scaled(a, is_tall, x);
  for (int i = 0; i < k; ++i) v.at(i, i) = 1;
  if (!orthogonalise_rows(x, v)) return 1;
  std::vector<double> values(static_cast<size_t>(k));
  for (int i = 0; i < k; ++i) {
    values[static_cast<size_t>(i)] = std::sqrt(dot(x.row(i), x.row(i), length));
  }
  const std::vector<int> order = sorted_places(values, true);
  Dense lengthwise{full ? length : k, length}, across{k, k};
  int rank = 0;
  for (int i = 0; i < k; ++i) {
    const int from = order[static_cast<size_t>(i)];
    const double value = values[static_cast<size_t>(from)];
    std::copy_n(v.row(from), k, across.row(i));
    s[i] = static_cast<T>(std::ldexp(value, exponent));
    if (value == 0) continue;
    for (int j = 0; j < length; ++j) lengthwise.at(i, j) = x.at(from, j) / value;
    ++rank;
  }
  complete_rows(lengthwise, rank);
  write(is_tall ? lengthwise : across, true, u);
  write(is_tall ? across : lengthwise, false, vh);
  return 0;
}

/// Cyclic Jacobi.
template <class T>
int eigh_of_matrix(int n, T* a, bool upper, T* values) {
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < i; ++j) {
      T& below = a[int64_t{i} * n + j];
      T& above = a[int64_t{j} * n + i];
      (upper ? below : above) = upper ? above : below;
    }
  }
  Dense x{n, n}, vectors{n, n};
  const int exponent = copy_scaled(a, false, x);
  for (int i = 0; i < n; ++i) vectors.at(i, i) = 1;
  bool is_done = false;
  for (int sweep = 0; !is_done; ++sweep) {
    if (sweep == most_sweeps) return 1;
    is_done = true;
    for (int i = 0; i < n; ++i) {
      for (int j = i + 1; j < n; ++j) {
        const double off = x.at(i, j), p = x.at(i, i), q = x.at(j, j);
        if (std::abs(off) <= precision * std::sqrt(std::abs(p)) * std::sqrt(std::abs(q)) ||
            std::abs(off) < std::numeric_limits<double>::min()) {
          continue;
        }
        is_done = false;
        const Rotation rotation = rotation_for(p, q, off);
        rotation.turn(x.row(i), x.row(j), n, 1);
        rotation.turn(&x.at(0, i), &x.at(0, j), n, n);
        x.at(i, j) = x.at(j, i) = 0;
        rotation.turn(vectors.row(i), vectors.row(j), n, 1);
      }
    }
  }
  std::vector<double> diagonal(static_cast<size_t>(n));
  for (int i = 0; i < n; ++i) diagonal[static_cast<size_t>(i)] = x.at(i, i);
  const std::vector<int> order = sorted_places(diagonal, false);
  for (int i = 0; i < n; ++i) {
    const int from = order[static_cast<size_t>(i)];
    values[i] = static_cast<T>(std::ldexp(x.at(from, from), exponent));
    for (int j = 0; j < n; ++j) {
      a[int64_t{i} * n + j] = static_cast<T>(vectors.at(from, j));
    }
  }
  return 0;
}

template <class T>
int qr_of_matrix(int m, int n, const T* a, bool full, T* q, T* r) {
  const int k = std::min(m, n), q_cols = full ? m : k;
  Dense x{m, n};
  const int exponent = copy_scaled(a, false, x);
  std::vector<std::vector<double>> reflections;
  std::vector<double> scales;
  for (int c = 0; c < k; ++c) {
    std::vector<double> v(static_cast<size_t>(m));
    double below = 0;
    for (int i = c + 1; i < m; ++i) {
      v[static_cast<size_t>(i)] = x.at(i, c);
      below = std::hypot(below, x.at(i, c));
    }
    double scale = 0;
    if (below != 0) {  // else there is nothing to reflect
      const double head = x.at(c, c), turned = -std::copysign(std::hypot(head, below), head);
      v[static_cast<size_t>(c)] = 1;
      for (int i = c + 1; i < m; ++i) v[static_cast<size_t>(i)] /= head - turned;
      scale = (turned - head) / turned;
      reflect(x, v, scale, c, c + 1, n);
      x.at(c, c) = turned;
    }
    reflections.push_back(std::move(v));
    scales.push_back(scale);
  }
  for (int i = 0; i < q_cols; ++i) {
    for (int j = 0; j < n; ++j) {
      const double element = i <= j ? std::ldexp(x.at(i, j), exponent) : 0;
      r[int64_t{i} * n + j] = static_cast<T>(element);
    }
  }
  Dense columns{m, q_cols};
  for (int i = 0; i < q_cols; ++i) columns.at(i, i) = 1;
  for (int c = k; c-- > 0;) {
    reflect(columns, reflections[static_cast<size_t>(c)], scales[static_cast<size_t>(c)], c, c,
            q_cols);
  }
  write(columns, false, q);
  return 0;
}

/// By Gauss and Jordan: the rows of [a, I] are combined until they are [I, a⁻¹].
template <class T>
bool invert_matrix(int n, T* a) {
  Dense x{n, 2 * n};
  for (int i = 0; i < n; ++i) {
    std::copy_n(a + int64_t{i} * n, n, x.row(i));
    x.at(i, n + i) = 1;
  }
  for (int c = 0; c < n; ++c) {
    int pivot = c;
    for (int i = c + 1; i < n; ++i) {
      if (std::abs(x.at(i, c)) > std::abs(x.at(pivot, c))) pivot = i;
    }
    if (x.at(pivot, c) == 0) return false;
    if (pivot != c) std::swap_ranges(x.row(c), x.row(c) + 2 * n, x.row(pivot));
    const double divisor = x.at(c, c);
    for (int j = 0; j < 2 * n; ++j) x.at(c, j) /= divisor;
    for (int i = 0; i < n; ++i) {
      const double factor = x.at(i, c);
      if (i == c || factor == 0) continue;
      for (int j = c; j < 2 * n; ++j) x.at(i, j) -= factor * x.at(c, j);
    }
  }
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) a[int64_t{i} * n + j] = static_cast<T>(x.at(i, n + j));
  }
  return true;
}

HEED_DECOMPOSITIONS(float)
HEED_DECOMPOSITIONS(double)

}  // namespace heed::kernels
