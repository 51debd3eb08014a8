// OpCase: all that the tests and heed-eval know of one op. The rows of framework/ops/reduce.h are
// in
// ../tables/reduce.cpp, their naive references there or in ../reference/reduce.h.
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/tensor/tensor.h"
#include "heed/tests/framework/ops/case/op_attributes.h"
#include "heed/tests/framework/ops/case/op_input.h"
#include "heed/tests/support/nd_array.h"

namespace heed::testing {

using Tensors = std::vector<Tensor>;  ///< an input that was left out is undefined

/// Inputs of a reference implementation; one that was left out has no value.
class Arrays {
 public:
  void push_back(std::optional<reference::NdArray> array) { all_.push_back(std::move(array)); }
  const reference::NdArray& operator[](size_t i) const { return all_.at(i).value(); }
  /// The same, as references take what may be left out.
  std::optional<reference::NdArray> maybe(size_t i) const {
    return i < all_.size() ? all_[i] : std::nullopt;
  }
  std::vector<reference::NdArray> list() const;

 private:
  std::vector<std::optional<reference::NdArray>> all_;
};

/// Inputs and attributes to try an op on.
struct Sample {
  std::vector<Input> inputs;
  Json attributes = Json::object();
  bool smooth = true;  ///< false: rounds, so that differences of outputs tell nothing
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

/// Largest error |got − want| / (1 + |want|) that is accepted.
struct Tolerance {
  double f64 = 1e-13;
  double f32 = 2e-6;
  double gradient_f32 = 1e-5;  ///< of gradients, which have sums and quotients in them
  std::string reason = {};     ///< why it is looser than the default, if it is
};

/// What a row calls with inputs and attributes, `[](auto& in, auto& with) { return …; }`. It may
/// return one result or a list of them.
template <class Inputs, class Result>
class RowFunction {
 public:
  using Results = std::vector<Result>;
  RowFunction() = default;
  template <std::invocable<const Inputs&, const Attributes&> Function>
  RowFunction(Function function)
      : function_([function = std::move(function)](const Inputs& in, const Attributes& with) {
          return results(function(in, with));
        }) {}
  Results operator()(const Inputs& in, const Attributes& with) const { return function_(in, with); }

 private:
  static Results results(Result one) { return {std::move(one)}; }
  static Results results(Results several) { return several; }
  std::function<Results(const Inputs&, const Attributes&)> function_;
};

/// One row of the table. `call` gets as many tensors as `inputs` names, or all of a list.
struct OpCase {
  std::string name;                 ///< as in PyTorch's functional API
  std::vector<std::string> inputs;  ///< "weight?" may be left out, "tensors*" is a list
  std::vector<Attribute> attributes = {};
  RowFunction<Tensors, Tensor> call;
  RowFunction<Arrays, reference::NdArray> reference;
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

  OutputType output_type(size_t i) const {
    return outputs[i < outputs.size() ? i : outputs.size() - 1];
  }
  bool takes_list() const { return inputs.back().back() == '*'; }
  bool is_constant(size_t input) const;
  bool takes(DType dtype) const;
};

/// Calls the op; too few tensors are filled up with undefined ones. Throws RequestError if their
/// number does not fit.
Tensors call_op(const OpCase& op, Tensors inputs, const Attributes& attributes);

using OpTable = std::vector<OpCase>;

/// Every op, in the order of the tables' names.
const OpTable& op_table();
/// The rows that the environment variable HEED_OPS names ("add mul"); all if it is not set.
OpTable chosen_ops();
/// nullptr if there is no such op.
const OpCase* find_op(const std::string& name);

}  // namespace heed::testing
