// OpCase: what check_op and heed-eval are told of one op.
#pragma once

#include <string>
#include <vector>

#include "heed/tests/support/case/sample.h"

namespace heed::testing {

/// Inputs and attributes to try an op on.
struct Sample {
  std::vector<Input> inputs;         ///< one for each of the row's, in order
  Json attributes = Json::object();  ///< by name; those left out have their defaults
  bool smooth = true;                ///< false: rounds, so that differences of outputs tell nothing
  std::vector<DType> dtypes = {};    ///< those of the row and, under these attributes, these more
  /// Too big for gradcheck, but big enough to be split between threads.
  bool is_large() const;
};

/// Inputs and attributes that are refused, and the whole message.
struct ErrorCase {
  std::vector<Input> inputs;         ///< as a sample's
  Json attributes = Json::object();  ///< as a sample's
  std::string message;               ///< the whole of it
};

/// The dtype of an output: that of the floating inputs, a fixed one, or what attribute "dtype"
/// says.
enum class OutputType {
  as_input,      ///< that of the floating inputs
  i64,           ///< 64-bit integers
  boolean,       ///< truth values
  as_attribute,  ///< what attribute "dtype" says
};

/// One row of the table. `call` gets as many tensors as `inputs` names, or all of a list.
struct OpCase {
  std::string name;                        ///< as in PyTorch's functional API
  std::vector<std::string> inputs;         ///< "weight?" may be left out, "tensors*" is a list
  std::vector<Attribute> attributes = {};  ///< the options beside its tensors
  RowFunction<Tensors, Tensor> call;       ///< the op itself
  /// The same without the engine, as simply as can be, in doubles.
  RowFunction<Arrays, reference::NdArray> reference = {};
  std::vector<Sample> samples;         ///< on which everything is checked
  std::vector<ErrorCase> errors = {};  ///< what it refuses
  /// Dtypes that the floating inputs of the samples may have; another one is a DTypeError.
  std::vector<DType> dtypes = {DType::f32, DType::f64};
  std::vector<OutputType> outputs = {OutputType::as_input};  ///< the last one stands for the rest
  bool differentiable = true;                                ///< false: no gradient is recorded
  bool twice_differentiable = true;    ///< false: only first derivatives are checked
  bool fits_any_layout = true;         ///< false: a ShapeError for inputs whose memory does not fit
  std::vector<size_t> constants = {};  ///< floating inputs that never get a gradient
  Tolerance tolerance = {};            ///< of values and gradients
  /// Why there is no `reference`: the report says that values were not checked.
  std::string no_reference = {};
  /// Why the outputs need not show a NaN that all of an input is.
  std::string hides_nan = {};
  /// Why PyTorch's answers are not among the golden files; empty: they are.
  std::string no_golden_case = {};

  /// Of output i.
  OutputType output_type(size_t i) const {
    return outputs[i < outputs.size() ? i : outputs.size() - 1];
  }
  /// Whether its last input is a list.
  bool takes_list() const { return inputs.back().back() == '*'; }
  /// Whether the input is one of `constants`.
  bool is_constant(size_t input) const;
  /// Whether the floating inputs of its samples may have the dtype, or those of one of them.
  bool takes(DType dtype) const;
  bool takes(DType dtype, const Sample& sample) const;
};

/// Calls the op; too few tensors are filled up with undefined ones. Throws RequestError if their
/// number does not fit.
Tensors call_op(const OpCase& op, Tensors inputs, const Attributes& attributes);

using OpTable = std::vector<OpCase>;  ///< one row for each op

}  // namespace heed::testing
