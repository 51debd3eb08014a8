// ShapesOnly: builds something to see how large it would be.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// While it lives, parameters and optimizers that this thread makes have names and shapes, but the
/// elements of each tensor share the memory of one: nothing of their size is allocated, and nothing
/// can be computed with them.
class ShapesOnly {
 public:
  ShapesOnly() : before_(is_on_) { is_on_ = true; }
  ~ShapesOnly() { is_on_ = before_; }
  ShapesOnly(const ShapesOnly&) = delete;
  ShapesOnly& operator=(const ShapesOnly&) = delete;

  static bool is_on() { return is_on_; }

 private:
  bool before_;
  static inline thread_local bool is_on_ = false;
};

/// As `full`, but under ShapesOnly with the memory of one element.
Tensor filled_state(const Shape& shape, double value, DType dtype = DType::f32);

}  // namespace heed
