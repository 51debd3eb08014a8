#include "heed/framework/kernels/reduce.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/strided_loop.h"

namespace heed::kernels {
namespace {

/// x seen as [kept…, reduced…]: where the rows begin, and how one row is walked.
struct Rows {
  Shape kept;
  Strides kept_strides;
  Shape reduced;
  Strides reduced_strides;

  Rows(const Tensor& x, const IntList& dims) {
    for (int64_t d = 0; d < x.dim(); ++d) {
      const bool is_reduced = dims.contains(d);
      (is_reduced ? reduced : kept).push_back(x.shape()[d]);
      (is_reduced ? reduced_strides : kept_strides).push_back(x.strides()[d]);
    }
  }
};

constexpr int64_t lanes = 16;    // independent sums, which a vector unit can keep side by side
constexpr int64_t block = 1024;  // elements summed in their own type before joining a double

/// Σ of a dense run: lanes within a block, blocks in double, so that long f32 sums stay exact.
template <class T>
double sum_dense(const T* x, int64_t count) {
  double total = 0;
  for (int64_t begin = 0; begin < count; begin += block) {
    const int64_t end = std::min(count, begin + block);
    T sums[lanes] = {};
    int64_t i = begin;
    for (; i + lanes <= end; i += lanes) {
      for (int64_t lane = 0; lane < lanes; ++lane) sums[lane] += x[i + lane];
    }
    for (int64_t lane = 0; i + lane < end; ++lane) sums[lane] += x[i + lane];
    T sum = 0;
    for (const T lane : sums) sum += lane;
    total += static_cast<double>(sum);
  }
  return total;
}

template <class T>
T sum_row(const T* x, const StridedLoop<1>& row) {
  if constexpr (std::is_integral_v<T>) {
    uint64_t total = 0;  // wraps around, as in PyTorch
    row.for_each_run(0, row.numel, [&](const auto& offsets, int64_t length, const auto& steps) {
      for (int64_t i = 0; i < length; ++i) {
        total += static_cast<uint64_t>(x[offsets[0] + i * steps[0]]);
      }
    });
    return static_cast<T>(total);
  } else {
    double total = 0;
    row.for_each_run(0, row.numel, [&](const auto& offsets, int64_t length, const auto& steps) {
      const T* run = x + offsets[0];
      if (steps[0] == 1) {
        total += sum_dense(run, length);
      } else {
        for (int64_t i = 0; i < length; ++i) total += static_cast<double>(run[i * steps[0]]);
      }
    });
    return static_cast<T>(total);
  }
}

/// Calls each(row, offset) for the rows [begin, end), offset being that of the row's first element.
template <class Each>
void for_each_row(const Rows& rows, int64_t begin, int64_t end, const Each& each) {
  const StridedLoop<1> kept(rows.kept, {&rows.kept_strides});
  int64_t row = begin;
  kept.for_each_run(begin, end, [&](const auto& offsets, int64_t length, const auto& steps) {
    for (int64_t i = 0; i < length; ++i) each(row++, offsets[0] + i * steps[0]);
  });
}

/// Rows in chunks of about `elements_per_chunk` elements.
template <class Body>
void parallel_rows(int64_t rows, int64_t row_length, const Body& body) {
  const int64_t grain = std::max<int64_t>(1, elements_per_chunk / std::max<int64_t>(1, row_length));
  parallel_for(rows, grain, body);
}

template <class T>
Tensor sum_as(const Tensor& x, const IntList& dims) {
  const Rows rows(x, dims);
  Tensor out = Tensor::empty(reduced_shape(x.shape(), dims, true), dtype_of<T>);
  const StridedLoop<1> row(rows.reduced, {&rows.reduced_strides});
  const T* from = x.data<T>();
  T* to = out.mutable_data<T>();
  if (out.numel() == 1 && x.is_contiguous() && std::is_floating_point_v<T>) {
    // One long sum: fixed pieces in parallel, joined in order.
    const int64_t pieces = (x.numel() + elements_per_chunk - 1) / elements_per_chunk;
    std::vector<double> parts(static_cast<size_t>(pieces));
    parallel_for(x.numel(), elements_per_chunk, [&](int64_t begin, int64_t end) {
      parts[static_cast<size_t>(begin / elements_per_chunk)] = sum_dense(from + begin, end - begin);
    });
    double total = 0;
    for (const double part : parts) total += part;
    *to = static_cast<T>(total);
    return out;
  }
  parallel_rows(out.numel(), row.numel, [&](int64_t begin, int64_t end) {
    for_each_row(rows, begin, end, [&](int64_t i, int64_t at) { to[i] = sum_row(from + at, row); });
  });
  return out;
}

/// Sums leading dimensions of a row-major matrix [rows, columns] → [columns]: whole rows are added,
/// because walking down a column would touch a new cache line for each element.
template <class T>
void sum_columns(const T* x, int64_t rows, int64_t columns, T* to) {
  constexpr int64_t rows_per_piece = 256;
  constexpr int64_t columns_per_piece = 512;
  parallel_for(columns, columns_per_piece, [&](int64_t begin, int64_t end) {
    double totals[columns_per_piece] = {};
    T sums[columns_per_piece];
    for (int64_t first = 0; first < rows; first += rows_per_piece) {
      const int64_t last = std::min(rows, first + rows_per_piece);
      std::fill_n(sums, end - begin, T{0});
      for (int64_t row = first; row < last; ++row) {
        const T* from = x + row * columns + begin;
        for (int64_t i = 0; i < end - begin; ++i) sums[i] += from[i];
      }
      for (int64_t i = 0; i < end - begin; ++i) totals[i] += static_cast<double>(sums[i]);
    }
    for (int64_t i = begin; i < end; ++i) to[i] = static_cast<T>(totals[i - begin]);
  });
}

/// True if `dims` are the leading ones.
bool are_leading(const IntList& dims) {
  for (int64_t i = 0; i < dims.size(); ++i) {
    if (dims[i] != i) return false;
  }
  return true;
}

template <class T>
bool is_nan(T value) {
  if constexpr (std::is_floating_point_v<T>) return std::isnan(value);
  return false;
}

/// Whether `value` takes the place of `best`: it is larger, or the first NaN.
constexpr auto larger = [](auto value, auto best) {
  return !is_nan(best) && (value > best || is_nan(value));
};
/// The same for smaller ones.
constexpr auto smaller = [](auto value, auto best) {
  return !is_nan(best) && (value < best || is_nan(value));
};

void check_not_empty(const char* op, const Tensor& x, const IntList& dims) {
  for (const int64_t d : dims) {
    if (x.shape()[d] == 0) {
      throw ShapeError(op, ": nothing to choose from along dim ", d, " of ", x.shape());
    }
  }
}

template <class Beats>
Tensor extreme(const char* op, const Tensor& x, const IntList& dims, const Beats& beats) {
  check_not_empty(op, x, dims);
  const Rows rows(x, dims);
  Tensor out = Tensor::empty(reduced_shape(x.shape(), dims, true), x.dtype());
  const StridedLoop<1> row(rows.reduced, {&rows.reduced_strides});
  visit_number(op, x.dtype(), [&]<class T>() {
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>();
    parallel_rows(out.numel(), row.numel, [&](int64_t begin, int64_t end) {
      for_each_row(rows, begin, end, [&](int64_t i, int64_t at) {
        T best = from[at];
        row.for_each_run(0, row.numel, [&](const auto& offsets, int64_t length, const auto& steps) {
          for (int64_t j = 0; j < length; ++j) {
            const T value = from[at + offsets[0] + j * steps[0]];
            if (beats(value, best)) best = value;
          }
        });
        to[i] = best;
      });
    });
  });
  return out;
}

template <class Beats>
Tensor place_of(const char* op, const Tensor& x, int64_t dim, const Beats& beats) {
  const IntList dims{dim};
  check_not_empty(op, x, dims);
  const Rows rows(x, dims);
  Tensor out = Tensor::empty(reduced_shape(x.shape(), dims, true), DType::i64);
  const int64_t size = x.shape()[dim];
  const int64_t step = x.strides()[dim];
  visit_number(op, x.dtype(), [&]<class T>() {
    const T* from = x.data<T>();
    int64_t* to = out.mutable_data<int64_t>();
    parallel_rows(out.numel(), size, [&](int64_t begin, int64_t end) {
      for_each_row(rows, begin, end, [&](int64_t i, int64_t at) {
        int64_t best = 0;
        for (int64_t j = 1; j < size; ++j) {
          if (beats(from[at + j * step], from[at + best * step])) best = j;
        }
        to[i] = best;
      });
    });
  });
  return out;
}

}  // namespace

Tensor sum(const Tensor& x, const IntList& dims) {
  return visit_number("sum", x.dtype(), [&]<class T>() {
    const int64_t kept = x.dim() - dims.size();
    if (std::is_floating_point_v<T> && kept > 0 && !dims.empty() && are_leading(dims) &&
        x.is_contiguous() && x.numel() > 0) {
      Tensor out = Tensor::empty(reduced_shape(x.shape(), dims, true), x.dtype());
      sum_columns(x.data<T>(), x.numel() / out.numel(), out.numel(), out.mutable_data<T>());
      return out;
    }
    return sum_as<T>(x, dims);
  });
}

Tensor amax(const Tensor& x, const IntList& dims) {
  return extreme("amax", x, dims, larger);
}
Tensor amin(const Tensor& x, const IntList& dims) {
  return extreme("amin", x, dims, smaller);
}
Tensor argmax(const Tensor& x, int64_t dim) {
  return place_of("argmax", x, dim, larger);
}
Tensor argmin(const Tensor& x, int64_t dim) {
  return place_of("argmin", x, dim, smaller);
}

}  // namespace heed::kernels
