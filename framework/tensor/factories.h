// Factories: new tensors, outside the graph. PyTorch's names.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <vector>

#include "heed/framework/base/random.h"
#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Not initialised; zeros; ones; all `value`. Throws ShapeError for sizes that cannot be,
/// ValueError for a value that i64 cannot hold.
Tensor empty(const Shape& shape, DType dtype = DType::f32);
Tensor zeros(const Shape& shape, DType dtype = DType::f32);
Tensor ones(const Shape& shape, DType dtype = DType::f32);
Tensor full(const Shape& shape, double value, DType dtype = DType::f32);
/// The same in x's shape and dtype.
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
Tensor full_like(const Tensor& x, double value);
Tensor empty_like(const Tensor& x);
/// start, start + step, … below `end`. Throws ValueError when step is 0 or points away from `end`.
Tensor arange(double start, double end, double step = 1, DType dtype = DType::i64);
inline Tensor arange(int64_t end, DType dtype = DType::i64) {
  return arange(0, static_cast<double>(end), 1, dtype);
}
/// `steps` numbers from `start` to `end`, both included. Throws ValueError for negative steps.
Tensor linspace(double start, double end, int64_t steps, DType dtype = DType::f32);
/// Ones on the main diagonal of [n, m] zeros; m is n if left out.
Tensor eye(int64_t n, DType dtype = DType::f32);
Tensor eye(int64_t n, int64_t m, DType dtype = DType::f32);

/// Copies `values` (row-major) into a new tensor. Throws ShapeError if their numbers differ.
template <class T>
Tensor from_values(std::span<const T> values, const Shape& shape);
template <class T>
Tensor from_values(const std::vector<T>& values, const Shape& shape) {
  return from_values(std::span<const T>(values), shape);
}
/// A 1-d tensor of the listed values: `tensor<float>({1, 2, 3})`.
template <class T>
Tensor tensor(std::initializer_list<T> values) {
  return from_values(std::span<const T>(values.begin(), values.size()),
                     Shape{static_cast<int64_t>(values.size())});
}
/// A 0-d tensor.
Tensor scalar(double value, DType dtype = DType::f32);

/// Uniform in [0, 1).
Tensor rand(const Shape& shape, Rng& rng, DType dtype = DType::f32);
/// Normal with mean 0 and variance 1.
Tensor randn(const Shape& shape, Rng& rng, DType dtype = DType::f32);
/// Integers in [low, high), i64. Throws ValueError on an empty range.
Tensor randint(int64_t low, int64_t high, const Shape& shape, Rng& rng);
/// rand and randn in x's shape and dtype.
Tensor rand_like(const Tensor& x, Rng& rng);
Tensor randn_like(const Tensor& x, Rng& rng);
/// randint in x's shape and dtype.
Tensor randint_like(const Tensor& x, int64_t low, int64_t high, Rng& rng);
/// A random permutation of 0 … n − 1, i64.
Tensor randperm(int64_t n, Rng& rng);

}  // namespace heed
