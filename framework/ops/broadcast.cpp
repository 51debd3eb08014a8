#include "heed/framework/ops/broadcast.h"

#include "heed/framework/ops/check.h"
#include "heed/framework/ops/view.h"

namespace heed {

Operands broadcast(const char* op, const Tensor& a, const Tensor& b) {
  if (a.shape() == b.shape()) return {a, b};
  const Shape shape = broadcast_shapes(op, a.shape(), b.shape());
  return {expand(a, shape), expand(b, shape)};
}

Operands operands(const char* op, const Tensor& a, const Tensor& b) {
  check_same_dtype(op, a, b);
  return broadcast(op, a, b);
}

}  // namespace heed
