// What rows of the op table are written with.
#pragma once

#include "heed/tests/framework/ops/case/op_case.h"

namespace heed::testing {

using Domain = Input (*)(Sizes shape);
using UnaryOp = Tensor (*)(const Tensor&);
using UnaryReference = reference::NdArray (*)(const reference::NdArray&);
using BinaryOp = Tensor (*)(const Tensor&, const Tensor&);
using BinaryReference = reference::NdArray (*)(const reference::NdArray&,
                                               const reference::NdArray&);

/// Shapes for ops of one input that take any: several ranks, 0-d, no elements, large.
std::vector<Sample> any_shapes(Domain domain, const Json& attributes = Json::object());
/// Pairs of shapes that broadcast, in both directions and at once, 0-d, no elements, large.
std::vector<Sample> broadcasting(Domain left, Domain right);
/// The same with a bool input that is the smaller one, the larger one, or neither.
std::vector<Sample> broadcasting_mask(Domain x);

/// A row for an op of one input: `unary("exp", exp, reference::exp, any)`.
OpCase unary(std::string name, UnaryOp call, UnaryReference reference, Domain domain,
             Tolerance tolerance = {});
/// A row for an op of two inputs that broadcast.
OpCase binary(std::string name, BinaryOp call, BinaryReference reference, Domain left,
              Domain right);

// The families, one file each.
OpTable arithmetic_ops();
OpTable function_ops();
OpTable comparison_ops();
OpTable reduce_ops();
OpTable view_ops();
OpTable join_ops();
OpTable cast_ops();
OpTable matmul_ops();
OpTable softmax_ops();
OpTable loss_ops();
OpTable normalization_ops();
OpTable indexing_ops();
OpTable random_ops();
OpTable rearrange_ops();
OpTable order_ops();
OpTable product_ops();
OpTable element_loss_ops();
OpTable attention_ops();

inline constexpr DType f32 = DType::f32, f64 = DType::f64, i64 = DType::i64,
                       boolean = DType::boolean;
inline const std::vector<DType> all_dtypes = {f32, f64, i64, boolean};

}  // namespace heed::testing
