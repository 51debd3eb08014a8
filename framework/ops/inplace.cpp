#include "heed/framework/ops/inplace.h"

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/node.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/ops/check.h"

namespace heed {
namespace {

/// `source` in memory that writing to `x` cannot change.
Tensor apart_from(const Tensor& x, const Tensor& source) {
  return source.storage() == x.storage() ? kernels::contiguous_copy(source) : source;
}

void check_fits(const char* op, const Tensor& x, const Tensor& source) {
  check_same_dtype(op, x, source);
  if (x.shape() == source.shape()) return;
  throw ShapeError(op, ": shapes differ: ", x.shape(), " and ", source.shape());
}

}  // namespace

void check_writable(const char* op, const Tensor& x) {
  if (x.requires_grad() && is_grad_enabled()) {
    throw GradientError(
        op, ": writes to a tensor of shape ", x.shape(),
        " that requires grad; do it under NoGrad, or use the op that returns a copy");
  }
  if (!x.is_leaf()) {
    throw GradientError(
        op, ": writes to the result of ", x.impl()->node->op,
        ", which is in the graph; only leaves can be written to; write .detach() or .clone()");
  }
  if (!x.is_contiguous() && !is_non_overlapping(x.shape(), x.strides())) {
    throw ShapeError(op, ": elements of shape ", x.shape(), " with strides ", x.strides(),
                     " share memory; write to a .clone()");
  }
}

void begin_write(const char* op, const Tensor& x) {
  check_writable(op, x);
  x.storage().count_write(op);
}

void fill_(const Tensor& x, double value) {
  check_value_fits("fill_", x.dtype(), value);
  begin_write("fill_", x);
  kernels::fill_(x, value);
}

void zero_(const Tensor& x) {
  begin_write("zero_", x);
  kernels::fill_(x, 0);
}

void copy_(const Tensor& x, const Tensor& source) {
  check_fits("copy_", x, source);
  const Tensor from = apart_from(x, source);
  begin_write("copy_", x);
  kernels::copy_(x, from);
}

void add_(const Tensor& x, const Tensor& y, double scale) {
  check_fits("add_", x, y);
  check_number("add_", x.dtype());
  check_value_fits("add_", x.dtype(), scale);
  const Tensor from = apart_from(x, y);
  begin_write("add_", x);
  kernels::add_(x, from, scale);
}

void mul_(const Tensor& x, double factor) {
  check_number("mul_", x.dtype());
  check_value_fits("mul_", x.dtype(), factor);
  begin_write("mul_", x);
  kernels::mul_(x, factor);
}

}  // namespace heed
