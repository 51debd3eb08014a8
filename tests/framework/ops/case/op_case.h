// OpCase: what check_op and heed-eval are told of one op.
#pragma once

#include <string>
#include <vector>

#include "heed/tests/support/case/subject.h"

namespace heed::testing {

/// Inputs and attributes to try an op on.
struct Sample {
  std::vector<Input> inputs;
  Json attributes = Json::object();
  bool smooth = true;              ///< false: rounds, so that differences of outputs tell nothing
  std::vector<DType> dtypes = {};  ///< those of the row and, under these attributes, these more
  /// Too big for gradcheck, but big enough to be split between threads.
  bool is_large() const;
};

/// Inputs and attributes that are refused, and the whole message.
struct ErrorCase {
  std::vector<Input> inputs;
  Json attributes = Json::object();
  std::string message;
};

/// The dtype of an output: that of the floating inputs, a fixed one, or what attribute "dtype"
/// says.
enum class OutputType { as_input, i64, boolean, as_attribute };

/// One row of the table. `call` gets as many tensors as `inputs` names, or all of a list.
struct OpCase {
  std::string name;                 ///< as in PyTorch's functional API
  std::vector<std::string> inputs;  ///< "weight?" may be left out, "tensors*" is a list
  std::vector<Attribute> attributes = {};
  RowFunction<Tensors, Tensor> call;
  RowFunction<Arrays, reference::NdArray> reference = {};
  std::vector<Sample> samples;
  std::vector<ErrorCase> errors = {};
  /// Dtypes that the floating inputs of the samples may have; another one is a DTypeError.
  std::vector<DType> dtypes = {DType::f32, DType::f64};
  std::vector<OutputType> outputs = {OutputType::as_input};  ///< the last one stands for the rest
  bool differentiable = true;
  bool twice_differentiable = true;
  bool fits_any_layout = true;         ///< false: a ShapeError for inputs whose memory does not fit
  std::vector<size_t> constants = {};  ///< floating inputs that never get a gradient
  Tolerance tolerance = {};
  /// Why there is no `reference`: the report says that values were not checked.
  std::string no_reference = {};
  /// Why the outputs need not show a NaN that all of an input is.
  std::string hides_nan = {};
  /// Why PyTorch's answers are not among the golden files; empty: they are.
  std::string no_golden_case = {};

  OutputType output_type(size_t i) const {
    return outputs[i < outputs.size() ? i : outputs.size() - 1];
  }
  bool takes_list() const { return inputs.back().back() == '*'; }
  bool is_constant(size_t input) const;
  bool takes(DType dtype) const;
  bool takes(DType dtype, const Sample& sample) const;
};

/// Calls the op; too few tensors are filled up with undefined ones. Throws RequestError if their
/// number does not fit.
Tensors call_op(const OpCase& op, Tensors inputs, const Attributes& attributes);

using OpTable = std::vector<OpCase>;

/// What the checks of every table ask of the row at a sample. The row must outlive it.
Subject subject_of(const OpCase& op, const Sample& sample);
/// `softmax, sample 3 [2, 3] {"dim":1}`.
std::string describe(const OpCase& op, size_t sample);

}  // namespace heed::testing
