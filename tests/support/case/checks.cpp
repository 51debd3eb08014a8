#include "heed/tests/support/case/checks.h"

#include <algorithm>
#include <string_view>

#include "heed/framework/base/error.h"
#include "heed/tests/support/case/sanitized.h"
#include "heed/tests/support/case/threads.h"

namespace heed::testing {
namespace {

/// Layouts only change the order of sums.
Compare close_to(const Subject& subject, DType dtype) {
  const double gradient = dtype == DType::f32 ? subject.tolerance.gradient_f32 : 1e-12;
  return [output = subject.tolerance.of(dtype), gradient](const Tensor& got, const Tensor& want,
                                                          bool is_gradient) {
    return difference(got, want, is_gradient ? gradient : output);
  };
}

bool any_requires_grad(const Tensors& inputs, const NamedTensors& parameters) {
  const auto requires_grad = [](const Tensor& x) { return x.defined() && x.requires_grad(); };
  return !parameters.empty() || std::any_of(inputs.begin(), inputs.end(), requires_grad);
}

/// Of those that could have a gradient.
int64_t elements_of(const Tensors& tensors) {
  int64_t count = 0;
  for (const Tensor& tensor : tensors) {
    if (tensor.defined() && is_floating(tensor.dtype())) count += tensor.numel();
  }
  return count;
}

/// Inputs and parameters alike: the function sees the parameters through the module.
GradcheckReport checked(const Subject& subject,
                        GradcheckReport (*check)(const Differentiable&, const Tensors&,
                                                 const GradcheckOptions&)) {
  const Callable callable = subject.in_dtype(DType::f64);
  Tensors all = leaves_of(subject, DType::f64);
  const auto count = static_cast<int64_t>(all.size());
  for (const auto& [path, parameter] : callable.parameters) all.push_back(parameter);
  const auto function = [&](const Tensors& in) {
    return callable.call({in.data(), in.data() + count});
  };
  // Samples without elements are there for shapes; a check of nothing would fail.
  if (elements_of(all) == 0 || elements_of(function(all)) == 0) {
    return {.passed = true, .kinks = {}, .worst = {}};
  }
  return check(function, all, subject.gradcheck);
}

std::string input_layout_problem(const Subject& subject, DType dtype, const Callable& callable,
                                 const std::function<Layout(size_t)>& layout) {
  const Tensors odd = leaves_of(subject, dtype, layout);
  const Tensors plain = leaves_of(subject, dtype, layout, /*in_layout=*/false);
  Run got;
  try {
    got = run(subject.row, callable, odd);
  } catch (const ShapeError&) {
    if (subject.fits_any_layout) throw;
    return "";
  } catch (const ValueError& refused) {  // repeated rows make a matrix singular, say
    try {
      run(subject.row, callable, plain);
    } catch (const ValueError& error) {
      if (std::string_view(error.what()) == refused.what()) return "";
    }
    throw;
  }
  return run_difference(got, run(subject.row, callable, plain), close_to(subject, dtype));
}

/// "" too if there is no reference.
std::string reference_problem(const Subject& subject, const Callable& callable,
                              const Tensors& inputs, const Tensors& outputs, DType dtype) {
  if (!callable.reference) return "";
  const std::vector<reference::NdArray> want = callable.reference(inputs);
  if (outputs.size() != want.size()) {
    return text_of(outputs.size(), " outputs instead of ", want.size());
  }
  for (size_t i = 0; i < want.size(); ++i) {
    const std::string problem =
        difference(array_of(outputs[i]), want[i], subject.tolerance.of(dtype));
    if (!problem.empty()) return text_of("output ", i, ": ", problem);
  }
  return "";
}

}  // namespace

Gradchecked& gradchecked() {
  static Gradchecked instance;
  return instance;
}

std::string values_problem(const Subject& subject, DType dtype) {
  const Callable callable = subject.in_dtype(dtype);
  const Tensors inputs = leaves_of(subject, dtype), before = leaves_of(subject, dtype);
  const Run got = run(subject.row, callable, inputs);
  std::string problem = reference_problem(subject, callable, before, got.outputs, dtype);
  if (!problem.empty()) return problem;
  for (size_t i = 0; i < got.outputs.size(); ++i) {
    const Tensor& output = got.outputs[i];
    const bool recorded = subject.differentiable && is_floating(output.dtype()) &&
                          any_requires_grad(inputs, callable.parameters);
    if (output.requires_grad() == recorded) continue;
    return text_of("output ", i, recorded ? " does not require grad" : " requires grad");
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    problem = bit_difference(inputs[i], before[i]);
    if (!problem.empty()) return text_of("input ", i, " was changed: ", problem);
    const Tensor& gradient = got.gradients[i];
    if (gradient.defined() &&
        (gradient.shape() != inputs[i].shape() || gradient.dtype() != inputs[i].dtype())) {
      return text_of("input ", i, ": its gradient has another shape or dtype");
    }
  }
  return "";
}

bool can_differ(const Subject& subject) {
  return subject.differentiable && subject.smooth && !subject.large;
}

std::string gradient_problem(const Subject& subject) {
  const GradcheckReport report = checked(subject, gradcheck);
  gradchecked().elements += report.elements;
  return report.passed ? "" : report.text();
}

std::string second_gradient_problem(const Subject& subject) {
  const GradcheckReport report = checked(subject, gradgradcheck);
  gradchecked().second_elements += report.elements;
  return report.passed ? "" : report.text();
}

std::string graph_problem(const Subject& subject) {
  const Callable callable = subject.in_dtype(DType::f64);
  const Run want = run(subject.row, callable, leaves_of(subject, DType::f64));
  const Run got =
      run(subject.row, callable, leaves_of(subject, DType::f64), {.create_graph = true});
  return run_difference(got, want, close_to(subject, DType::f64));
}

std::string rounding_problem(const Subject& subject) {
  const Run want = run(subject.row, subject.in_dtype(DType::f64), leaves_of(subject, DType::f64));
  const Run got = run(subject.row, subject.in_dtype(DType::f32), leaves_of(subject, DType::f32));
  return run_difference(got, want, close_to(subject, DType::f32));
}

std::string input_layout_problem(const Subject& subject, DType dtype) {
  const Callable callable = subject.in_dtype(dtype);
  const bool can_mix = subject.inputs.size() > 1 && !subject.large;
  for (size_t shift = 0; shift < all_layouts.size(); ++shift) {
    for (const size_t step : {size_t{0}, size_t{1}}) {
      if (step == 1 && (!can_mix || (address_sanitized && shift > 0))) continue;
      const auto layout = [&](size_t i) { return all_layouts[(shift + i * step) % 4]; };
      const std::string problem = input_layout_problem(subject, dtype, callable, layout);
      if (problem.empty()) continue;
      return text_of("inputs ", step == 1 ? "of mixed layouts, the first " : "", name_of(layout(0)),
                     ": ", problem);
    }
  }
  return "";
}

std::string gradient_layout_problem(const Subject& subject, DType dtype) {
  const Callable callable = subject.in_dtype(dtype);
  const Tensors inputs = leaves_of(subject, dtype);
  for (const Layout layout : {Layout::permuted, Layout::sliced, Layout::expanded}) {
    const std::string problem = run_difference(
        run(subject.row, callable, inputs, {.values = layout, .layout = layout}),
        run(subject.row, callable, inputs, {.values = layout}), close_to(subject, dtype));
    if (!problem.empty()) return text_of("incoming gradient ", name_of(layout), ": ", problem);
  }
  return "";
}

std::string repetition_problem(const Subject& subject) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Callable callable = subject.in_dtype(dtype);
    const Tensors inputs = leaves_of(subject, dtype);
    const auto run_on = [&](int threads) {
      const Threads guard(threads);
      return run(subject.row, callable, inputs);
    };
    const Run one = run_on(1), two = run_on(2);
    std::string problem = run_difference(two, one, same_bits);
    if (!problem.empty()) return "2 threads against 1: " + problem;
    problem = run_difference(run_on(2), two, same_bits);
    if (!problem.empty()) return "again: " + problem;
  }
  return "";
}

}  // namespace heed::testing
