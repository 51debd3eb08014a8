// What rows of ops and modules are made of.
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/tensor/tensor.h"
#include "heed/tests/support/case/attributes.h"
#include "heed/tests/support/case/input.h"
#include "heed/tests/support/case/nd_array.h"

namespace heed::testing {

using Tensors = std::vector<Tensor>;  ///< an input that was left out is undefined

/// Inputs of a reference implementation; one that was left out has no value.
class Arrays {
 public:
  Arrays() = default;
  /// The values of tensors.
  explicit Arrays(const Tensors& tensors);
  /// Input i, from 0. Throws a std::exception if it was left out.
  const reference::NdArray& operator[](size_t i) const { return all_.at(i).value(); }
  /// The same, as references take what may be left out.
  std::optional<reference::NdArray> maybe(size_t i) const {
    return i < all_.size() ? all_[i] : std::nullopt;
  }
  /// All of them. Throws a std::exception if one was left out.
  std::vector<reference::NdArray> list() const;

 private:
  std::vector<std::optional<reference::NdArray>> all_;
};

/// Largest error |got − want| / (1 + |want|) that is accepted.
struct Tolerance {
  double f64 = 1e-13;          ///< of values and gradients in f64
  double f32 = 2e-6;           ///< of values in f32
  double gradient_f32 = 1e-5;  ///< of gradients, which have sums and quotients in them
  std::string reason = {};     ///< why it is looser than the default, if it is

  /// Of outputs: integers and bools are exact.
  double of(DType dtype) const { return is_floating(dtype) ? dtype == DType::f32 ? f32 : f64 : 0; }
  /// Whether one of the numbers is larger than the default.
  bool is_looser() const;
};

/// What a row calls with inputs and attributes, `[](auto& in, auto& with) { return …; }`. It may
/// return one result or a list of them.
template <class Inputs, class Result>
class RowFunction {
 public:
  using Results = std::vector<Result>;  ///< one for each output
  RowFunction() = default;
  /// From a function that returns a Result or Results.
  template <std::invocable<const Inputs&, const Attributes&> Function>
  RowFunction(Function function)
      : function_([function = std::move(function)](const Inputs& in, const Attributes& with) {
          return results(function(in, with));
        }) {}
  /// Whether there is a function.
  explicit operator bool() const { return static_cast<bool>(function_); }
  /// What the function gives.
  Results operator()(const Inputs& in, const Attributes& with) const { return function_(in, with); }

 private:
  static Results results(Result one) { return {std::move(one)}; }
  static Results results(Results several) { return several; }
  std::function<Results(const Inputs&, const Attributes&)> function_;
};

/// " [2, 3] none {"dim":1}": how a sample is named.
std::string describe(const std::vector<Input>& inputs, const Json& attributes);

}  // namespace heed::testing
