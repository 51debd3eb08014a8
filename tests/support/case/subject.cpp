#include "heed/tests/support/case/subject.h"

#include <algorithm>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/base/random.h"

namespace heed::testing {
namespace {

/// Random cotangents for the outputs that have a gradient.
Tensors cotangents_of(const std::string& row, const Tensors& outputs, const Backward& backward) {
  Tensors cotangents(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].requires_grad()) continue;
    const Shape& shape = outputs[i].shape();
    const auto random =
        array_of(any({shape.begin(), shape.end()}), text_coordinate(row) + 1000 + i);
    cotangents[i] =
        laid_out(representable(*random, backward.values), outputs[i].dtype(), backward.layout);
  }
  return cotangents;
}

}  // namespace

bool Subject::is_constant(size_t input) const {
  return std::find(constants.begin(), constants.end(), input) != constants.end();
}

Tensors leaves_of(const Subject& subject, DType floating,
                  const std::function<Layout(size_t)>& layout, bool in_layout) {
  Tensors leaves;
  for (size_t i = 0; i < subject.inputs.size(); ++i) {
    const Input& input = subject.inputs[i];
    const auto values = array_of(input, text_coordinate(subject.row) + i, !is_floating(floating));
    leaves.emplace_back();
    if (!values) continue;
    const DType dtype = dtype_of_input(input, floating);
    leaves[i] = laid_out(representable(*values, layout(i)), dtype,
                         in_layout ? layout(i) : Layout::contiguous);
    if (is_floating(dtype) && !subject.is_constant(i)) leaves[i].requires_grad_();
  }
  return leaves;
}

Tensors leaves_of(const Subject& subject, DType floating) {
  return leaves_of(subject, floating, [](size_t) { return Layout::contiguous; });
}

Run run(const std::string& row, const Callable& callable, const Tensors& inputs,
        const Backward& backward) {
  Run result{callable.call(inputs), {}};
  Tensors wanted = inputs;
  for (const auto& [path, parameter] : callable.parameters) wanted.push_back(parameter);
  Tensors found = gradients_of(result.outputs, wanted, cotangents_of(row, result.outputs, backward),
                               backward.create_graph);
  size_t next = inputs.size();
  for (const auto& [path, parameter] : callable.parameters) {
    result.parameter_gradients.emplace_back(path, found[next++]);
  }
  found.resize(inputs.size());
  result.gradients = std::move(found);
  return result;
}

std::string run_difference(const Run& got, const Run& want, const Compare& compare) {
  if (got.outputs.size() != want.outputs.size()) return "another number of outputs";
  for (size_t i = 0; i < want.outputs.size(); ++i) {
    const std::string problem = compare(got.outputs[i], want.outputs[i], false);
    if (!problem.empty()) return text_of("output ", i, ": ", problem);
  }
  for (size_t i = 0; i < want.gradients.size(); ++i) {
    const std::string problem = compare(got.gradients.at(i), want.gradients[i], true);
    if (!problem.empty()) return text_of("gradient of input ", i, ": ", problem);
  }
  for (size_t i = 0; i < want.parameter_gradients.size(); ++i) {
    const auto& [path, gradient] = want.parameter_gradients[i];
    const std::string problem = compare(got.parameter_gradients.at(i).second, gradient, true);
    if (!problem.empty()) return "gradient of " + path + ": " + problem;
  }
  return "";
}

std::string same_bits(const Tensor& got, const Tensor& want, bool) {
  return bit_difference(got, want);
}

Tensors gradients_of(const Tensors& outputs, const Tensors& inputs, const Tensors& cotangents,
                     bool create_graph) {
  Tensors roots, weights, wanted;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!cotangents[i].defined() || !outputs[i].requires_grad()) continue;
    roots.push_back(outputs[i]);
    weights.push_back(cotangents[i]);
  }
  Tensors gradients(inputs.size());
  if (roots.empty()) return gradients;
  for (const Tensor& input : inputs) {
    if (input.defined() && input.requires_grad()) wanted.push_back(input);
  }
  const Tensors found = grad(roots, wanted, weights, {.create_graph = create_graph},
                             /*allow_unused=*/true);
  size_t next = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].defined() && inputs[i].requires_grad()) gradients[i] = found[next++];
  }
  return gradients;
}

}  // namespace heed::testing
