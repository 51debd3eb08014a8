#include "heed/framework/autograd/finite.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "heed/framework/autograd/anomaly.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/tensor/index.h"

namespace heed {
namespace {

/// The position of the first element that is not finite, and the range of those that are.
struct Look {
  std::optional<int64_t> bad;  // in row-major order
  double value = 0;            // of that element
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();
};

Look look_at(const Tensor& x) {
  Look look;
  visit(x.dtype(), [&]<class T>() {
    const Tensor dense = kernels::contiguous(x);
    const T* data = dense.data<T>();
    for (int64_t i = 0; i < dense.numel(); ++i) {
      const auto value = static_cast<double>(data[i]);
      if (std::isfinite(value)) {
        look.least = std::min(look.least, value);
        look.most = std::max(look.most, value);
      } else if (!look.bad) {
        look.bad = i;
        look.value = value;
      }
    }
  });
  return look;
}

std::string value_text(double value) {
  return std::isnan(value) ? "NaN" : value > 0 ? "Inf" : "-Inf";
}

std::string range_text(const Tensor& x, const Look& look) {
  if (x.numel() == 0) return text_of(x.dtype(), " ", x.shape(), " without elements");
  return text_of(x.dtype(), " ", x.shape(),
                 fmt::format(" in [{:.4g}, {:.4g}]", look.least, look.most));
}

}  // namespace

void check_made_finite(const char* op, const Tensor& output,
                       std::span<const Tensor* const> inputs) {
  if (!is_floating(output.dtype())) return;
  const Look made = look_at(output);
  if (!made.bad) return;
  std::string ranges;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& input = *inputs[i];
    if (!input.defined()) continue;
    const Look look = look_at(input);
    if (look.bad) return;  // it came from elsewhere
    ranges += text_of("; input ", i, " ", range_text(input, look));
  }
  throw NonFiniteError(op, ": made ", value_text(made.value), " at ",
                       index_of(*made.bad, output.shape()), " of ", output.shape(), ranges);
}

void check_pulled_finite(const char* op, size_t input, const Tensor& gradient, const Tensor& g) {
  const Look made = look_at(gradient);
  if (!made.bad) return;
  const Look incoming = look_at(g);
  if (incoming.bad) return;
  throw NonFiniteError(op, ": its gradient made ", value_text(made.value), " at ",
                       index_of(*made.bad, gradient.shape()), " of ", gradient.shape(),
                       " for input ", input, "; incoming gradient ", range_text(g, incoming));
}

}  // namespace heed
