// Naive references for operations that look at one element (or one pair) at a time.
// Names, defaults and edge cases are PyTorch's.
#pragma once

#include <string>

#include "heed/tests/support/nd_array.h"

namespace heed::reference {

// Two operands, broadcast against each other.
NdArray add(const NdArray& a, const NdArray& b);
NdArray sub(const NdArray& a, const NdArray& b);
NdArray mul(const NdArray& a, const NdArray& b);
NdArray div(const NdArray& a, const NdArray& b);
NdArray pow(const NdArray& base, const NdArray& exponent);

// Comparisons: 1 where true, 0 where false; broadcasting.
NdArray eq(const NdArray& a, const NdArray& b);
NdArray ne(const NdArray& a, const NdArray& b);
NdArray lt(const NdArray& a, const NdArray& b);
NdArray le(const NdArray& a, const NdArray& b);
NdArray gt(const NdArray& a, const NdArray& b);
NdArray ge(const NdArray& a, const NdArray& b);

// One operand.
NdArray neg(const NdArray& x);
NdArray exp(const NdArray& x);
NdArray log(const NdArray& x);
NdArray sqrt(const NdArray& x);
NdArray rsqrt(const NdArray& x);
NdArray square(const NdArray& x);
/// IEEE powers. PyTorch takes sqrt for 0.5 and rsqrt for -0.5, which differ at -inf and -0.
NdArray pow(const NdArray& base, double exponent);
NdArray tanh(const NdArray& x);
NdArray relu(const NdArray& x);
/// `approximate` is "none" (erf) or "tanh".
NdArray gelu(const NdArray& x, const std::string& approximate = "none");
NdArray sigmoid(const NdArray& x);
NdArray silu(const NdArray& x);

}  // namespace heed::reference
