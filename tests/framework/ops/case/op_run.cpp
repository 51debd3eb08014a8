#include "heed/tests/framework/ops/case/op_run.h"

#include <cmath>
#include <cstring>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/base/random.h"

namespace heed::testing {
namespace {

using reference::NdArray;

uint64_t seed_of(const OpCase& op, size_t input) {
  return text_coordinate(op.name) + input;
}

struct Cotangents {
  Tensors roots;
  Tensors gradients;
};

/// Random cotangents for the outputs that have a gradient.
Cotangents cotangents_of(const OpCase& op, const Tensors& outputs, Layout values, Layout layout) {
  Cotangents result;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].requires_grad()) continue;
    const Shape& shape = outputs[i].shape();
    const auto random = array_of(any({shape.begin(), shape.end()}), seed_of(op, 1000 + i));
    result.roots.push_back(outputs[i]);
    result.gradients.push_back(
        laid_out(representable(*random, values), outputs[i].dtype(), layout));
  }
  return result;
}

Run run_with(const OpCase& op, const Sample& sample, const Tensors& inputs, Layout values,
             Layout layout, const SweepOptions& options = {}) {
  Run result{call_op(op, inputs, Attributes(op.attributes, sample.attributes)),
             Tensors(inputs.size())};
  const Cotangents cotangents = cotangents_of(op, result.outputs, values, layout);
  if (cotangents.roots.empty()) return result;
  Tensors wanted;
  for (const Tensor& input : inputs) {
    if (input.defined() && input.requires_grad()) wanted.push_back(input);
  }
  const Tensors gradients = grad(cotangents.roots, wanted, cotangents.gradients, options, true);
  size_t next = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].defined() && inputs[i].requires_grad()) result.gradients[i] = gradients[next++];
  }
  return result;
}

}  // namespace

std::vector<std::optional<NdArray>> values_of(const OpCase& op, const Sample& sample, bool whole) {
  std::vector<std::optional<NdArray>> values;
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    values.push_back(array_of(sample.inputs[i], seed_of(op, i), whole));
  }
  return values;
}

Tensors leaves_of(const OpCase& op, const Sample& sample, DType floating,
                  const std::function<Layout(size_t)>& layout, bool in_layout) {
  const auto values = values_of(op, sample, !is_floating(floating));
  Tensors leaves;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) {
      leaves.emplace_back();
      continue;
    }
    const DType dtype = dtype_of_input(sample.inputs[i], floating);
    const NdArray held = representable(*values[i], layout(i));
    Tensor leaf = laid_out(held, dtype, in_layout ? layout(i) : Layout::contiguous);
    if (is_floating(dtype) && !op.is_constant(i)) leaf.requires_grad_();
    leaves.push_back(leaf);
  }
  return leaves;
}

Tensors leaves_of(const OpCase& op, const Sample& sample, DType floating) {
  return leaves_of(op, sample, floating, [](size_t) { return Layout::contiguous; });
}

Run run(const OpCase& op, const Sample& sample, const Tensors& inputs, Layout cotangents) {
  return run_with(op, sample, inputs, cotangents, cotangents);
}

Run run_with_graph(const OpCase& op, const Sample& sample, const Tensors& inputs) {
  return run_with(op, sample, inputs, Layout::contiguous, Layout::contiguous,
                  {.create_graph = true});
}

Run run_with_values_of(const OpCase& op, const Sample& sample, const Tensors& inputs,
                       Layout layout) {
  return run_with(op, sample, inputs, layout, Layout::contiguous);
}

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

std::string describe(const OpCase& op, size_t sample) {
  std::string text = op.name + ", sample " + std::to_string(sample);
  for (const Input& input : op.samples.at(sample).inputs) {
    text +=
        input.kind == Input::Kind::absent ? " none" : text_of(" ", IntList(std::span(input.shape)));
  }
  return text + " " + op.samples[sample].attributes.dump();
}

}  // namespace heed::testing
