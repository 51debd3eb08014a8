// Naive references for framework/ops/activation.h, for one element.
#pragma once

#include <cmath>

namespace heed::reference {

/// Written so that NaN stays NaN.
inline double relu(double v) {
  return v <= 0 ? 0.0 : v;
}

inline double relu_squared(double v) {
  return relu(v) * relu(v);
}

/// exp of a large positive number would overflow and lose the tiny values below e^-709.
inline double sigmoid(double v) {
  return v < 0 ? std::exp(v) / (1.0 + std::exp(v)) : 1.0 / (1.0 + std::exp(-v));
}

inline double silu(double v) {
  return v * sigmoid(v);
}

inline double gelu(double v) {
  return 0.5 * v * (1.0 + std::erf(v / std::sqrt(2.0)));
}

inline double gelu_tanh(double v) {
  const double pi = std::acos(-1.0);
  return 0.5 * v * (1.0 + std::tanh(std::sqrt(2.0 / pi) * (v + 0.044715 * v * v * v)));
}

}  // namespace heed::reference
