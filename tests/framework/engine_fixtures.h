// What the engine's tests share: the text of an error, f64 tensors at hand, the memory held.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heed/framework/base/error.h"
#include "heed/framework/base/memory.h"
#include "heed/framework/base/random.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/support/case/threads.h"

namespace heed::testing {

/// The message of the heed error that `call` throws; "no error" if it returns.
template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// An f64 leaf that requires grad.
inline Tensor leaf(const std::vector<double>& values, const Shape& shape) {
  return from_values(values, shape).requires_grad_();
}
inline Tensor leaf(const std::vector<double>& values) {
  return leaf(values, Shape{static_cast<int64_t>(values.size())});
}

/// Normal f64 numbers, the same for the same seed.
inline Tensor normal(const Shape& shape, uint64_t seed, DType dtype = DType::f64) {
  Rng rng(stream(seed, Purpose::user));
  return randn(shape, rng, dtype);
}

using Values = std::vector<double>;

/// The elements in row-major order.
inline Values values(const Tensor& x) {
  return x.to_vector<double>();
}

/// What the engine holds: equal before and after means that nothing leaked.
struct Held {
  int64_t bytes = memory_stats().live_bytes;
  int64_t blocks = memory_stats().live_blocks;
  friend bool operator==(const Held&, const Held&) = default;
};

}  // namespace heed::testing
