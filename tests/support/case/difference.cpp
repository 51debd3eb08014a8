#include "heed/tests/support/case/difference.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace heed::testing {

using reference::NdArray;

std::string difference(const NdArray& got, const NdArray& want, double tolerance) {
  if (got.shape != want.shape) {
    return text_of("shape ", IntList(std::span(got.shape)), " instead of ",
                   IntList(std::span(want.shape)));
  }
  double worst = tolerance;
  std::string text;
  for (size_t i = 0; i < got.data.size(); ++i) {
    const double a = got.data[i], b = want.data[i];
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    double error = std::abs(a - b) / (1 + std::abs(b));
    if (std::isnan(error)) error = std::numeric_limits<double>::infinity();
    if (error <= worst) continue;
    worst = error;
    text = text_of("element ", i, " is ", a, " instead of ", b, ", an error of ", error);
  }
  return text;
}

std::string difference(const Tensor& got, const Tensor& want, double tolerance) {
  if (got.defined() != want.defined()) return got.defined() ? "one too many" : "missing";
  return got.defined() ? difference(array_of(got), array_of(want), tolerance) : "";
}

std::string bit_difference(const Tensor& got, const Tensor& want) {
  if (got.defined() != want.defined()) return got.defined() ? "one too many" : "missing";
  if (!got.defined()) return "";
  const NdArray a = array_of(got), b = array_of(want);
  const std::string text = difference(a, b, 0);
  if (!text.empty()) return text;
  if (a.data.empty()) return "";
  const bool same = std::memcmp(a.data.data(), b.data.data(), a.data.size() * sizeof(double)) == 0;
  return same ? "" : "zeros or NaNs of different bits";
}

}  // namespace heed::testing
