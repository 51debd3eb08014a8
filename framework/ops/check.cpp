#include "heed/framework/ops/check.h"

namespace heed {
namespace {

const char* in_code(DType dtype) {
  return dtype == DType::boolean ? "boolean" : name_of(dtype);
}

}  // namespace

void check_same_dtype(const char* op, const Tensor& a, const Tensor& b) {
  if (a.dtype() == b.dtype()) return;
  throw DTypeError(op, ": dtypes differ: ", a.dtype(), " ", a.shape(), " and ", b.dtype(), " ",
                   b.shape(), "; write .to(DType::", in_code(a.dtype()),
                   ") on the second or .to(DType::", in_code(b.dtype()), ") on the first");
}

void check_dtype(const char* op, const char* what, const Tensor& x, DType dtype) {
  if (x.dtype() == dtype) return;
  throw DTypeError(op, ": ", what, " must be ", dtype, ", got ", x.dtype(), " ", x.shape(),
                   "; write .to(DType::", in_code(dtype), ")");
}

int64_t existing_dim(const char* op, const char* do_what, int64_t dim, const Shape& shape) {
  if (shape.empty()) throw IndexError(op, ": a 0-d tensor has no dimension to ", do_what);
  return normalize_dim(op, dim, shape.size());
}

double check_probability(std::string_view owner, const char* what, double p) {
  if (p >= 0 && p <= 1) return p;
  throw ValueError(owner, ": ", what, " must be in [0, 1], got ", p);
}

}  // namespace heed
