// What the tests of the ops' semantics share: texts in which NaN equals NaN, and gradients at hand.
#pragma once

#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/ops/reduce.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/not_finite.h"

namespace heed::testing {

inline constexpr int64_t least = std::numeric_limits<int64_t>::min();
inline constexpr int64_t most = std::numeric_limits<int64_t>::max();

using Whole = std::vector<int64_t>;

/// The numbers in full; −0 as 0 and every NaN as "nan", so that equal texts are equal numbers.
inline std::vector<std::string> shown(const Values& numbers) {
  std::vector<std::string> texts;
  for (const double v : numbers) {
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", v == 0 ? 0.0 : v);
    texts.emplace_back(v != v ? "nan" : text);
  }
  return texts;
}
inline std::vector<std::string> shown(const Tensor& x) {
  return shown(values(x));
}
inline Whole whole(const Tensor& x) {
  return x.to_vector<int64_t>();
}

/// The gradient of the sum of call(x) at `numbers`, each in a term of its own.
template <class Call>
Tensor slope(const Call& call, const Values& numbers) {
  const Tensor x = leaf(numbers);
  return grad(sum(call(x)), x);
}

}  // namespace heed::testing
