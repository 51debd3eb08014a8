#include "heed/framework/autograd/gradcheck.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/gradcheck_parts.h"

namespace heed {

using detail::gradients_of;
using detail::is_checkable;
using detail::PutBack;
using detail::random_cotangents;

namespace {

/// Calls each(pointer, index) for every element of a strided f64 tensor.
template <class Each>
void for_each_element(const Tensor& x, const Each& each) {
  double* data = x.mutable_data<double>();
  IntList index = IntList::filled(x.dim(), 0);
  for (int64_t i = 0; i < x.numel(); ++i) {
    int64_t at = 0;
    for (int64_t d = 0; d < x.dim(); ++d) at += index[d] * x.strides()[d];
    each(data + at, index);
    for (int64_t d = x.dim() - 1; d >= 0 && ++index[d] == x.shape()[d]; --d) index[d] = 0;
  }
}

/// Σᵢ⟨outputs[i], cotangents[i]⟩.
double weighted_sum(const std::vector<Tensor>& outputs, const std::vector<Tensor>& cotangents) {
  double total = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!cotangents[i].defined()) continue;
    const std::vector<double> values = outputs[i].to_vector<double>();
    const double* weights = cotangents[i].data<double>();
    for (size_t j = 0; j < values.size(); ++j) total += values[j] * weights[j];
  }
  return total;
}

void check_inputs(const std::vector<Tensor>& checked) {
  if (checked.empty()) throw GradientError("gradcheck: no input requires grad, nothing to check");
  for (const Tensor& input : checked) {
    if (!is_checkable(input)) {
      throw GradientError(
          "gradcheck: inputs must be f64 leaves that do not overlap themselves, got ",
          input.dtype(), " ", input.shape(), " with strides ", input.strides());
    }
  }
}

}  // namespace

std::string GradcheckReport::text() const {
  return fmt::format(
      "gradcheck: {} ({} elements); worst is input {} at {}: analytic {:.10g}, numeric "
      "{:.10g}, ratio {:.3g}",
      passed ? "passed" : "failed", elements, input, text_of(index), analytic, numeric, ratio);
}

GradcheckReport gradcheck(const Differentiable& function, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options) {
  std::vector<Tensor> checked;
  std::vector<int64_t> positions;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined() || !inputs[i].requires_grad()) continue;
    checked.push_back(inputs[i]);
    positions.push_back(static_cast<int64_t>(i));
  }
  check_inputs(checked);
  const std::vector<Tensor> outputs = function(inputs);
  const std::vector<Tensor> cotangents = random_cotangents(outputs, options.seed);
  const std::vector<Tensor> analytic = gradients_of(outputs, cotangents, checked);

  GradcheckReport report;
  report.ratio = -1;
  for (size_t i = 0; i < checked.size(); ++i) {
    const std::vector<double> gradient =
        analytic[i].defined() ? analytic[i].to_vector<double>()
                              : std::vector<double>(static_cast<size_t>(checked[i].numel()));
    size_t element = 0;
    for_each_element(checked[i], [&](double* x, const IntList& index) {
      const double before = *x;
      const auto sum_at = [&](double value) {
        const PutBack guard{x, before};
        *x = value;
        return weighted_sum(function(inputs), cotangents);
      };
      const double above = sum_at(before + options.step);
      const double below = sum_at(before - options.step);
      const double numeric = (above - below) / (2 * options.step);
      const double value = gradient[element++];
      double ratio = std::abs(value - numeric) / (options.atol + options.rtol * std::abs(numeric));
      if (std::isnan(ratio)) ratio = std::numeric_limits<double>::infinity();
      ++report.elements;
      if (ratio > report.ratio) {
        report.input = positions[i];
        report.index = index;
        report.analytic = value;
        report.numeric = numeric;
        report.ratio = ratio;
      }
    });
  }
  report.passed = report.ratio <= 1;
  return report;
}

GradcheckReport gradgradcheck(const Differentiable& function, const std::vector<Tensor>& inputs,
                              const GradcheckOptions& options) {
  // The gradients as a function of the inputs and of the cotangents, which become inputs too.
  const std::vector<Tensor> cotangents = random_cotangents(function(inputs), options.seed + 1);
  std::vector<Tensor> all = inputs;
  for (Tensor cotangent : cotangents) {
    if (cotangent.defined()) all.push_back(cotangent.requires_grad_());
  }
  const auto gradients = [&function, count = inputs.size()](const std::vector<Tensor>& arguments) {
    const std::vector<Tensor> first(arguments.begin(),
                                    arguments.begin() + static_cast<int64_t>(count));
    std::vector<Tensor> roots, weights, wanted;
    auto cotangent = arguments.begin() + static_cast<int64_t>(count);
    for (const Tensor& output : function(first)) {
      if (!is_floating(output.dtype())) continue;
      if (output.requires_grad()) {
        roots.push_back(output);
        weights.push_back(*cotangent);
      }
      ++cotangent;
    }
    for (const Tensor& input : first) {
      if (input.defined() && input.requires_grad()) wanted.push_back(input);
    }
    std::vector<Tensor> result;
    for (const Tensor& gradient :
         grad(roots, wanted, weights, {.retain_graph = true, .create_graph = true}, true)) {
      if (gradient.defined()) result.push_back(gradient);
    }
    return result;
  };
  return gradcheck(gradients, all, options);
}

}  // namespace heed
