// In-place verbs. They change elements that views and saved tensors share, so they are for leaves
// under NoGrad and for constants; each write is counted, and a backward() that needed the old
// elements says so. Memory that overlaps itself (expanded tensors) is refused.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// x ← value, 0. Throws ValueError for a value that an i64 tensor cannot hold.
void fill_(const Tensor& x, double value);
void zero_(const Tensor& x);
/// x ← source, of the same shape and dtype.
void copy_(const Tensor& x, const Tensor& source);
/// x ← x + scale · y, of the same shape and dtype.
void add_(const Tensor& x, const Tensor& y, double scale = 1);
/// x ← factor · x.
void mul_(const Tensor& x, double factor);

/// Throws GradientError if recording is on and `x` is in the graph, ShapeError if elements of `x`
/// overlap.
void check_writable(const char* op, const Tensor& x);

/// What every in-place op calls first: check_writable, then counts the write by `op`.
void begin_write(const char* op, const Tensor& x);

}  // namespace heed
