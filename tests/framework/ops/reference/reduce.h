// Naive references for reductions. Names, defaults and edge cases are PyTorch's: no dims (or an
// empty list) means all of them, NaN propagates, the first of equal extremes is reported.
#pragma once

#include <optional>

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

using Dims = std::vector<int64_t>;

NdArray sum(const NdArray& x, const Dims& dims = {}, bool keepdim = false);
NdArray mean(const NdArray& x, const Dims& dims = {}, bool keepdim = false);
NdArray amax(const NdArray& x, const Dims& dims = {}, bool keepdim = false);
/// Divides by max(0, n - correction).
NdArray var(const NdArray& x, const Dims& dims = {}, double correction = 1.0, bool keepdim = false);
NdArray logsumexp(const NdArray& x, const Dims& dims = {}, bool keepdim = false);
NdArray amin(const NdArray& x, const Dims& dims = {}, bool keepdim = false);
NdArray std(const NdArray& x, const Dims& dims = {}, double correction = 1.0, bool keepdim = false);
/// p = inf: the largest magnitude; p = 0: how many are not 0.
NdArray norm(const NdArray& x, double p, const Dims& dims = {}, bool keepdim = false);
/// Without `dim`: of all elements.
NdArray prod(const NdArray& x, std::optional<int64_t> dim = std::nullopt, bool keepdim = false);
/// 1 where any (or all) of the elements are not 0.
NdArray any(const NdArray& x, const Dims& dims = {}, bool keepdim = false);
NdArray all(const NdArray& x, const Dims& dims = {}, bool keepdim = false);

struct ValuesAndIndices {
  NdArray values;
  NdArray indices;
};
ValuesAndIndices max(const NdArray& x, int64_t dim, bool keepdim = false);

/// Without `dim`: the row-major position in the whole array.
NdArray argmax(const NdArray& x, std::optional<int64_t> dim = std::nullopt, bool keepdim = false);
ValuesAndIndices min(const NdArray& x, int64_t dim, bool keepdim = false);
NdArray argmin(const NdArray& x, std::optional<int64_t> dim = std::nullopt, bool keepdim = false);

}  // namespace heed::reference
