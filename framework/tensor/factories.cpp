#include "heed/framework/tensor/factories.h"

#include <algorithm>
#include <cmath>

namespace heed {
namespace {

template <class Fill>
Tensor filled(const Shape& shape, DType dtype, Fill&& next) {
  Tensor result = Tensor::empty(shape, dtype);
  visit(dtype, [&]<class T>() {
    T* out = result.mutable_data<T>();
    for (int64_t i = 0; i < result.numel(); ++i) out[i] = static_cast<T>(next(i));
  });
  return result;
}

void check_range(const char* op, int64_t low, int64_t high) {
  if (low >= high) {
    throw ValueError(op, ": range must not be empty: [", low, ", ", high, ")");
  }
}

}  // namespace

Tensor empty(const Shape& shape, DType dtype) {
  return Tensor::empty(shape, dtype);
}

Tensor zeros(const Shape& shape, DType dtype) {
  return full(shape, 0, dtype);
}

Tensor ones(const Shape& shape, DType dtype) {
  return full(shape, 1, dtype);
}

Tensor full(const Shape& shape, double value, DType dtype) {
  check_value_fits("full", dtype, value);
  Tensor result = Tensor::empty(shape, dtype);
  visit(dtype, [&]<class T>() {
    std::fill_n(result.mutable_data<T>(), result.numel(), static_cast<T>(value));
  });
  return result;
}

Tensor zeros_like(const Tensor& x) {
  return zeros(x.shape(), x.dtype());
}

Tensor ones_like(const Tensor& x) {
  return ones(x.shape(), x.dtype());
}

Tensor full_like(const Tensor& x, double value) {
  return full(x.shape(), value, x.dtype());
}

Tensor empty_like(const Tensor& x) {
  return empty(x.shape(), x.dtype());
}

Tensor arange(double start, double end, double step, DType dtype) {
  const double steps = (end - start) / step, count = std::ceil(steps);
  check_value_fits("arange", dtype, start);
  check_value_fits("arange", dtype, step);
  if (!(steps >= 0) || count > 0x1p53) {
    throw ValueError("arange: no steps of ", step, " lead from ", start, " to ", end);
  }
  if (dtype == DType::i64 && count > 0) {  // in integers: a double does not hold all of them
    check_value_fits("arange", dtype, start + (count - 1) * step);
    // Unsigned, since i · step alone may be too large.
    const auto first = static_cast<uint64_t>(static_cast<int64_t>(start));
    const auto by = static_cast<uint64_t>(static_cast<int64_t>(step));
    return filled({static_cast<int64_t>(count)}, dtype, [=](int64_t i) {
      return static_cast<int64_t>(first + static_cast<uint64_t>(i) * by);
    });
  }
  return filled({static_cast<int64_t>(count)}, dtype,
                [&](int64_t i) { return start + static_cast<double>(i) * step; });
}

Tensor linspace(double start, double end, int64_t steps, DType dtype) {
  if (steps < 0) throw ValueError("linspace: steps must not be negative, got ", steps);
  if (dtype == DType::i64) {  // ends and steps between whole numbers, as in PyTorch
    start = std::trunc(start);
    end = std::trunc(end);
  }
  check_value_fits("linspace", dtype, start);
  check_value_fits("linspace", dtype, end);
  // From the nearer end, as in PyTorch: both are met exactly.
  const double step = steps > 1 ? (end - start) / static_cast<double>(steps - 1) : 0;
  return filled({steps}, dtype, [&](int64_t i) {
    return i < steps / 2 || steps == 1 ? start + step * static_cast<double>(i)
                                       : end - step * static_cast<double>(steps - 1 - i);
  });
}

Tensor eye(int64_t n, DType dtype) {
  return eye(n, n, dtype);
}

Tensor eye(int64_t n, int64_t m, DType dtype) {
  return filled({n, m}, dtype, [m](int64_t i) { return i / m == i % m ? 1 : 0; });
}

template <class T>
Tensor from_values(std::span<const T> values, const Shape& shape) {
  Tensor result = Tensor::empty(shape, dtype_of<T>);
  if (static_cast<int64_t>(values.size()) != result.numel()) {
    throw ShapeError("from_values: ", values.size(), " values do not fill shape ", shape, " of ",
                     result.numel());
  }
  std::copy(values.begin(), values.end(), result.mutable_data<T>());
  return result;
}
template Tensor from_values(std::span<const float>, const Shape&);
template Tensor from_values(std::span<const double>, const Shape&);
template Tensor from_values(std::span<const int64_t>, const Shape&);
template Tensor from_values(std::span<const bool>, const Shape&);

Tensor scalar(double value, DType dtype) {
  return full({}, value, dtype);
}

Tensor rand(const Shape& shape, Rng& rng, DType dtype) {
  check_floating("rand", dtype);
  return filled(shape, dtype, [&](int64_t) {
    // 24 bits in f32, so that rounding never makes a 1.
    return dtype == DType::f32 ? static_cast<double>(uniform_float(rng.bits())) : rng.uniform();
  });
}

Tensor randn(const Shape& shape, Rng& rng, DType dtype) {
  check_floating("randn", dtype);
  return filled(shape, dtype, [&](int64_t) { return rng.normal(); });
}

Tensor rand_like(const Tensor& x, Rng& rng) {
  return rand(x.shape(), rng, x.dtype());
}

Tensor randn_like(const Tensor& x, Rng& rng) {
  return randn(x.shape(), rng, x.dtype());
}

Tensor randint_like(const Tensor& x, int64_t low, int64_t high, Rng& rng) {
  check_range("randint_like", low, high);
  return filled(x.shape(), x.dtype(), [&](int64_t) { return rng.integer(low, high); });
}

Tensor randint(int64_t low, int64_t high, const Shape& shape, Rng& rng) {
  check_range("randint", low, high);
  return filled(shape, DType::i64, [&](int64_t) { return rng.integer(low, high); });
}

Tensor randperm(int64_t n, Rng& rng) {
  Tensor result = arange(n);
  rng.shuffle(std::span(result.mutable_data<int64_t>(), static_cast<size_t>(n)));
  return result;
}

}  // namespace heed
