// Elementwise arithmetic on strided memory. Binary kernels take operands of one shape (ops expand
// them first) and one dtype; results are new and row-major.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// To add one: an enumerator here, and its name and formula in elementwise.cpp.
enum class Arithmetic {
  add,
  sub,
  mul,
  div,      ///< of floating numbers
  maximum,  ///< the larger one; NaN if either is
  minimum,  ///< the smaller one; NaN if either is
};
/// Throws DTypeError naming the operation unless both are f32, f64 or i64. Integers wrap around.
Tensor arithmetic(Arithmetic operation, const Tensor& a, const Tensor& b);
Tensor arithmetic(Arithmetic operation, const Tensor& a, double b);

/// Of floating numbers; with a number on one side it is computed in double.
Tensor pow(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& a, double b);
Tensor pow(double a, const Tensor& b);

/// a += scale · b, where `a` does not overlap itself.
void add_(const Tensor& a, const Tensor& b, double scale);
/// a *= b, where `a` does not overlap itself.
void mul_(const Tensor& a, double b);

enum class Comparison { eq, ne, lt, le, gt, ge };
/// A bool tensor; NaN compares unequal to everything.
Tensor compare(Comparison comparison, const Tensor& a, const Tensor& b);
Tensor compare(Comparison comparison, const Tensor& a, double b);

enum class Bitwise { both, either, one };  ///< a & b, a | b, a ^ b
/// Of i64 or bool tensors.
Tensor bitwise(Bitwise operation, const Tensor& a, const Tensor& b);

/// condition ? a : b, elementwise; `condition` is bool.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

}  // namespace heed::kernels
