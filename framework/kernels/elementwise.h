// Elementwise arithmetic on strided memory. Binary kernels take operands of one shape (ops expand
// them first) and one dtype; results are new and row-major.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& a, const Tensor& b);

Tensor add(const Tensor& a, double b);
Tensor sub(const Tensor& a, double b);
Tensor mul(const Tensor& a, double b);
Tensor div(const Tensor& a, double b);
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

/// condition ? a : b, elementwise; `condition` is bool.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

}  // namespace heed::kernels
