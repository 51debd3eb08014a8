#include "heed/framework/kernels/softmax.h"

#include <algorithm>
#include <cmath>

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/strided_loop.h"

namespace heed::kernels {
namespace {

/// `x` with `dim` last and dense, so that rows can be walked; a copy only if it must.
Tensor rows_last(const Tensor& x, int64_t dim) {
  IntList shape = x.shape(), strides = x.strides();
  shape.erase(dim);
  strides.erase(dim);
  shape.push_back(x.shape()[dim]);
  strides.push_back(x.strides()[dim]);
  return contiguous(x.alias(shape, Strides(strides), x.offset()));
}

/// The row-major result of `rows_last` put back into the order of `x`.
Tensor back_in_place(const Tensor& rows, int64_t dim) {
  IntList shape = rows.shape(), strides = rows.strides();
  const int64_t last = rows.dim() - 1;
  const int64_t size = shape[last], step = strides[last];
  shape.erase(last);
  strides.erase(last);
  shape.insert(dim, size);
  strides.insert(dim, step);
  return contiguous(rows.alias(shape, Strides(strides), rows.offset()));
}

/// Applies `row(from, to, length)` to every row along `dim`.
template <class Row>
Tensor each_row(const char* op, const Tensor& x, int64_t dim, const Row& row) {
  if (x.dim() == 0) {
    Tensor flat = each_row(op, x.alias({1}, {1}, x.offset()), 0, row);
    return flat.alias({}, {}, 0);
  }
  const Tensor from = rows_last(x, dim);
  const Tensor to = Tensor::empty(from.shape(), from.dtype());
  const int64_t length = x.shape()[dim];
  const int64_t rows = length == 0 ? 0 : x.numel() / length;
  const int64_t grain = std::max<int64_t>(1, elements_per_chunk / 4 / std::max<int64_t>(1, length));
  visit_floating(op, x.dtype(), [&]<class T>() {
    parallel_for(rows, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        row(from.data<T>() + i * length, to.mutable_data<T>() + i * length, length);
      }
    });
  });
  return back_in_place(to, dim);
}

/// The largest element; NaN if there is one.
template <class T>
T row_max(const T* x, int64_t length) {
  T best = x[0];
  for (int64_t i = 1; i < length; ++i) best = x[i] > best || std::isnan(x[i]) ? x[i] : best;
  return best;
}

/// The softmax of what is not blocked; zeros elsewhere.
template <class T>
void softmax_of_open(const T* x, const bool* blocked, T* y, int64_t length) {
  int64_t first = 0;
  while (first < length && blocked[first]) ++first;
  std::fill_n(y, length, T{0});
  if (first == length) return;
  T max = x[first];
  for (int64_t i = first + 1; i < length; ++i) {
    if (!blocked[i] && (x[i] > max || std::isnan(x[i]))) max = x[i];
  }
  T total = 0;
  for (int64_t i = first; i < length; ++i) {
    if (blocked[i]) continue;
    y[i] = std::exp(x[i] - max);
    total += y[i];
  }
  const T scale = 1 / total;
  for (int64_t i = first; i < length; ++i) y[i] *= scale;
}

}  // namespace

Tensor softmax(const Tensor& x, int64_t dim) {
  return each_row("softmax", x, dim, []<class T>(const T* from, T* to, int64_t length) {
    const T max = row_max(from, length);
    T total = 0;
    for (int64_t i = 0; i < length; ++i) {
      to[i] = std::exp(from[i] - max);
      total += to[i];
    }
    const T scale = 1 / total;
    for (int64_t i = 0; i < length; ++i) to[i] *= scale;
  });
}

Tensor masked_softmax(const Tensor& x, const Tensor& blocked, int64_t dim) {
  if (x.dim() == 0) {
    return masked_softmax(x.alias({1}, {1}, x.offset()), blocked.alias({1}, {1}, blocked.offset()),
                          0)
        .alias({}, {}, 0);
  }
  const Tensor from = rows_last(x, dim);
  const Tensor mask = rows_last(blocked, dim);
  const Tensor to = Tensor::empty(from.shape(), from.dtype());
  const int64_t length = x.shape()[dim];
  const int64_t rows = length == 0 ? 0 : x.numel() / length;
  const int64_t grain = std::max<int64_t>(1, elements_per_chunk / 4 / std::max<int64_t>(1, length));
  visit_floating("masked_softmax", x.dtype(), [&]<class T>() {
    parallel_for(rows, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        softmax_of_open(from.data<T>() + i * length, mask.data<bool>() + i * length,
                        to.mutable_data<T>() + i * length, length);
      }
    });
  });
  return back_in_place(to, dim);
}

Tensor log_softmax(const Tensor& x, int64_t dim) {
  return each_row("log_softmax", x, dim, []<class T>(const T* from, T* to, int64_t length) {
    const T max = row_max(from, length);
    T total = 0;
    for (int64_t i = 0; i < length; ++i) total += std::exp(from[i] - max);
    const T log_total = std::log(total);
    for (int64_t i = 0; i < length; ++i) to[i] = from[i] - max - log_total;
  });
}

}  // namespace heed::kernels
