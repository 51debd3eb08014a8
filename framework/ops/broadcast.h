// What every op on several operands does first.
#pragma once

#include <cstddef>
#include <tuple>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Two operands in their common shape: `const auto [a, b] = operands("add", left, right);`. One
/// that has it already is the caller's own tensor, which therefore lives longer, and no copy.
class Operands {
 public:
  Operands(const char* op, const Tensor& a, const Tensor& b);
  Operands(const Operands&) = delete;
  Operands& operator=(const Operands&) = delete;

  template <size_t i>
  const Tensor& get() const {
    return i == 0 ? a_ : b_;
  }

 private:
  Tensor expanded_a_, expanded_b_;
  const Tensor& a_;
  const Tensor& b_;
};

/// Both in their common shape. `expand` is recorded, so no pullback has to undo broadcasting: each
/// sees operands and gradients of one shape. Throws ShapeError naming `op`.
Operands broadcast(const char* op, const Tensor& a, const Tensor& b);
/// As `broadcast`, for operands that must have one dtype. Throws DTypeError naming `op`.
Operands operands(const char* op, const Tensor& a, const Tensor& b);

/// The sizes in front of the last `own` dimensions of x.
Shape batch_shape(const Tensor& x, int64_t own);
/// `x` expanded to `batch` in front of its last `own` dimensions.
Tensor expand_batch(const Tensor& x, const Shape& batch, int64_t own);

}  // namespace heed

template <>
struct std::tuple_size<heed::Operands> : std::integral_constant<size_t, 2> {};
template <size_t i>
struct std::tuple_element<i, heed::Operands> {
  using type = const heed::Tensor&;
};
