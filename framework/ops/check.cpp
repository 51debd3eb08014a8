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

void check_piece_count(const char* op, int64_t count) {
  constexpr int64_t most = int64_t{1} << 26;
  if (count <= most) return;
  throw ValueError(op, ": makes ", count, " pieces, but at most ", most, " are possible");
}

void check_index_size(const char* op, const Tensor& index) {
  constexpr int64_t small = int64_t{1} << 27, addressable = int64_t{1} << 44;
  if (index.numel() <= small || index.is_contiguous()) return;
  if (index.numel() > addressable) {
    throw ShapeError(op, ": more indices than any memory holds: ", index.shape());
  }
  [[maybe_unused]] const Tensor fits = Tensor::empty(index.shape(), DType::i64);
}

}  // namespace heed
