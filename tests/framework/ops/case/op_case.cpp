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

}  // namespace heed::testing
