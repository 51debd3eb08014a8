// What an op computes: against its reference, its gradients against differences, in any dtype,
// layout and number of threads.
#include "heed/tests/framework/ops/case/op_checks.h"

#include <algorithm>

namespace heed::testing {
namespace {

bool has_floating_input(const Sample& sample) {
  return std::any_of(sample.inputs.begin(), sample.inputs.end(),
                     [](const Input& input) { return input.is_floating(); });
}

const OpCondition has_floating{
    [](const OpCase&, const Sample& sample) { return has_floating_input(sample); },
    "a sample with a floating input"};
const OpCondition has_gradient{[](const OpCase& op, const Sample&) { return op.differentiable; },
                               "a row that is differentiable"};
const OpCondition op_differs{
    [](const OpCase& op, const Sample& sample) {
      return can_differ(subject_of(op, sample)) && has_floating_input(sample);
    },
    "a row that is differentiable and a smooth sample with a floating input, of at most 2,048 "
    "elements each"};
const OpCondition op_differs_twice{
    [](const OpCase& op, const Sample& sample) {
      return op.twice_differentiable && op_differs(op, sample);
    },
    "a row that is twice_differentiable and a smooth sample with a floating input, of at most "
    "2,048 elements each"};
const OpCondition rounds{
    [](const OpCase& op, const Sample& sample) { return op.differentiable && sample.smooth; },
    "a row that is differentiable and a smooth sample"};

/// Large samples are there for the threads; one dtype of them is enough.
std::vector<DType> dtypes_for(const Sample& sample) {
  return sample.is_large() ? std::vector{DType::f32} : std::vector{DType::f64, DType::f32};
}

DType expected_dtype(const OpCase& op, const Sample& sample, size_t output, DType floating) {
  switch (op.output_type(output)) {
    case OutputType::i64:
      return DType::i64;
    case OutputType::boolean:
      return DType::boolean;
    case OutputType::as_input:
      return floating;
    case OutputType::as_attribute:
      break;
  }
  const std::string name = sample.attributes.at("dtype");
  for (const DType dtype : {DType::f32, DType::f64, DType::i64}) {
    if (name == heed::name_of(dtype)) return dtype;
  }
  return DType::boolean;
}

Tensors outputs_of(const OpCase& op, const Sample& sample, DType dtype) {
  const Subject subject = subject_of(op, sample);
  return subject.in_dtype(dtype).call(leaves_of(subject, dtype));
}

std::string op_call_problem(const OpCase& op, const Sample& sample) {
  for (const Tensor& output : outputs_of(op, sample, op.dtypes.back())) {
    if (!output.defined()) return "it gives an undefined tensor";
  }
  return "";
}

std::string values_in(const OpCase& op, const Sample& sample, DType dtype) {
  const std::string problem = values_problem(subject_of(op, sample), dtype);
  if (!problem.empty()) return text_of("in ", dtype, ": ", problem);
  const Tensors outputs = outputs_of(op, sample, dtype);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const DType want = expected_dtype(op, sample, i, dtype);
    if (outputs[i].dtype() == want) continue;
    return text_of("in ", dtype, ": output ", i, " is ", outputs[i].dtype(), " instead of ", want);
  }
  return "";
}

std::string floating_values_problem(const OpCase& op, const Sample& sample) {
  const std::string problem = values_in(op, sample, DType::f64);
  return problem.empty() ? values_in(op, sample, DType::f32) : problem;
}

/// What an op that takes integers says of bool, or one that does not of either.
std::string dtype_refusal(const OpCase& op, const Sample& sample, DType dtype) {
  if (op.takes(DType::i64, sample)) {
    return op.name + ": takes numbers, got bool; write .to(DType::f32) or .to(DType::i64)";
  }
  return text_of(op.name, ": takes f32 or f64, got ", dtype, "; write .to(DType::f32)");
}

std::string other_dtypes_problem(const OpCase& op, const Sample& sample) {
  for (const DType dtype : {DType::i64, DType::boolean}) {
    if (op.takes(dtype, sample)) {
      const std::string problem = values_in(op, sample, dtype);
      if (!problem.empty()) return problem;
      continue;
    }
    const std::string want = dtype_refusal(op, sample, dtype);
    try {
      outputs_of(op, sample, dtype);
    } catch (const DTypeError& error) {
      if (error.what() == want) continue;
      return text_of("in ", dtype, " it says \"", error.what(), "\" instead of \"", want, "\"");
    }
    return text_of("takes ", dtype, ", which is not among the row's dtypes; it should say \"", want,
                   "\" (check_floating, check_number), or the row lists it");
  }
  return "";
}

/// Runs `problem` in each dtype of the sample.
auto in_dtypes(std::string (*problem)(const Subject&, DType)) {
  return [problem](const OpCase& op, const Sample& sample) {
    for (const DType dtype : dtypes_for(sample)) {
      const std::string found = problem(subject_of(op, sample), dtype);
      if (!found.empty()) return text_of("in ", dtype, ": ", found);
    }
    return std::string();
  };
}
auto of_subject(std::string (*problem)(const Subject&)) {
  return
      [problem](const OpCase& op, const Sample& sample) { return problem(subject_of(op, sample)); };
}

}  // namespace

Subject subject_of(const OpCase& op, const Sample& sample) {
  const Attributes with(op.attributes, sample.attributes);
  Callable callable{[&op, with](const Tensors& in) { return call_op(op, in, with); }, {}};
  if (op.reference) {
    callable.reference = [&op, with](const Tensors& in) { return op.reference(Arrays(in), with); };
  }
  return {.row = op.name,
          .inputs = sample.inputs,
          .constants = op.constants,
          .tolerance = op.tolerance,
          .in_dtype = [callable](DType) { return callable; },
          .smooth = sample.smooth,
          .large = sample.is_large(),
          .differentiable = op.differentiable,
          .twice_differentiable = op.twice_differentiable,
          // Some samples have elements of a thousand, and steps grow with elements.
          .gradcheck = {.step = 1e-6},
          .fits_any_layout = op.fits_any_layout};
}

std::string describe(const OpCase& op, size_t sample) {
  const Sample& own = op.samples.at(sample);
  return text_of(op.name, ", sample ", sample, describe(own.inputs, own.attributes));
}

const std::vector<OpCheck>& op_checks() {
  static const std::vector<OpCheck> checks = [] {
    std::vector<OpCheck> all = {
        {"it can be called", any_sample, op_call_problem},
        {"it leaves its inputs alone, and gives the values of its reference in f64 and f32",
         any_sample, floating_values_problem},
        {"it is exact in the integer and bool dtypes it takes and refuses the others", has_floating,
         other_dtypes_problem},
        {gradient_check, op_differs, of_subject(gradient_problem)},
        {"its second gradients equal central differences", op_differs_twice,
         of_subject(second_gradient_problem)},
        {"its gradients under create_graph equal the plain ones", has_gradient,
         of_subject(graph_problem)},
        {"its gradients in f32 are those in f64, rounded", rounds, of_subject(rounding_problem)},
        {"it does not see how inputs are laid out in memory", any_sample,
         in_dtypes(input_layout_problem)},
        {"it does not see how incoming gradients are laid out", has_gradient,
         in_dtypes(gradient_layout_problem)},
        {"it repeats its bits, on one thread and on two", any_sample,
         of_subject(repetition_problem)},
    };
    for (OpCheck& check : op_trust_checks()) all.push_back(std::move(check));
    return all;
  }();
  return checks;
}

}  // namespace heed::testing
