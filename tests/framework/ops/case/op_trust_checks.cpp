// That an op hides nothing: unwritten elements, lost memory, changed inputs, NaN.
#include <algorithm>
#include <cmath>
#include <new>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/ops/case/op_checks.h"
#include "heed/tests/support/case/not_finite.h"
#include "heed/tests/support/case/sanitized.h"

namespace heed::testing {
namespace {

const OpCondition small{[](const OpCase&, const Sample& sample) { return !sample.is_large(); },
                        "a sample with at most 2,048 elements in each input"};
const OpCondition small_with_gradient{
    [](const OpCase& op, const Sample& sample) { return op.differentiable && !sample.is_large(); },
    "a row that is differentiable and a sample with at most 2,048 elements in each input"};
const OpCondition shows_nan{[](const OpCase& op, const Sample&) { return op.hides_nan.empty(); },
                            "a row without hides_nan"};

/// While it lives, new memory is full of NaN.
struct Poison {
  Poison() { poison_blocks(true); }
  ~Poison() { poison_blocks(false); }
  Poison(const Poison&) = delete;
  Poison& operator=(const Poison&) = delete;
};

/// While it lives, the n-th allocation from now on fails.
struct FailedAllocation {
  explicit FailedAllocation(int64_t n) { fail_allocation(n); }
  ~FailedAllocation() { fail_allocation(0); }
  FailedAllocation(const FailedAllocation&) = delete;
  FailedAllocation& operator=(const FailedAllocation&) = delete;
};

/// Whether what follows the elements of a new tensor in its block is as the poison left it.
bool is_clean_behind(const Tensor& x) {
  if (!x.defined() || address_sanitized) return true;
  const auto bytes = static_cast<size_t>(x.storage().bytes());
  const size_t end = (bytes + block_alignment - 1) / block_alignment * block_alignment;
  return std::all_of(x.storage().data() + bytes, x.storage().data() + end,
                     [](std::byte byte) { return byte == std::byte{0xFF}; });
}

/// Another content, in place, that stays in the domain of the op.
void change(const Tensor& x) {
  const NoGrad guard;
  if (is_floating(x.dtype())) {
    mul_(x, 1.5);
  } else {
    fill_(x, 0);
  }
}

/// The gradients of outputs that were computed before: one number for each output.
Tensors sweep(const Tensors& outputs, const Tensors& inputs) {
  Tensors weights;
  for (const Tensor& output : outputs) {
    weights.push_back(is_floating(output.dtype()) ? full(output.shape(), 0.75, output.dtype())
                                                  : Tensor());
  }
  return gradients_of(outputs, inputs, weights);
}

Run run_once(const Subject& subject, const Tensors& inputs) {
  return run(subject.row, subject.in_dtype(DType::f64), inputs);
}

bool any_nan(const Tensors& tensors) {
  for (const Tensor& tensor : tensors) {
    for (const double value : array_of(tensor).data) {
      if (std::isnan(value)) return true;
    }
  }
  return false;
}

bool any_is_empty(const Tensors& tensors) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const Tensor& tensor) { return tensor.defined() && tensor.numel() == 0; });
}

std::string written_problem(const OpCase& op, const Sample& sample) {
  const Subject subject = subject_of(op, sample);
  const Run want = run_once(subject, leaves_of(subject, DType::f64));
  const Poison poison;
  const Tensors inputs = leaves_of(subject, DType::f64);
  const Run got = run_once(subject, inputs);
  const std::string problem = run_difference(got, want, same_bits);
  if (!problem.empty()) return "in memory full of NaN: " + problem;
  for (const Tensors* tensors : {&inputs, &got.outputs, &got.gradients}) {
    for (const Tensor& x : *tensors) {
      if (!is_clean_behind(x)) return text_of("something is written behind the end of ", x.shape());
    }
  }
  return "";
}

std::string memory_problem(const OpCase& op, const Sample& sample) {
  const Subject subject = subject_of(op, sample);
  const Tensors inputs = leaves_of(subject, DType::f64), before = leaves_of(subject, DType::f64);
  const Run want = run_once(subject, inputs);
  for (int64_t n = 1; n < 5000; ++n) {
    const MemoryStats held = memory_stats();
    try {
      const FailedAllocation failure(n);
      const std::string problem = run_difference(run_once(subject, inputs), want, same_bits);
      if (!problem.empty()) return "after failures: " + problem;
      break;
    } catch (const std::bad_alloc&) {
      if (memory_stats().live_blocks != held.live_blocks) {
        return text_of("some is not given back when allocation ", n, " fails");
      }
    }
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string problem = bit_difference(inputs[i], before[i]);
    if (!problem.empty()) return text_of("input ", i, " was changed: ", problem);
  }
  return "";
}

/// "" if backward after `outputs` refuses what has changed since, or gives `want`.
std::string changed_problem(const Tensors& outputs, const Tensors& inputs, const Tensors& want) {
  try {
    const Tensors got = sweep(outputs, inputs);
    for (size_t k = 0; k < want.size(); ++k) {
      const std::string problem = bit_difference(got[k], want[k]);
      if (problem.empty()) continue;
      return text_of("gradient of input ", k, ": ", problem, " (capture it as heed::Saved)");
    }
  } catch (const GradientError& error) {
    const std::string message = error.what();
    if (message.find("saved for backward was changed in place by ") == std::string::npos) {
      return message;
    }
  }
  return "";
}

std::string in_place_problem(const OpCase& op, const Sample& sample) {
  const Subject subject = subject_of(op, sample);
  const Callable callable = subject.in_dtype(DType::f64);
  const Tensors plain = leaves_of(subject, DType::f64);
  const Tensors want = sweep(callable.call(plain), plain);
  for (size_t i = 0; i < plain.size(); ++i) {
    const Tensors inputs = leaves_of(subject, DType::f64);
    if (!inputs[i].defined()) continue;
    const Tensors outputs = callable.call(inputs);
    change(inputs[i]);
    const std::string problem = changed_problem(outputs, inputs, want);
    if (!problem.empty()) return text_of("input ", i, " changed: ", problem);
  }
  return "";
}

/// Whether input `i` of a call may be left out.
bool may_be_left_out(const OpCase& op, size_t i) {
  return op.inputs[std::min(i, op.inputs.size() - 1)].back() == '?';
}

/// "" if the op itself, not the row, refuses the sample without its input `i`, or need not.
std::string undefined_problem(const OpCase& op, const Sample& sample, size_t i) {
  Tensors inputs = leaves_of(subject_of(op, sample), op.dtypes.back());
  if (!inputs[i].defined()) return "";
  inputs[i] = Tensor();
  if (!op.takes_list()) inputs.resize(op.inputs.size());
  try {
    op.call(inputs, Attributes(op.attributes, sample.attributes));
  } catch (const Error&) {
    return "";
  } catch (const RequestError&) {  // of two forms the row cannot tell which is meant
    return "";
  }
  return may_be_left_out(op, i) ? "" : text_of("input ", i, " undefined: nothing was thrown");
}

std::string undefined_inputs_problem(const OpCase& op, const Sample& sample) {
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    const std::string problem = undefined_problem(op, sample, i);
    if (!problem.empty()) return problem;
  }
  return "";
}

/// The first input whose NaN no output shows; none if all do.
std::optional<size_t> hidden_nan(const OpCase& op, const Sample& sample) {
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    if (!sample.inputs[i].is_floating() || op.is_constant(i)) continue;
    const NoGrad guard;
    const Subject subject = subject_of(op, sample);
    const Tensors inputs = leaves_of(subject, DType::f64);
    if (any_is_empty(inputs)) continue;
    fill_(inputs[i], nan);
    Tensors outputs;
    try {
      outputs = subject.in_dtype(DType::f64).call(inputs);
    } catch (const ValueError&) {
      continue;  // seen and refused
    }
    if (any_is_empty(outputs) || !is_floating(outputs.front().dtype()) || any_nan(outputs))
      continue;
    return i;
  }
  return {};
}

std::string nan_problem(const OpCase& op, const Sample& sample) {
  const std::optional<size_t> input = hidden_nan(op, sample);
  return input ? text_of("NaN in all of input ", *input,
                         " is in no output; if that is meant, write why in .hides_nan")
               : "";
}

}  // namespace

bool hides_nan(const OpCase& op, const Sample& sample) {
  return hidden_nan(op, sample).has_value();
}

std::vector<OpCheck> op_trust_checks() {
  return {
      {"it writes every element of what it gives, and nothing behind the last", any_sample,
       written_problem},
      {"it gives back all memory and leaves its inputs as they were when memory runs out", small,
       memory_problem},
      {"it refuses in backward an input that was changed in place, or does not need it",
       small_with_gradient, in_place_problem},
      {"it refuses an undefined tensor for an input that it needs", small,
       undefined_inputs_problem},
      {"its outputs show that all of an input is NaN", shows_nan, nan_problem},
  };
}

}  // namespace heed::testing
