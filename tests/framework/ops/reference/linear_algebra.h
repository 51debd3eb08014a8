// Naive references for framework/ops/linear_algebra.h, of matrices and batches of them.
#pragma once

#include <string>
#include <vector>

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

/// u, s and vh by rotations of pairs of columns (Hestenes). Full matrices only for |M − N| ≤ 1:
/// more columns are not unique.
std::vector<NdArray> svd(const NdArray& a, bool full);
/// Values and vectors by Jacobi's rotations.
std::vector<NdArray> eigh(const NdArray& a, bool upper);
/// q and r by Householder reflections.
std::vector<NdArray> qr(const NdArray& a, const std::string& mode);
/// By elimination.
NdArray inv(const NdArray& a);

}  // namespace heed::reference
