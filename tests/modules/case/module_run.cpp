#include "heed/tests/modules/case/module_run.h"

#include "heed/framework/autograd/backward.h"
#include "heed/framework/base/random_scope.h"
#include "heed/tests/framework/ops/case/op_run.h"
#include "heed/tests/modules/reference/layers.h"

namespace heed::testing {

BuiltModule built_module(const ModuleCase& row, const ModuleSample& sample, DType dtype) {
  const BuiltModule built = row.build(row.attributes(sample.arguments));
  if (sample.masks.empty()) return built;
  return built.under(masks_from_json(sample.masks, row.mask_places, dtype));
}

BuiltModule filled_module(const ModuleCase& row, const ModuleSample& sample, DType dtype) {
  const BuiltModule built = built_module(row, sample, dtype);
  built.module->load_state_dict(random_state(*built.module, row.name));
  built.module->to(dtype);
  built.module->train(sample.train);
  return built;
}

Tensors module_leaves(const ModuleCase& row, const ModuleSample& sample, DType dtype,
                      const std::function<Layout(size_t)>& layout, bool in_layout) {
  Tensors leaves;
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    const Input& input = sample.inputs[i];
    const auto values = array_of(input, text_coordinate(row.name) + i);
    if (!values) {
      leaves.emplace_back();
      continue;
    }
    const DType own = dtype_of_input(input, dtype);
    Tensor leaf = laid_out(representable(*values, layout(i)), own,
                           in_layout ? layout(i) : Layout::contiguous);
    if (is_floating(own) && !row.is_constant(i)) leaf.requires_grad_();
    leaves.push_back(leaf);
  }
  return leaves;
}

Tensors module_leaves(const ModuleCase& row, const ModuleSample& sample, DType dtype) {
  return module_leaves(row, sample, dtype, [](size_t) { return Layout::contiguous; });
}

Tensor call_at_test_step(const ModuleCase& row, const BuiltModule& built, const Tensors& inputs) {
  const RandomScope scope(RandomPosition{test_seed, test_step, test_micro_step});
  return call_module(row, built, inputs);
}

ModuleRun run_module(const ModuleCase& row, const BuiltModule& built, const Tensors& inputs,
                     Layout values, Layout layout) {
  ModuleRun run{call_at_test_step(row, built, inputs), Tensors(inputs.size()), {}};
  const NamedTensors parameters = built.module->named_parameters();
  Tensors wanted;
  for (const Tensor& input : inputs) {
    if (input.defined() && input.requires_grad()) wanted.push_back(input);
  }
  for (const auto& [path, parameter] : parameters) wanted.push_back(parameter);
  Tensors found(wanted.size());
  if (run.output.requires_grad()) {
    const Shape& shape = run.output.shape();
    const auto random =
        array_of(any({shape.begin(), shape.end()}), text_coordinate(row.name) + 1000);
    const Tensor cotangent = laid_out(representable(*random, values), run.output.dtype(), layout);
    found = grad(Tensors{run.output}, wanted, Tensors{cotangent}, {}, /*allow_unused=*/true);
  }
  size_t next = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].defined() && inputs[i].requires_grad()) run.gradients[i] = found[next++];
  }
  for (const auto& [path, parameter] : parameters) {
    run.parameter_gradients.emplace_back(path, found[next++]);
  }
  return run;
}

std::string run_difference(
    const ModuleRun& got, const ModuleRun& want,
    const std::function<std::string(const Tensor&, const Tensor&, bool)>& compare) {
  std::string problem = compare(got.output, want.output, false);
  if (!problem.empty()) return "output: " + problem;
  for (size_t i = 0; i < want.gradients.size(); ++i) {
    problem = compare(got.gradients.at(i), want.gradients[i], true);
    if (!problem.empty()) return text_of("gradient of input ", i, ": ", problem);
  }
  for (size_t i = 0; i < want.parameter_gradients.size(); ++i) {
    const auto& [path, gradient] = want.parameter_gradients[i];
    problem = compare(got.parameter_gradients.at(i).second, gradient, true);
    if (!problem.empty()) return "gradient of " + path + ": " + problem;
  }
  return "";
}

ModuleResult reference_of(const ModuleCase& row, const ModuleSample& sample,
                          const BuiltModule& built, const Tensors& inputs) {
  Arrays arrays;
  for (const Tensor& input : inputs) {
    arrays.push_back(input.defined() ? std::optional(array_of(input)) : std::nullopt);
  }
  const ModuleState state(built.module->state_dict());
  const Attributes with = row.attributes(sample.arguments);
  return row.reference({state, arrays, with, sample.train, sample.masks});
}

std::string describe(const ModuleCase& row, size_t sample) {
  std::string text = row.name + ", sample " + std::to_string(sample);
  for (const Input& input : row.samples.at(sample).inputs) {
    text +=
        input.kind == Input::Kind::absent ? " none" : text_of(" ", IntList(std::span(input.shape)));
  }
  text += " " + row.samples[sample].arguments.dump();
  const Json& masks = row.samples[sample].masks;
  return masks.empty() ? text : text + " " + masks.dump();
}

}  // namespace heed::testing
