#include "heed/tests/modules/case/module_checks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "heed/framework/autograd/gradcheck.h"
#include "heed/framework/base/memory.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/optim/adam.h"
#include "heed/tests/framework/ops/case/op_run.h"
#include "heed/tests/modules/case/module_run.h"

namespace heed::testing {
namespace {

bool always(const ModuleCase&, const ModuleSample&) {
  return true;
}
bool is_small(const ModuleCase&, const ModuleSample& sample) {
  return !sample.large;
}
bool is_typical(const ModuleCase& row, const ModuleSample& sample) {
  return &sample == row.samples.data();
}

std::string same_bits(const Tensor& got, const Tensor& want, bool) {
  return bit_difference(got, want);
}

std::string parameters_problem(const ModuleCase& row, const ModuleSample& sample) {
  const BuiltModule built = filled_module(row, sample, DType::f32);
  const int64_t want = row.num_parameters(row.attributes(sample.arguments));
  const int64_t got = built.module->num_parameters();
  return got == want ? "" : text_of("has ", got, " parameters instead of ", want);
}

std::string values_problem(const ModuleCase& row, const ModuleSample& sample, DType dtype,
                           double tolerance) {
  const BuiltModule built = filled_module(row, sample, dtype);
  const Tensors inputs = module_leaves(row, sample, dtype);
  const Tensors before = module_leaves(row, sample, dtype);
  const ModuleResult want = reference_of(row, sample, built, inputs);
  std::string problem =
      difference(array_of(call_at_test_step(row, built, inputs)), want.output, tolerance);
  if (!problem.empty()) return problem;
  if (built.weights) {
    problem = difference(array_of(built.weights(inputs)), want.weights.value(), tolerance);
    if (!problem.empty()) return "weights: " + problem;
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    problem = bit_difference(inputs[i], before[i]);
    if (!problem.empty()) return text_of("input ", i, " was changed: ", problem);
  }
  return "";
}

std::string f64_problem(const ModuleCase& row, const ModuleSample& sample) {
  return values_problem(row, sample, DType::f64, row.tolerance.f64);
}

std::string f32_problem(const ModuleCase& row, const ModuleSample& sample) {
  return values_problem(row, sample, DType::f32, row.tolerance.f32);
}

bool can_differ(const ModuleCase&, const ModuleSample& sample) {
  return sample.smooth && !sample.large;
}

/// Inputs and parameters alike: the function sees the parameters through the module.
GradcheckReport checked(const ModuleCase& row, const ModuleSample& sample,
                        GradcheckReport (*check)(const Differentiable&, const Tensors&,
                                                 const GradcheckOptions&)) {
  const BuiltModule built = filled_module(row, sample, DType::f64);
  Tensors all = module_leaves(row, sample, DType::f64);
  const size_t count = all.size();
  for (const Tensor& parameter : built.module->parameters()) all.push_back(parameter);
  const auto function = [&](const Tensors& in) {
    return Tensors{
        call_at_test_step(row, built, {in.begin(), in.begin() + static_cast<int64_t>(count)})};
  };
  return check(function, all, {});
}

std::string gradient_problem(const ModuleCase& row, const ModuleSample& sample) {
  const GradcheckReport report = checked(row, sample, gradcheck);
  module_totals().gradient_elements += report.elements;
  return report.passed ? "" : report.text();
}

std::string second_gradient_problem(const ModuleCase& row, const ModuleSample& sample) {
  const GradcheckReport report = checked(row, sample, gradgradcheck);
  module_totals().second_gradient_elements += report.elements;
  return report.passed ? "" : report.text();
}

std::string rounding_problem(const ModuleCase& row, const ModuleSample& sample) {
  const ModuleRun want = run_module(row, filled_module(row, sample, DType::f64),
                                    module_leaves(row, sample, DType::f64));
  const ModuleRun got = run_module(row, filled_module(row, sample, DType::f32),
                                   module_leaves(row, sample, DType::f32));
  return run_difference(got, want, [&](const Tensor& a, const Tensor& b, bool is_gradient) {
    return difference(a, b, is_gradient ? row.tolerance.gradient_f32 : row.tolerance.f32);
  });
}

/// Layouts only change the order of sums.
auto close_to(const ModuleCase& row) {
  return [&row](const Tensor& got, const Tensor& want, bool is_gradient) {
    return difference(got, want, is_gradient ? 1e-12 : row.tolerance.f64);
  };
}

std::string input_layout_problem(const ModuleCase& row, const ModuleSample& sample) {
  const BuiltModule built = filled_module(row, sample, DType::f64);
  for (size_t shift = 0; shift < all_layouts.size(); ++shift) {
    for (const size_t step : {size_t{0}, size_t{1}}) {
      const auto layout = [&](size_t i) { return all_layouts[(shift + i * step) % 4]; };
      const Tensors odd = module_leaves(row, sample, DType::f64, layout);
      const Tensors plain = module_leaves(row, sample, DType::f64, layout, /*in_layout=*/false);
      const std::string problem =
          run_difference(run_module(row, built, odd), run_module(row, built, plain), close_to(row));
      if (!problem.empty()) return text_of("first input ", name_of(layout(0)), ": ", problem);
    }
  }
  return "";
}

std::string gradient_layout_problem(const ModuleCase& row, const ModuleSample& sample) {
  const BuiltModule built = filled_module(row, sample, DType::f64);
  const Tensors inputs = module_leaves(row, sample, DType::f64);
  for (const Layout layout : {Layout::permuted, Layout::sliced, Layout::expanded}) {
    const std::string problem =
        run_difference(run_module(row, built, inputs, layout, layout),
                       run_module(row, built, inputs, layout), close_to(row));
    if (!problem.empty()) return text_of("gradient ", name_of(layout), ": ", problem);
  }
  return "";
}

/// Puts back the number of threads.
class ThreadCount {
 public:
  explicit ThreadCount(int count) : before_(num_threads()) { set_num_threads(count); }
  ~ThreadCount() { set_num_threads(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

std::string repetition_problem(const ModuleCase& row, const ModuleSample& sample) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const BuiltModule built = filled_module(row, sample, dtype);
    const Tensors inputs = module_leaves(row, sample, dtype);
    const auto run_on = [&](int threads) {
      const ThreadCount guard(threads);
      return run_module(row, built, inputs);
    };
    const ModuleRun one = run_on(1);
    std::string problem = run_difference(run_on(2), one, same_bits);
    if (!problem.empty()) return "2 threads against 1: " + problem;
    problem = run_difference(run_on(1), one, same_bits);
    if (!problem.empty()) return "again: " + problem;
  }
  return "";
}

std::string state_problem(const ModuleCase& row, const ModuleSample& sample) {
  const BuiltModule first = filled_module(row, sample, DType::f32);
  const BuiltModule fresh = built_module(row, sample, DType::f32);
  fresh.module->load_state_dict(first.module->state_dict());
  fresh.module->train(sample.train);
  const Tensors inputs = module_leaves(row, sample, DType::f32);
  return run_difference(run_module(row, fresh, inputs), run_module(row, first, inputs), same_bits);
}

std::string cast_problem(const ModuleCase& row, const ModuleSample& sample) {
  const BuiltModule built = filled_module(row, sample, DType::f32);
  const NamedTensors before = built.module->state_dict();
  built.module->to(DType::f64);
  const NamedTensors doubled = built.module->state_dict();
  built.module->to(DType::f32);
  const NamedTensors after = built.module->state_dict();
  for (size_t i = 0; i < before.size(); ++i) {
    if (doubled[i].second.dtype() != DType::f64) return before[i].first + " is not f64";
    for (const NamedTensors& state : {doubled, after}) {
      const std::string problem = bit_difference(state[i].second, before[i].second);
      if (!problem.empty()) return before[i].first + ": " + problem;
    }
  }
  return "";
}

bool is_inert(const ModuleCase& row, const std::string& parameter) {
  return std::find(row.inert.begin(), row.inert.end(), parameter) != row.inert.end();
}

std::string training_problem(const ModuleCase& row, const ModuleSample& sample) {
  const BuiltModule built = filled_module(row, sample, DType::f64);
  const NamedTensors parameters = built.module->named_parameters();
  if (parameters.empty()) return "";
  const NamedTensors before = built.module->state_dict();
  const ModuleRun run = run_module(row, built, module_leaves(row, sample, DType::f64));
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto& [path, gradient] = run.parameter_gradients[i];
    if (!gradient.defined()) return path + " has no gradient";
    double largest = 0;
    for (const double g : gradient.to_vector<double>()) largest = std::max(largest, std::abs(g));
    if (is_inert(row, path) && largest > 1e-12) return path + " is not inert";
    if (!is_inert(row, path) && largest < 1e-6) return path + " has a gradient of zeros";
    parameters[i].second.set_grad(gradient);
  }
  AdamW optimizer(built.module->parameters(), {});
  optimizer.step();
  const NamedTensors after = built.module->state_dict();
  for (size_t i = 0; i < parameters.size(); ++i) {
    const bool moved = !bit_difference(after[i].second, before[i].second).empty();
    if (!moved && !is_inert(row, before[i].first)) return before[i].first + " does not move";
  }
  return "";
}

}  // namespace

const std::vector<ModuleCheck>& module_checks() {
  static const std::vector<ModuleCheck> checks = {
      {"has as many parameters as its formula says", always, parameters_problem},
      {"gives every parameter a gradient by which it moves", is_typical, training_problem},
      {"gives the values of its naive reference in f64", always, f64_problem},
      {"gives the values of its naive reference in f32", always, f32_problem},
      {"has the gradients of central differences, in every element", can_differ, gradient_problem,
       true},
      {"has the second gradients of central differences", can_differ, second_gradient_problem,
       true},
      {"has in f32 the gradients of f64, rounded", can_differ, rounding_problem, true},
      {"does not see how inputs are laid out in memory", is_small, input_layout_problem, true},
      {"does not see how incoming gradients are laid out", is_small, gradient_layout_problem, true},
      {"repeats its bits, on one thread and on two", always, repetition_problem, true},
      {"gives the same bits after its state went into a fresh one", is_small, state_problem, true},
      {"keeps its values when it becomes f64, and back", is_typical, cast_problem},
  };
  return checks;
}

std::string problem_of(const ModuleCheck& check, const ModuleCase& row,
                       const ModuleSample& sample) {
  ++module_totals().checks;
  const MemoryStats before = memory_stats();
  std::string problem;
  try {
    problem = check.problem(row, sample);
  } catch (const std::exception& error) {
    problem = std::string("throws: ") + error.what();
  }
  const MemoryStats after = memory_stats();
  if (problem.empty() && after.live_bytes != before.live_bytes) problem = "leaks memory";
  return problem;
}

ModuleTotals& module_totals() {
  static ModuleTotals instance;
  return instance;
}

ModuleTotals::~ModuleTotals() {
  if (checks == 0) return;
  std::fprintf(stderr,
               "module table: %zu modules, %lld checks; %lld f64 elements gradchecked, %lld "
               "gradgradchecked; %lld error messages\n",
               module_table().size(), static_cast<long long>(checks),
               static_cast<long long>(gradient_elements),
               static_cast<long long>(second_gradient_elements),
               static_cast<long long>(error_messages));
}

}  // namespace heed::testing
