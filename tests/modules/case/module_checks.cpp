#include "heed/tests/modules/case/module_checks.h"

#include <algorithm>
#include <cmath>

#include "heed/framework/optim/adam.h"
#include "heed/tests/modules/case/module_run.h"
#include "heed/tests/support/case/checks.h"

namespace heed::testing {
namespace {

const ModuleCondition always{[](const ModuleCase&, const ModuleSample&) { return true; },
                             "a sample"};
const ModuleCondition is_small{
    [](const ModuleCase&, const ModuleSample& sample) { return !sample.large; },
    "a sample that is not large"};
const ModuleCondition is_typical{
    [](const ModuleCase& row, const ModuleSample& sample) { return &sample == row.samples.data(); },
    "a first sample"};
const ModuleCondition differs{[](const ModuleCase& row, const ModuleSample& sample) {
                                return can_differ(subject_of(row, sample));
                              },
                              "a sample that is smooth and not large"};

std::string module_call_problem(const ModuleCase& row, const ModuleSample& sample) {
  const BuiltModule built = filled_module(row, sample, DType::f32);
  const Tensor y = call_at_test_step(row, built, module_leaves(row, sample, DType::f32));
  return y.defined() ? "" : "it gives an undefined tensor";
}

std::string parameters_problem(const ModuleCase& row, const ModuleSample& sample) {
  const BuiltModule built = filled_module(row, sample, DType::f32);
  const int64_t want = row.num_parameters(row.attributes(sample.arguments));
  const int64_t got = built.module->num_parameters();
  return got == want ? "" : text_of("has ", got, " parameters instead of ", want);
}

/// Values, and the weights of an attention.
template <DType dtype>
std::string module_values_problem(const ModuleCase& row, const ModuleSample& sample) {
  const std::string problem = values_problem(subject_of(row, sample), dtype);
  const BuiltModule built = filled_module(row, sample, dtype);
  if (!problem.empty() || !built.weights || !row.reference) return problem;
  const Tensors inputs = module_leaves(row, sample, dtype);
  const ModuleResult want = reference_of(row, sample, built, inputs);
  if (!want.weights) return "it has weights, and its reference gives none";
  const std::string weights =
      difference(array_of(built.weights(inputs)), *want.weights, row.tolerance.of(dtype));
  return weights.empty() ? "" : "weights: " + weights;
}

/// A check that ops have too.
auto shared(std::string (*problem)(const Subject&)) {
  return [problem](const ModuleCase& row, const ModuleSample& sample) {
    return problem(subject_of(row, sample));
  };
}
auto shared(std::string (*problem)(const Subject&, DType)) {
  return [problem](const ModuleCase& row, const ModuleSample& sample) {
    return problem(subject_of(row, sample), DType::f64);
  };
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
  const Run run = run_module(row, built, module_leaves(row, sample, DType::f64));
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
      {"it can be built and called", always, module_call_problem},
      {"it has as many parameters as its formula says", always, parameters_problem},
      {"it gives every parameter a gradient by which it moves", is_typical, training_problem},
      {"it leaves its inputs alone, and gives the values of its reference in f64", always,
       module_values_problem<DType::f64>},
      {"it leaves its inputs alone, and gives the values of its reference in f32", always,
       module_values_problem<DType::f32>},
      {gradient_check, differs, shared(gradient_problem), true},
      {"its second gradients equal central differences", differs, shared(second_gradient_problem),
       true},
      {"its gradients in f32 are those in f64, rounded", differs, shared(rounding_problem), true},
      {"it does not see how inputs are laid out in memory", is_small, shared(input_layout_problem),
       true},
      {"it does not see how incoming gradients are laid out", is_small,
       shared(gradient_layout_problem), true},
      {"it repeats its bits, on one thread and on two", always, shared(repetition_problem), true},
      {"it gives the same bits after its state went into a fresh one", is_small, state_problem,
       true},
      {"it keeps its values when it becomes f64, and back", is_typical, cast_problem},
  };
  return checks;
}

std::string problem_of(const ModuleCheck& check, const ModuleCase& row,
                       const ModuleSample& sample) {
  return contained([&] { return check.problem(row, sample); });
}

}  // namespace heed::testing
