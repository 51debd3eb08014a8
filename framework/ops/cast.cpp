#include "heed/framework/ops/cast.h"

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/copy.h"

namespace heed {

Tensor to(const Tensor& x, DType dtype) {
  if (x.dtype() == dtype) return x;
  Tensor y = kernels::cast(x, dtype);
  if (!is_floating(dtype)) return y;  // integers and masks have no gradient
  return record("to", std::move(y), x, [from = x.dtype()](const Tensor& g) { return to(g, from); });
}

Tensor clone(const Tensor& x) {
  Tensor y = kernels::contiguous_copy(x);
  return record("clone", std::move(y), x, [](const Tensor& g) { return g; });
}

Tensor contiguous(const Tensor& x) {
  return x.is_contiguous() ? x : clone(x);
}

Tensor Tensor::to(DType dtype) const {
  return heed::to(*this, dtype);
}
Tensor Tensor::clone() const {
  return heed::clone(*this);
}
Tensor Tensor::contiguous() const {
  return heed::contiguous(*this);
}

}  // namespace heed
