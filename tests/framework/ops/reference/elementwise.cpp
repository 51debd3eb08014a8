#include "heed/tests/framework/ops/reference/elementwise.h"

#include <cmath>
#include <stdexcept>

namespace heed::reference {
namespace {

double sigmoid_of(double x) {
  // exp of a large positive number would overflow and lose the tiny values below e^-709.
  if (x < 0) return std::exp(x) / (1.0 + std::exp(x));
  return 1.0 / (1.0 + std::exp(-x));
}

}  // namespace

NdArray add(const NdArray& a, const NdArray& b) {
  return each_pair(a, b, [](double p, double q) { return p + q; });
}
NdArray sub(const NdArray& a, const NdArray& b) {
  return each_pair(a, b, [](double p, double q) { return p - q; });
}
NdArray mul(const NdArray& a, const NdArray& b) {
  return each_pair(a, b, [](double p, double q) { return p * q; });
}
NdArray div(const NdArray& a, const NdArray& b) {
  return each_pair(a, b, [](double p, double q) { return p / q; });
}
NdArray pow(const NdArray& base, const NdArray& exponent) {
  return each_pair(base, exponent, [](double p, double q) { return std::pow(p, q); });
}

NdArray eq(const NdArray& a, const NdArray& b) {
  return each_pair(a, b, [](double p, double q) { return p == q ? 1.0 : 0.0; });
}
NdArray ne(const NdArray& a, const NdArray& b) {
  return each_pair(a, b, [](double p, double q) { return p != q ? 1.0 : 0.0; });
}
NdArray lt(const NdArray& a, const NdArray& b) {
  return each_pair(a, b, [](double p, double q) { return p < q ? 1.0 : 0.0; });
}
NdArray le(const NdArray& a, const NdArray& b) {
  return each_pair(a, b, [](double p, double q) { return p <= q ? 1.0 : 0.0; });
}
NdArray gt(const NdArray& a, const NdArray& b) {
  return each_pair(a, b, [](double p, double q) { return p > q ? 1.0 : 0.0; });
}
NdArray ge(const NdArray& a, const NdArray& b) {
  return each_pair(a, b, [](double p, double q) { return p >= q ? 1.0 : 0.0; });
}

NdArray neg(const NdArray& x) {
  return each(x, [](double p) { return -p; });
}
NdArray exp(const NdArray& x) {
  return each(x, [](double p) { return std::exp(p); });
}
NdArray log(const NdArray& x) {
  return each(x, [](double p) { return std::log(p); });
}
NdArray sqrt(const NdArray& x) {
  return each(x, [](double p) { return std::sqrt(p); });
}
NdArray rsqrt(const NdArray& x) {
  return each(x, [](double p) { return 1.0 / std::sqrt(p); });
}
NdArray square(const NdArray& x) {
  return each(x, [](double p) { return p * p; });
}
NdArray pow(const NdArray& base, double exponent) {
  return each(base, [exponent](double p) { return std::pow(p, exponent); });
}
NdArray tanh(const NdArray& x) {
  return each(x, [](double p) { return std::tanh(p); });
}
NdArray relu(const NdArray& x) {
  // Written so that NaN stays NaN.
  return each(x, [](double p) { return p <= 0 ? 0.0 : p; });
}

NdArray gelu(const NdArray& x, const std::string& approximate) {
  const double pi = std::acos(-1.0);
  if (approximate == "none") {
    return each(x, [](double p) { return 0.5 * p * (1.0 + std::erf(p / std::sqrt(2.0))); });
  }
  if (approximate != "tanh") throw std::invalid_argument("gelu: approximate is none or tanh");
  return each(x, [pi](double p) {
    return 0.5 * p * (1.0 + std::tanh(std::sqrt(2.0 / pi) * (p + 0.044715 * p * p * p)));
  });
}

NdArray sigmoid(const NdArray& x) {
  return each(x, sigmoid_of);
}
NdArray silu(const NdArray& x) {
  return each(x, [](double p) { return p * sigmoid_of(p); });
}

}  // namespace heed::reference
