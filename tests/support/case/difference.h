// How far tensors are from each other.
#pragma once

#include <string>

#include "heed/tests/support/case/input.h"
#include "heed/tests/support/case/layout.h"

namespace heed::testing {

/// "" if all elements agree, |got − want| ≤ tolerance · (1 + |want|), else what differs most.
std::string difference(const reference::NdArray& got, const reference::NdArray& want,
                       double tolerance);
std::string difference(const Tensor& got, const Tensor& want, double tolerance);
/// "" if both have the same bits.
std::string bit_difference(const Tensor& got, const Tensor& want);

}  // namespace heed::testing
