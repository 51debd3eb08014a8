#include "heed/framework/kernels/reduce.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "heed/framework/base/memory.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/rows.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#ifndef HEED_FRAMEWORK_KERNELS_REDUCE_ONCE
#define HEED_FRAMEWORK_KERNELS_REDUCE_ONCE
namespace heed::kernels {
namespace {
constexpr int64_t columns_per_strip = 2048;
}  // namespace
}  // namespace heed::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int64_t block = 1024;  // elements summed in their own type before joining a double

/// Σ of a dense run: lanes within a block, blocks in double, so that long f32 sums stay exact.
template <class T>
double sum_run(const T* x, int64_t count) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  double total = 0;
  for (int64_t begin = 0; begin < count; begin += block) {
    const int64_t end = std::min(count, begin + block);
    auto sum0 = hn::Zero(d), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    int64_t i = begin;
    for (; i + 4 * lanes <= end; i += 4 * lanes) {
      sum0 = hn::Add(sum0, hn::LoadU(d, x + i));
      sum1 = hn::Add(sum1, hn::LoadU(d, x + i + lanes));
      sum2 = hn::Add(sum2, hn::LoadU(d, x + i + 2 * lanes));
      sum3 = hn::Add(sum3, hn::LoadU(d, x + i + 3 * lanes));
    }
    for (; i + lanes <= end; i += lanes) sum0 = hn::Add(sum0, hn::LoadU(d, x + i));
    const auto sum = hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3));
    total += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
    for (; i < end; ++i) total += static_cast<double>(x[i]);
  }
  return total;
}

/// to[r] = Σᵢ x[r·step + i] for r < rows, i < count.
template <class T>
void sum_rows(const T* x, int64_t step, int64_t rows, int64_t count, T* to) {
  for (int64_t row = 0; row < rows; ++row) {
    to[row] = static_cast<T>(sum_run(x + row * step, count));
  }
}

/// to[j] += Σᵢ x[i·step + j] for i < rows, j < columns ≤ columns_per_strip.
template <class T>
void add_rows(const T* x, int64_t step, int64_t rows, int64_t columns, double* to) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  constexpr int64_t most_rows = 64;  // added in their own type before joining a double
  HWY_ALIGN T sums[columns_per_strip];
  for (int64_t begin = 0; begin < rows; begin += most_rows) {
    const int64_t end = std::min(rows, begin + most_rows);
    std::fill_n(sums, columns, T{0});
    int64_t row = begin;
    for (; row + 4 <= end; row += 4) {
      const T* const row0 = x + row * step;
      const T* const row1 = row0 + step;
      const T* const row2 = row1 + step;
      const T* const row3 = row2 + step;
      int64_t j = 0;
      for (; j + lanes <= columns; j += lanes) {
        const auto upper = hn::Add(hn::LoadU(d, row0 + j), hn::LoadU(d, row1 + j));
        const auto lower = hn::Add(hn::LoadU(d, row2 + j), hn::LoadU(d, row3 + j));
        hn::Store(hn::Add(hn::Load(d, sums + j), hn::Add(upper, lower)), d, sums + j);
      }
      for (; j < columns; ++j) sums[j] += (row0[j] + row1[j]) + (row2[j] + row3[j]);
    }
    for (; row < end; ++row) {
      for (int64_t j = 0; j < columns; ++j) sums[j] += x[row * step + j];
    }
    for (int64_t j = 0; j < columns; ++j) to[j] += static_cast<double>(sums[j]);
  }
}

/// Σ x² in double.
template <class T>
double square_sum_run(const T* x, int64_t length) {
  const hn::ScalableTag<double> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto load = [&](const T* at) HWY_ATTR {
    if constexpr (sizeof(T) == 4) {
      return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, decltype(d)>(), at));
    } else {
      return hn::LoadU(d, at);
    }
  };
  auto sum0 = hn::Zero(d), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  const auto join = [&](auto& sum, const T* at) HWY_ATTR {
    const auto value = load(at);
    sum = hn::MulAdd(value, value, sum);
  };
  int64_t i = 0;
  for (; i + 4 * lanes <= length; i += 4 * lanes) {
    join(sum0, x + i);
    join(sum1, x + i + lanes);
    join(sum2, x + i + 2 * lanes);
    join(sum3, x + i + 3 * lanes);
  }
  const auto sum = hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3));
  double total = hn::GetLane(hn::SumOfLanes(d, sum));
  for (; i < length; ++i) total += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return total;
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
namespace {

/// Σ run(part, its length) over fixed pieces of x in parallel, joined in order.
template <class T, class Run>
double sum_pieces(const T* x, int64_t count, const Run& run) {
  const int64_t pieces = (count + elements_per_chunk - 1) / elements_per_chunk;
  std::vector<double> parts(memory_size(pieces));
  parallel_for(count, elements_per_chunk, [&](int64_t begin, int64_t end) {
    parts[static_cast<size_t>(begin / elements_per_chunk)] = run(x + begin, end - begin);
  });
  double total = 0;
  for (const double part : parts) total += part;
  return total;
}

/// x seen as [kept…, reduced…]: where the rows begin, and how one row is walked.
struct ReducedRows {
  Shape kept;
  Strides kept_strides;
  Shape reduced;
  Strides reduced_strides;

  ReducedRows(const Tensor& x, const IntList& dims) {
    for (int64_t d = 0; d < x.dim(); ++d) {
      const bool is_reduced = dims.contains(d);
      (is_reduced ? reduced : kept).push_back(x.shape()[d]);
      (is_reduced ? reduced_strides : kept_strides).push_back(x.strides()[d]);
    }
  }
};

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
        total += HEED_DISPATCH(sum_run<T>)(run, length);
      } else {
        for (int64_t i = 0; i < length; ++i) total += static_cast<double>(run[i * steps[0]]);
      }
    });
    return static_cast<T>(total);
  }
}

/// Calls run(first row, rows, offset of the first, stride) in parallel for all rows of x.
template <class Run>
void for_row_runs(const ReducedRows& rows, const Run& run) {
  const int64_t length = std::max<int64_t>(1, numel_of(rows.reduced));
  for_each_rows<1>(
      rows.kept, length, {&rows.kept_strides},
      [&](int64_t first, int64_t count, const auto& offsets, const auto& strides) {
        run(first, count, offsets[0], strides[0]);
      },
      elements_per_chunk);
}

/// Calls each(row, offset) in parallel for all rows, offset being that of the row's first element.
template <class Each>
void for_each_row(const ReducedRows& rows, const Each& each) {
  for_row_runs(rows, [&](int64_t first, int64_t count, int64_t offset, int64_t stride) {
    for (int64_t i = 0; i < count; ++i) each(first + i, offset + i * stride);
  });
}

template <class T>
Tensor sum_as(const Tensor& x, const IntList& dims) {
  const ReducedRows rows(x, dims);
  Tensor out = Tensor::empty(reduced_shape(x.shape(), dims, true), dtype_of<T>);
  const StridedLoop<1> row(rows.reduced, {&rows.reduced_strides});
  const T* from = x.data<T>();
  T* to = out.mutable_data<T>();
  if constexpr (std::is_floating_point_v<T>) {
    if (out.numel() == 1 && x.is_contiguous()) {
      *to = static_cast<T>(sum_pieces(from, x.numel(), HEED_DISPATCH(sum_run<T>)));
      return out;
    }
    if (row.rank == 1 && row.steps[0][0] == 1) {
      const auto run = HEED_DISPATCH(sum_rows<T>);
      for_row_runs(rows, [&](int64_t first, int64_t count, int64_t offset, int64_t stride) {
        run(from + offset, stride, count, row.numel, to + first);
      });
      return out;
    }
  }
  for_each_row(rows, [&](int64_t i, int64_t at) { to[i] = sum_row(from + at, row); });
  return out;
}

/// Sums leading dimensions of a row-major matrix [rows, columns] → [columns]:
/// whole rows are added, because walking down a column would touch a new cache
/// line for each element. Fixed pieces in parallel, joined in order.
template <class T>
void sum_columns(const T* x, int64_t rows, int64_t columns, T* to) {
  const auto run = HEED_DISPATCH(add_rows<T>);
  const int64_t strips = (columns + columns_per_strip - 1) / columns_per_strip;
  const int64_t width = std::min(columns, columns_per_strip);
  const int64_t height = std::max<int64_t>(1, elements_per_chunk / width);
  const int64_t pieces = (rows + height - 1) / height;
  std::vector<double> parts(memory_size(pieces * columns));
  parallel_for(pieces * strips, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = i / strips * height, column = i % strips * columns_per_strip;
      run(x + row * columns + column, columns, std::min(height, rows - row),
          std::min(width, columns - column), parts.data() + i / strips * columns + column);
    }
  });
  for (int64_t column = 0; column < columns; ++column) {
    double total = 0;
    for (int64_t piece = 0; piece < pieces; ++piece) {
      total += parts[static_cast<size_t>(piece * columns + column)];
    }
    to[column] = static_cast<T>(total);
  }
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
  const ReducedRows rows(x, dims);
  Tensor out = Tensor::empty(reduced_shape(x.shape(), dims, true), x.dtype());
  const StridedLoop<1> row(rows.reduced, {&rows.reduced_strides});
  visit_number(op, x.dtype(), [&]<class T>() {
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>();
    for_each_row(rows, [&](int64_t i, int64_t at) {
      T best = from[at];
      row.for_each_run(0, row.numel, [&](const auto& offsets, int64_t length, const auto& strides) {
        for (int64_t j = 0; j < length; ++j) {
          const T value = from[at + offsets[0] + j * strides[0]];
          if (beats(value, best)) best = value;
        }
      });
      to[i] = best;
    });
  });
  return out;
}

template <class Beats>
Tensor place_of(const char* op, const Tensor& x, int64_t dim, const Beats& beats) {
  const IntList dims{dim};
  check_not_empty(op, x, dims);
  const ReducedRows rows(x, dims);
  Tensor out = Tensor::empty(reduced_shape(x.shape(), dims, true), DType::i64);
  const int64_t size = x.shape()[dim];
  const int64_t step = x.strides()[dim];
  visit_number(op, x.dtype(), [&]<class T>() {
    const T* from = x.data<T>();
    int64_t* to = out.mutable_data<int64_t>();
    for_each_row(rows, [&](int64_t i, int64_t at) {
      int64_t best = 0;
      for (int64_t j = 1; j < size; ++j) {
        if (beats(from[at + j * step], from[at + best * step])) best = j;
      }
      to[i] = best;
    });
  });
  return out;
}

}  // namespace

Tensor sum(const Tensor& x, const IntList& dims) {
  return visit_number("sum", x.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      const int64_t kept = x.dim() - dims.size();
      if (kept > 0 && !dims.empty() && are_leading(dims) && x.is_contiguous() && x.numel() > 0) {
        Tensor out = Tensor::empty(reduced_shape(x.shape(), dims, true), x.dtype());
        sum_columns(x.data<T>(), x.numel() / out.numel(), out.numel(), out.mutable_data<T>());
        return out;
      }
    }
    return sum_as<T>(x, dims);
  });
}

double square_sum(const Tensor& x) {
  const Tensor dense = contiguous(x);
  return visit_floating("square_sum", x.dtype(), [&]<class T>() {
    return sum_pieces(dense.data<T>(), x.numel(), HEED_DISPATCH(square_sum_run<T>));
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
#endif
