#include "heed/framework/ops/broadcast.h"

#include "heed/framework/ops/check.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

/// x expanded to the common shape; undefined if it has that already.
Tensor expanded(const char* op, const Tensor& x, const Tensor& other) {
  if (x.shape() == other.shape()) return {};
  const Shape shape = broadcast_shapes(op, x.shape(), other.shape());
  return x.shape() == shape ? Tensor() : expand(x, shape);
}

}  // namespace

Operands::Operands(const char* op, const Tensor& a, const Tensor& b)
    : expanded_a_(expanded(op, a, b)),
      expanded_b_(expanded(op, b, a)),
      a_(expanded_a_.defined() ? expanded_a_ : a),
      b_(expanded_b_.defined() ? expanded_b_ : b) {}

Operands broadcast(const char* op, const Tensor& a, const Tensor& b) {
  return Operands(op, a, b);
}

Operands operands(const char* op, const Tensor& a, const Tensor& b) {
  check_same_dtype(op, a, b);
  return Operands(op, a, b);
}

Shape batch_shape(const Tensor& x, int64_t own) {
  return IntList(std::span(x.shape().begin(), x.shape().end() - own));
}

Tensor expand_batch(const Tensor& x, const Shape& batch, int64_t own) {
  Shape shape = batch;
  for (int64_t d = x.dim() - own; d < x.dim(); ++d) shape.push_back(x.shape()[d]);
  return expand(x, shape);
}

}  // namespace heed
