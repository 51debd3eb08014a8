// Arithmetic, comparisons and choices, element by element. Shapes broadcast as in NumPy;
// dtypes must agree. A number beside a tensor takes the tensor's dtype.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// a + b, a − b, a · b for f32, f64 and i64, which wraps around. Throws ShapeError if shapes do not
/// broadcast, DTypeError if dtypes differ.
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);  ///< true division; f32 and f64 only
Tensor pow(const Tensor& a, const Tensor& b);  ///< aᵇ, f32 and f64 only
/// The same with a number. Throws ValueError for one that an i64 tensor cannot hold.
Tensor add(const Tensor& a, double b);
Tensor sub(const Tensor& a, double b);
Tensor sub(double a, const Tensor& b);
Tensor mul(const Tensor& a, double b);
Tensor div(const Tensor& a, double b);
Tensor div(double a, const Tensor& b);
Tensor pow(const Tensor& a, double b);
Tensor pow(double a, const Tensor& b);

Tensor neg(const Tensor& x);  ///< −x

/// Comparisons: bool tensors, which have no gradient. NaN compares unequal to everything; integers
/// are compared with numbers exactly.
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor eq(const Tensor& a, double b);
Tensor ne(const Tensor& a, double b);
Tensor lt(const Tensor& a, double b);
Tensor le(const Tensor& a, double b);
Tensor gt(const Tensor& a, double b);
Tensor ge(const Tensor& a, double b);

/// condition ? a : b for a bool tensor `condition`; all three broadcast.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
/// A number stands for a 0-d tensor of the other's dtype.
Tensor where(const Tensor& condition, double a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, double b);
/// `value` where the bool tensor `mask` is true, else x; both broadcast.
Tensor masked_fill(const Tensor& x, const Tensor& mask, double value);

/// The same as add, sub, mul, div and neg.
inline Tensor operator+(const Tensor& a, const Tensor& b) {
  return add(a, b);
}
inline Tensor operator-(const Tensor& a, const Tensor& b) {
  return sub(a, b);
}
inline Tensor operator*(const Tensor& a, const Tensor& b) {
  return mul(a, b);
}
inline Tensor operator/(const Tensor& a, const Tensor& b) {
  return div(a, b);
}
inline Tensor operator+(const Tensor& a, double b) {
  return add(a, b);
}
inline Tensor operator-(const Tensor& a, double b) {
  return sub(a, b);
}
inline Tensor operator*(const Tensor& a, double b) {
  return mul(a, b);
}
inline Tensor operator/(const Tensor& a, double b) {
  return div(a, b);
}
inline Tensor operator+(double a, const Tensor& b) {
  return add(b, a);
}
inline Tensor operator-(double a, const Tensor& b) {
  return sub(a, b);
}
inline Tensor operator*(double a, const Tensor& b) {
  return mul(b, a);
}
inline Tensor operator/(double a, const Tensor& b) {
  return div(a, b);
}
inline Tensor operator-(const Tensor& x) {
  return neg(x);
}

}  // namespace heed
