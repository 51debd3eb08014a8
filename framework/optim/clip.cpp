#include "heed/framework/optim/clip.h"

#include <algorithm>
#include <climits>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/reduce.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/tensor/index.h"

namespace heed {
namespace {

/// The gradients of the parameters that have one, each parameter once.
std::vector<Tensor> gradients_of(std::span<const Tensor> parameters) {
  std::vector<Tensor> gradients;
  std::set<const TensorImpl*> seen;
  for (const Tensor& parameter : parameters) {
    const Tensor gradient = parameter.grad();
    if (!gradient.defined() || !seen.insert(parameter.impl()).second) continue;
    gradients.push_back(gradient.detach());
  }
  return gradients;
}

/// x · 2^-exponent in f64, in two steps: one alone might overflow.
Tensor scaled_down(const Tensor& x, int exponent) {
  const Tensor wide = kernels::cast(x, DType::f64);
  const int half = exponent / 2;
  mul_(wide, std::ldexp(1, -half));
  mul_(wide, std::ldexp(1, half - exponent));
  return wide;
}

std::vector<SquareSum> square_sums_of(const std::vector<Tensor>& gradients) {
  std::vector<SquareSum> sums;
  for (const Tensor& gradient : gradients) sums.push_back(square_sum_of(gradient));
  return sums;
}

/// Whether doubles hold the sum of squares well as they are.
bool is_precise(double sum) {
  return (std::isfinite(sum) && sum > 0x1p-900) || std::isnan(sum);
}

/// The elements that tensors of one storage see, each once, as runs of neighbours.
std::vector<Tensor> merged(const std::vector<Tensor>& tensors) {
  std::vector<int64_t> places;
  for (const Tensor& tensor : tensors) {
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      places.push_back(tensor.offset() + offset_of(index_of(i, tensor.shape()), tensor.strides()));
    }
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  std::vector<Tensor> runs;
  for (size_t begin = 0, end = 0; begin < places.size(); begin = end) {
    end = begin + 1;
    while (end < places.size() && places[end] == places[end - 1] + 1) ++end;
    const auto length = static_cast<int64_t>(end - begin);
    runs.push_back(tensors.front().alias({length}, Strides{1}, places[begin]));
  }
  return runs;
}

/// Whether each lies behind the one before it, as slices of one dense buffer do.
bool are_apart(std::vector<Tensor> tensors) {
  std::sort(tensors.begin(), tensors.end(),
            [](const Tensor& a, const Tensor& b) { return a.offset() < b.offset(); });
  for (size_t i = 0; i + 1 < tensors.size(); ++i) {
    int64_t end = tensors[i].offset() + 1;
    for (int64_t d = 0; d < tensors[i].dim(); ++d) {
      end += (tensors[i].shape()[d] - 1) * tensors[i].strides()[d];
    }
    if (tensors[i].numel() > 0 && end > tensors[i + 1].offset()) return false;
  }
  return true;
}

/// Tensors that together see the elements of `gradients`, each once.
std::vector<Tensor> each_element_once(std::span<const Tensor> gradients) {
  std::map<const std::byte*, std::vector<Tensor>> by_memory;
  for (const Tensor& gradient : gradients) {
    check_writable("clip_grad_norm", gradient);
    by_memory[gradient.storage().data()].push_back(gradient);
  }
  std::vector<Tensor> all;
  for (const auto& [memory, sharing] : by_memory) {
    for (const Tensor& part : are_apart(sharing) ? sharing : merged(sharing)) all.push_back(part);
  }
  return all;
}

void scale_to(const Tensor& gradient, double max_norm, const GradNorm& norm) {
  const double factor = max_norm / norm.value();
  if (factor >= smallest_normal_of(gradient.dtype())) return mul_(gradient, factor);
  // The factor is too small for the dtype, or the norm too large, but what they make is neither.
  const int exponent = norm.exponent + std::ilogb(norm.root);
  const Tensor scaled = scaled_down(gradient, exponent);
  mul_(scaled, max_norm / std::ldexp(norm.root, norm.exponent - exponent));
  copy_(gradient, kernels::cast(scaled, gradient.dtype()));
}

}  // namespace

SquareSum square_sum_of(const Tensor& gradient) {
  const NoGrad guard;
  const double sum = kernels::square_sum(gradient);
  if (is_precise(sum) || gradient.numel() == 0) return {sum};
  const double largest = max(abs(gradient)).item();
  if (largest == 0 || !std::isfinite(largest)) return {largest};
  const int exponent = std::ilogb(largest);
  return {kernels::square_sum(scaled_down(gradient, exponent)), exponent};
}

GradNorm norm_of(std::span<const SquareSum> sums) {
  double total = 0;
  bool is_plain = true;
  for (const SquareSum& sum : sums) {
    total += sum.value;
    is_plain = is_plain && sum.exponent == 0;
  }
  if (!std::isnan(total) && std::isinf(total)) {
    // Of an element that is, or only of all squares together?
    const bool has_infinite = std::any_of(
        sums.begin(), sums.end(), [](const SquareSum& sum) { return std::isinf(sum.value); });
    if (has_infinite) return {total};
  }
  if (std::isnan(total) || total == 0 || (is_plain && is_precise(total))) return {std::sqrt(total)};
  int largest = INT_MIN;  // its exponent
  for (const SquareSum& sum : sums) {
    if (sum.value > 0) largest = std::max(largest, sum.exponent + std::ilogb(sum.value) / 2);
  }
  total = 0;
  for (const SquareSum& sum : sums) {
    total += std::ldexp(sum.value, 2 * (sum.exponent - largest));
  }
  return {std::sqrt(total), largest};
}

double GradNorm::value() const {
  return std::ldexp(root, exponent);
}

void clip_gradients(std::span<const Tensor> gradients, double max_norm, const GradNorm& norm) {
  if (!(max_norm > 0)) throw ValueError("clip_grad_norm: max_norm must be above 0, got ", max_norm);
  if (norm.value() <= max_norm || !std::isfinite(norm.root)) return;
  const NoGrad guard;
  for (const Tensor& gradient : each_element_once(gradients)) scale_to(gradient, max_norm, norm);
}

double grad_norm(std::span<const Tensor> parameters) {
  return norm_of(square_sums_of(gradients_of(parameters))).value();
}

double clip_grad_norm(std::span<const Tensor> parameters, double max_norm) {
  const std::vector<Tensor> gradients = gradients_of(parameters);
  const GradNorm norm = norm_of(square_sums_of(gradients));
  clip_gradients(gradients, max_norm, norm);
  return norm.value();
}

}  // namespace heed
