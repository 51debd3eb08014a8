#include "heed/tests/framework/ops/reference/linear_algebra.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

namespace heed::reference {
namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;  // rows, all of one length

Matrix zeros(size_t rows, size_t cols) {
  return Matrix(rows, Vector(cols, 0.0));
}
Matrix identity(size_t n) {
  Matrix y = zeros(n, n);
  for (size_t i = 0; i < n; ++i) y[i][i] = 1;
  return y;
}
Matrix transposed(const Matrix& a, size_t cols) {
  Matrix y = zeros(cols, a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < cols; ++j) y[j][i] = a[i][j];
  }
  return y;
}
double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}
/// The sign that makes the first component of half the largest size positive.
double sign_of(const Vector& v) {
  double largest = 0;
  for (const double x : v) largest = std::max(largest, std::abs(x));
  for (const double x : v) {
    if (2 * std::abs(x) >= largest) return x < 0 ? -1 : 1;
  }
  return 1;
}
void scale(Vector& v, double factor) {
  for (double& x : v) x *= factor;
}
void rotate(Vector& a, Vector& b, double c, double s) {
  for (size_t i = 0; i < a.size(); ++i) {
    const double x = a[i], y = b[i];
    a[i] = c * x - s * y;
    b[i] = s * x + c * y;
  }
}
/// Adds a unit vector that is orthogonal to all rows.
void add_orthogonal(Matrix& rows, size_t size) {
  Vector best;
  for (size_t i = 0; i < size; ++i) {
    Vector v(size, 0.0);
    v[i] = 1;
    for (int twice = 0; twice < 2; ++twice) {
      for (const Vector& row : rows) {
        const double along = dot(v, row);
        for (size_t j = 0; j < size; ++j) v[j] -= along * row[j];
      }
    }
    if (best.empty() || dot(v, v) > dot(best, best)) best = v;
  }
  scale(best, sign_of(best) / std::sqrt(dot(best, best)));
  rows.push_back(best);
}

struct Triple {
  Matrix u, vh;  // u by its columns
  Vector s;
};

/// Of a matrix with no more columns than rows, given by its columns.
Triple tall_svd(Matrix columns) {
  const size_t n = columns.size();
  Matrix v = identity(n);
  for (int sweep = 0; sweep < 60; ++sweep) {
    for (size_t p = 0; p < n; ++p) {
      for (size_t q = p + 1; q < n; ++q) {
        const double cross = dot(columns[p], columns[q]);
        if (cross == 0) continue;
        const double zeta =
            (dot(columns[q], columns[q]) - dot(columns[p], columns[p])) / (2 * cross);
        const double t = (zeta < 0 ? -1 : 1) / (std::abs(zeta) + std::hypot(1, zeta));
        const double c = 1 / std::hypot(1, t);
        rotate(columns[p], columns[q], c, c * t);
        rotate(v[p], v[q], c, c * t);
      }
    }
  }
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t i, size_t j) {
    return dot(columns[i], columns[i]) > dot(columns[j], columns[j]);
  });
  Triple result;
  for (const size_t i : order) {
    result.s.push_back(std::sqrt(dot(columns[i], columns[i])));
    scale(columns[i], 1 / result.s.back());
    result.u.push_back(columns[i]);
    result.vh.push_back(v[i]);
  }
  return result;
}

std::vector<Matrix> svd_of(const Matrix& a, size_t cols, bool full) {
  const size_t rows = a.size();
  Triple y = rows >= cols ? tall_svd(transposed(a, cols)) : tall_svd(a);
  if (rows < cols) std::swap(y.u, y.vh);
  for (size_t i = 0; i < y.s.size(); ++i) {
    const double sign = sign_of(y.u[i]);
    scale(y.u[i], sign);
    scale(y.vh[i], sign);
  }
  while (full && y.u.size() < rows) add_orthogonal(y.u, rows);
  while (full && y.vh.size() < cols) add_orthogonal(y.vh, cols);
  return {transposed(y.u, rows), {y.s}, y.vh};
}

std::vector<Matrix> eigh_of(Matrix a, bool upper) {
  const size_t n = a.size();
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < i; ++j) (upper ? a[i][j] : a[j][i]) = upper ? a[j][i] : a[i][j];
  }
  Matrix vectors = identity(n);
  for (int sweep = 0; sweep < 60; ++sweep) {
    for (size_t p = 0; p < n; ++p) {
      for (size_t q = p + 1; q < n; ++q) {
        if (a[p][q] == 0) continue;
        const double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::hypot(1, theta));
        const double c = 1 / std::hypot(1, t), s = c * t;
        rotate(a[p], a[q], c, s);
        a = transposed(a, n);
        rotate(a[p], a[q], c, s);
        rotate(vectors[p], vectors[q], c, s);
      }
    }
  }
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t i, size_t j) { return a[i][i] < a[j][j]; });
  Vector values;
  Matrix sorted;
  for (const size_t i : order) {
    values.push_back(a[i][i]);
    scale(vectors[i], sign_of(vectors[i]));
    sorted.push_back(vectors[i]);
  }
  return {{values}, transposed(sorted, n)};
}

std::vector<Matrix> qr_of(const Matrix& a, size_t cols, bool complete) {
  const size_t rows = a.size(), k = complete ? rows : std::min(rows, cols);
  Matrix r = a, q = identity(rows);  // q by its columns, as the transpose of the reflections
  for (size_t j = 0; j < std::min(rows, cols); ++j) {
    Vector v(rows, 0.0);
    for (size_t i = j; i < rows; ++i) v[i] = r[i][j];
    double below = 0;
    for (size_t i = j + 1; i < rows; ++i) below += v[i] * v[i];
    if (below == 0) continue;  // LAPACK reflects nothing then
    v[j] += (v[j] < 0 ? -1 : 1) * std::sqrt(dot(v, v));
    const double factor = 2 / dot(v, v);
    for (size_t c = 0; c < cols; ++c) {
      double along = 0;
      for (size_t i = 0; i < rows; ++i) along += v[i] * r[i][c];
      for (size_t i = 0; i < rows; ++i) r[i][c] -= factor * along * v[i];
    }
    Matrix next = q;
    for (size_t row = 0; row < rows; ++row) {
      const double along = dot(q[row], v);
      for (size_t i = 0; i < rows; ++i) next[row][i] -= factor * along * v[i];
    }
    q = next;
  }
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < std::min(i, cols); ++j) r[i][j] = 0;
  }
  r.resize(k);
  for (Vector& row : q) row.resize(k);
  return {q, r};
}

Matrix inv_of(Matrix a) {
  const size_t n = a.size();
  Matrix y = identity(n);
  for (size_t j = 0; j < n; ++j) {
    size_t pivot = j;
    for (size_t i = j; i < n; ++i) {
      if (std::abs(a[i][j]) > std::abs(a[pivot][j])) pivot = i;
    }
    std::swap(a[j], a[pivot]);
    std::swap(y[j], y[pivot]);
    const double factor = 1 / a[j][j];
    scale(a[j], factor);
    scale(y[j], factor);
    for (size_t i = 0; i < n; ++i) {
      if (i == j) continue;
      const double times = a[i][j];
      for (size_t c = 0; c < n; ++c) {
        a[i][c] -= times * a[j][c];
        y[i][c] -= times * y[j][c];
      }
    }
  }
  return y;
}

/// What `each` gives for the matrices of a batch, each result together; `shapes` are those of a
/// matrix's results.
std::vector<NdArray> batched(const NdArray& a, const std::vector<Index>& shapes,
                             const std::function<std::vector<Matrix>(const Matrix&)>& each) {
  const Index batch(a.shape.begin(), a.shape.end() - 2);
  const auto rows = static_cast<size_t>(a.shape[batch.size()]);
  const auto cols = static_cast<size_t>(a.shape.back());
  std::vector<NdArray> results;
  for (const Index& shape : shapes) {
    results.push_back({batch, {}});
    results.back().shape.insert(results.back().shape.end(), shape.begin(), shape.end());
  }
  for (size_t item = 0; item < static_cast<size_t>(count_elements(batch)); ++item) {
    Matrix matrix = zeros(rows, cols);
    for (size_t i = 0; i < rows * cols; ++i)
      matrix[i / cols][i % cols] = a.data[item * rows * cols + i];
    const std::vector<Matrix> found = each(matrix);
    for (size_t i = 0; i < found.size(); ++i) {
      for (const Vector& row : found[i]) {
        results[i].data.insert(results[i].data.end(), row.begin(), row.end());
      }
    }
  }
  return results;
}

}  // namespace

std::vector<NdArray> svd(const NdArray& a, bool full) {
  const int64_t m = a.shape[a.shape.size() - 2], n = a.shape.back(), k = std::min(m, n);
  return batched(a, {{m, full ? m : k}, {k}, {full ? n : k, n}}, [&](const Matrix& matrix) {
    return svd_of(matrix, static_cast<size_t>(n), full);
  });
}

std::vector<NdArray> eigh(const NdArray& a, bool upper) {
  const int64_t n = a.shape.back();
  return batched(a, {{n}, {n, n}}, [&](const Matrix& matrix) { return eigh_of(matrix, upper); });
}

std::vector<NdArray> qr(const NdArray& a, const std::string& mode) {
  const int64_t m = a.shape[a.shape.size() - 2], n = a.shape.back();
  const int64_t k = mode == "complete" ? m : std::min(m, n);
  auto results = batched(a, {{m, k}, {k, n}}, [&](const Matrix& matrix) {
    return qr_of(matrix, static_cast<size_t>(n), mode == "complete");
  });
  if (mode == "r") results[0] = {{0}, {}};
  return results;
}

NdArray inv(const NdArray& a) {
  const int64_t n = a.shape.back();
  return batched(a, {{n, n}},
                 [](const Matrix& matrix) { return std::vector<Matrix>{inv_of(matrix)}; })[0];
}

}  // namespace heed::reference
