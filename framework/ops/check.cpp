#include "heed/framework/ops/check.h"

#include "heed/framework/kernels/gather.h"

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

int64_t size_along(const Tensor& x, int64_t dim) {
  return x.dim() == 0 ? 1 : x.shape()[dim];
}

void check_index_list(const char* op, const Tensor& x, int64_t dim, const Tensor& index) {
  check_dtype(op, "index", index, DType::i64);
  if (index.dim() > 1) throw ShapeError(op, ": index must be 1-d, got ", index.shape());
  if (x.dim() == 0 && index.numel() != 1) {
    throw ShapeError(op, ": a 0-d tensor takes one index, got ", index.numel());
  }
  check_index_size(op, index);
  kernels::check_indices(op, index, size_along(x, dim));
}

void check_gather(const char* op, const Tensor& x, int64_t dim, const Tensor& index) {
  check_dtype(op, "index", index, DType::i64);
  bool fits = x.dim() == index.dim();
  for (int64_t d = 0; fits && d < x.dim(); ++d) {
    fits = d == dim || index.shape()[d] <= x.shape()[d];
  }
  if (!fits && index.numel() > 0) {
    throw ShapeError(op, ": index ", index.shape(), " must have the rank of ", x.shape(),
                     " and no larger sizes except along dim ", dim);
  }
  check_index_size(op, index);
  kernels::check_indices(op, index, size_along(x, dim));
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
