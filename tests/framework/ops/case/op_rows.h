// What rows of the op table are written with.
#pragma once

#include "heed/tests/framework/ops/case/op_case.h"

namespace heed::testing {

inline constexpr DType f32 = DType::f32;                                ///< short for it
inline constexpr DType f64 = DType::f64;                                ///< short for it
inline constexpr DType i64 = DType::i64;                                ///< short for it
inline constexpr DType boolean = DType::boolean;                        ///< short for it
inline const std::vector<DType> all_dtypes = {f32, f64, i64, boolean};  ///< of tensors

/// Which values the samples have: `any`, or `nonzero` if the op or one of its first two derivatives
/// has a kink at 0.
using Domain = Input (*)(Sizes shape);
using UnaryOp = Tensor (*)(const Tensor&);                      ///< y = f(x)
using UnaryReference = std::function<double(double)>;           ///< of one element
using BinaryOp = Tensor (*)(const Tensor&, const Tensor&);      ///< y = f(a, b)
using NumberOnTheRight = Tensor (*)(const Tensor&, double);     ///< y = f(a, number)
using BinaryReference = std::function<double(double, double)>;  ///< of a pair that broadcasts

/// Shapes for ops of one input that take any: several ranks, 0-d, no elements, large.
std::vector<Sample> any_shapes(Domain domain, const Json& attributes = Json::object());
/// Pairs of shapes that broadcast, in both directions and at once, 0-d, no elements, large.
std::vector<Sample> broadcasting(Domain left, Domain right);
/// The same with a bool input that is the smaller one, the larger one, or neither.
std::vector<Sample> broadcasting_mask(Domain x);

// Refused inputs that many ops share, with the rule's whole message.

/// [2, 3] and [2, 4].
ErrorCase shapes_that_do_not_broadcast(const std::string& name, DType dtype = DType::f32);
/// [2] of f32 and of f64.
ErrorCase dtypes_that_differ(const std::string& name);
/// dim 2 of [2, 3].
ErrorCase dim_out_of_range(const std::string& name, const Json& more = Json::object());

/// A row for an op of one element: `unary("exp", exp, [](double v) { return std::exp(v); }, any)`.
OpCase unary(std::string name, UnaryOp call, UnaryReference naive, Domain domain,
             Tolerance tolerance = {});
/// The row with a sample of given values more.
OpCase with_values(OpCase row, std::vector<double> values);
/// A row for an op of one element and numbers beside it; all shapes are tried under each setting.
OpCase unary_with(std::string name, std::vector<Attribute> attributes,
                  std::function<Tensor(const Tensor&, const Attributes&)> call,
                  std::function<double(double, const Attributes&)> reference, Domain domain,
                  const std::vector<Json>& settings);
/// A row for an op of two inputs that broadcast.
OpCase binary(std::string name, BinaryOp call, BinaryReference naive, Domain left, Domain right);
/// The same with a tensor or, as an attribute, a number on the right.
OpCase binary_or_number(const std::string& name, BinaryOp call, NumberOnTheRight with_number,
                        const BinaryReference& naive, Domain left, Domain right);
/// A row for an op of one tensor of any dtype.
template <class Call, class Reference>
OpCase of_any_dtype(std::string name, std::vector<Attribute> attributes, Call call,
                    Reference reference, std::vector<Sample> samples,
                    std::vector<ErrorCase> errors = {}) {
  return {.name = std::move(name),
          .inputs = {"x"},
          .attributes = std::move(attributes),
          .call = [call](auto& in, auto& with) { return call(in[0], with); },
          .reference = [reference](auto& in, auto& with) { return reference(in[0], with); },
          .samples = std::move(samples),
          .errors = std::move(errors),
          .dtypes = all_dtypes};
}

}  // namespace heed::testing
