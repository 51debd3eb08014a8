#include "heed/tests/framework/ops/case/op_case.h"

#include <algorithm>

namespace heed::testing {

bool Sample::is_large() const {
  return std::any_of(inputs.begin(), inputs.end(), [](const Input& input) {
    return reference::count_elements(input.shape) > 2048;
  });
}

bool OpCase::is_constant(size_t input) const {
  return std::find(constants.begin(), constants.end(), input) != constants.end();
}

bool OpCase::takes(DType dtype) const {
  return std::find(dtypes.begin(), dtypes.end(), dtype) != dtypes.end();
}

bool OpCase::takes(DType dtype, const Sample& sample) const {
  return takes(dtype) ||
         std::find(sample.dtypes.begin(), sample.dtypes.end(), dtype) != sample.dtypes.end();
}

Tensors call_op(const OpCase& op, Tensors inputs, const Attributes& attributes) {
  if (!op.takes_list()) {
    if (inputs.size() > op.inputs.size()) {
      throw RequestError(op.name + ": takes " + std::to_string(op.inputs.size()) +
                         " inputs at most, got " + std::to_string(inputs.size()));
    }
    inputs.resize(op.inputs.size());
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string& name = op.inputs[op.takes_list() ? 0 : i];
    if (!inputs[i].defined() && name.back() != '?') {
      throw RequestError(op.name + ": missing input " + std::to_string(i) + ", \"" + name + "\"");
    }
  }
  return op.call(inputs, attributes);
}

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

}  // namespace heed::testing
