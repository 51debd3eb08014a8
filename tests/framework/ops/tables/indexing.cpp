// Rows of framework/ops/indexing.h.
#include "heed/framework/ops/indexing.h"

#include <algorithm>

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/indexing.h"
#include "heed/tests/framework/ops/reference/scatter.h"

namespace heed::testing {
namespace {

OpCase embedding_op() {
  return {
      .name = "embedding",
      .inputs = {"indices", "weight"},
      .attributes = {integer("padding_idx", left_out)},
      .call = [](auto& in,
                 auto& with) { return embedding(in[0], in[1], with.maybe_integer("padding_idx")); },
      .reference = [](auto& in, auto&) { return reference::embedding(in[0], in[1]); },
      .samples = {{{integers_of({1, 3, 1, 0, 1, 3}, {2, 3}), any({4, 2})}},
                  {{indices(3, {}), any({3, 2})}},
                  {{indices(3, {0}), any({3, 2})}},
                  {{indices(3, {2}), any({3, 0})}},
                  {{indices(50, {300, 20}), any({50, 8})}},
                  // The gradient that padding hides is there all the same: not smooth.
                  {{integers_of({1, 3, 1, 0, 1, 3}, {2, 3}), any({4, 2})},
                   {{"padding_idx", 1}},
                   /*smooth=*/false},
                  {{integers_of({1, 3, 1, 0, 1, 3}, {2, 3}), any({4, 2})},
                   {{"padding_idx", -1}},
                   /*smooth=*/false},
                  {{integers_of({1, 3, 1, 0, 1, 3}, {2, 3}), any({4, 2})}, {{"padding_idx", 2}}}},
      .errors = {{{of_type(f32, {2}), of_type(f32, {3, 2})},
                  {},
                  "embedding: indices must be i64, got f32 [2]; write .to(DType::i64)"},
                 {{indices(3, {2}), of_type(f32, {3})},
                  {},
                  "embedding: weight must be [V, D], got [3]"},
                 {{integers_of({0, 3}, {2}), of_type(f32, {3, 2})},
                  {},
                  "embedding: index 3 is out of range for a dimension of size 3"},
                 {{integers_of({-1}, {1}), of_type(f32, {3, 2})},
                  {},
                  "embedding: index -1 is out of range for a dimension of size 3"},
                 {{indices(3, {2}), of_type(f32, {3, 2})},
                  {{"padding_idx", 3}},
                  "embedding: padding_idx 3 is out of range for a weight of 3 rows"},
                 {{indices(3, {2}), of_type(f32, {3, 2})},
                  {{"padding_idx", -4}},
                  "embedding: padding_idx -4 is out of range for a weight of 3 rows"}},
      .dtypes = all_dtypes,
  };
}

OpCase index_select_row() {
  return {
      .name = "index_select",
      .inputs = {"x", "index"},
      .attributes = {integer("dim")},
      .call = [](auto& in, auto& with) { return index_select(in[0], with.integer("dim"), in[1]); },
      .reference =
          [](auto& in, auto& with) {
            return reference::index_select(in[0], with.integer("dim"), in[1]);
          },
      .samples = {{{any({2, 4}), integers_of({3, 0, 3, 3}, {4})}, {{"dim", 1}}},
                  {{any({3, 1, 2}), integers_of({1, 1}, {2})}, {{"dim", 0}}},
                  {{any({3, 2}), indices(3, {})}, {{"dim", 0}}},
                  {{any({3, 2}), indices(3, {0})}, {{"dim", 0}}},
                  {{any({3, 0}), indices(3, {2})}, {{"dim", 0}}},
                  {{any({50, 9, 8}), indices(9, {300})}, {{"dim", 1}}}},
      .errors = {{{of_type(f32, {2, 3}), of_type(f32, {2})},
                  {{"dim", 0}},
                  "index_select: index must be i64, got f32 [2]; write .to(DType::i64)"},
                 {{of_type(f32, {2, 3}), indices(2, {1, 2})},
                  {{"dim", 0}},
                  "index_select: index must be 1-d, got [1, 2]"},
                 {{of_type(f32, {}), indices(1, {2})},
                  {{"dim", 0}},
                  "index_select: a 0-d tensor takes one index, got 2"},
                 {{of_type(f32, {2, 3}), integers_of({2}, {1})},
                  {{"dim", 0}},
                  "index_select: index 2 is out of range for a dimension of size 2"},
                 {{of_type(f32, {2, 3}), indices(2, {2})},
                  {{"dim", 2}},
                  "index_select: dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"}},
      .dtypes = all_dtypes,
  };
}

OpCase gather_row() {
  return {
      .name = "gather",
      .inputs = {"x", "index"},
      .attributes = {integer("dim")},
      .call = [](auto& in, auto& with) { return gather(in[0], with.integer("dim"), in[1]); },
      .reference = [](auto& in,
                      auto& with) { return reference::gather(in[0], with.integer("dim"), in[1]); },
      .samples = {{{any({3, 2}), integers_of({2, 0, 2, 1, 0, 0, 2, 2}, {4, 2})}, {{"dim", 0}}},
                  {{any({3, 4}), integers_of({1, 1, 3, 0}, {2, 2})}, {{"dim", -1}}},
                  {{any({2, 3, 2}), indices(3, {2, 2, 1})}, {{"dim", 1}}},
                  {{any({}), indices(1, {})}, {{"dim", 0}}},
                  {{any({3, 2}), indices(3, {0, 2})}, {{"dim", 0}}},
                  {{any({30, 40}), indices(40, {30, 2000})}, {{"dim", 1}}}},
      .errors = {{{of_type(f32, {2, 3}), of_type(f32, {2, 3})},
                  {{"dim", 0}},
                  "gather: index must be i64, got f32 [2, 3]; write .to(DType::i64)"},
                 {{of_type(f32, {2, 3}), indices(2, {2})},
                  {{"dim", 0}},
                  "gather: index [2] must have the rank of [2, 3] and no larger sizes except along "
                  "dim 0"},
                 {{of_type(f32, {2, 3}), indices(2, {1, 4})},
                  {{"dim", 0}},
                  "gather: index [1, 4] must have the rank of [2, 3] and no larger sizes except "
                  "along dim 0"},
                 {{of_type(f32, {2, 3}), integers_of({2}, {1, 1})},
                  {{"dim", 0}},
                  "gather: index 2 is out of range for a dimension of size 2"}},
      .dtypes = all_dtypes,
  };
}

OpCase take_along_dim_row() {
  return {
      .name = "take_along_dim",
      .inputs = {"x", "index"},
      .attributes = {integer("dim", left_out)},
      .call =
          [](auto& in, auto& with) {
            return with.has("dim") ? take_along_dim(in[0], in[1], with.integer("dim"))
                                   : take_along_dim(in[0], in[1]);
          },
      .reference =
          [](auto& in, auto& with) {
            reference::NdArray x = in[0], index = in[1];
            const int64_t dim = with.maybe_integer("dim").value_or(0);
            if (!with.has("dim")) {
              x.shape = {x.numel()};
              index.shape = {index.numel()};
            }
            if (x.shape.empty()) return x;
            const size_t axis = reference::wrap_dim(dim, x.rank());
            std::vector<int64_t> shape;
            for (size_t d = 0; d < x.shape.size(); ++d) {
              shape.push_back(d == axis ? index.shape[d] : std::max(x.shape[d], index.shape[d]));
            }
            reference::NdArray y = reference::filled(shape, 0.0);
            reference::for_each_index(shape, [&](const reference::Index& at) {
              reference::Index from = at;
              from[axis] = static_cast<int64_t>(reference::broadcast_at(index, at));
              if (from[axis] < 0) from[axis] += x.shape[axis];
              for (size_t d = 0; d < from.size(); ++d) {
                if (d != axis && x.shape[d] == 1) from[d] = 0;
              }
              y.at(at) = x.at(from);
            });
            return y;
          },
      .samples = {{{any({3, 2}), indices(3, {4, 2})}, {{"dim", 0}}},
                  {{any({3, 4}), indices(4, {1, 2})}, {{"dim", -1}}},
                  {{any({1, 4}), indices(4, {3, 2})}, {{"dim", 1}}},
                  {{any({2, 3}), indices(6, {2, 2})}},
                  {{any({3, 2}), integers_of({-1, 0, -3, 2}, {2, 2})}, {{"dim", 0}}},
                  {{any({2, 3}), integers_of({-1, -6, 5, 0}, {4})}},
                  {{any({70, 60}), indices(70, {50, 60})}, {{"dim", 0}}},
                  {{any({}), indices(1, {})}, {{"dim", 0}}},
                  {{any({3, 4}), indices(4, {1, 7})}, {{"dim", 1}}}},
      .errors = {{{of_type(f32, {2, 3}), of_type(f32, {2, 3})},
                  {{"dim", 0}},
                  "take_along_dim: index must be i64, got f32 [2, 3]; write .to(DType::i64)"},
                 {{of_type(f32, {2, 3}), indices(2, {2})},
                  {{"dim", 0}},
                  "take_along_dim: index [2] must have the rank of [2, 3]"},
                 {{of_type(f32, {2, 3}), integers_of({2}, {1, 1})},
                  {{"dim", 0}},
                  "take_along_dim: index 2 is out of range for a dimension of size 2"},
                 {{of_type(f32, {2, 3}), integers_of({-3}, {1, 1})},
                  {{"dim", 0}},
                  "take_along_dim: index -3 is out of range for a dimension of size 2"}},
      .dtypes = all_dtypes,
  };
}

using Adding = Tensor (*)(const Tensor&, int64_t, const Tensor&, const Tensor&);
using NaiveAdding = reference::NdArray (*)(const reference::NdArray&, int64_t,
                                           const reference::NdArray&, const reference::NdArray&);

/// index_add and scatter_add.
OpCase adding(const std::string& name, Adding call, NaiveAdding naive, std::vector<Sample> samples,
              std::vector<ErrorCase> errors) {
  errors.push_back({{of_type(f32, {2}), indices(2, {2}), of_type(f64, {2})},
                    {{"dim", 0}},
                    name + ": dtypes differ: f32 [2] and f64 [2]; write .to(DType::f32) on the "
                           "second or .to(DType::f64) on the first"});
  errors.push_back({{of_type(f32, {2}), integers_of({2}, {1}), of_type(f32, {1})},
                    {{"dim", 0}},
                    name + ": index 2 is out of range for a dimension of size 2"});
  return {
      .name = name,
      .inputs = {"x", "index", "source"},
      .attributes = {integer("dim")},
      .call = [call](auto& in,
                     auto& with) { return call(in[0], with.integer("dim"), in[1], in[2]); },
      .reference = [naive](auto& in,
                           auto& with) { return naive(in[0], with.integer("dim"), in[1], in[2]); },
      .samples = std::move(samples),
      .errors = std::move(errors),
      .dtypes = {f32, f64, i64}};
}

OpCase index_add_row() {
  return adding("index_add", index_add, reference::index_add,
                {{{any({3, 2}), integers_of({2, 0, 2, 2}, {4}), any({4, 2})}, {{"dim", 0}}},
                 {{any({2, 3, 2}), indices(3, {4}), any({2, 4, 2})}, {{"dim", 1}}},
                 {{any({3, 2}), indices(3, {0}), any({0, 2})}, {{"dim", 0}}},
                 {{any({3, 0}), indices(3, {2}), any({2, 0})}, {{"dim", 0}}},
                 {{any({50, 9, 8}), indices(9, {300}), any({50, 300, 8})}, {{"dim", 1}}}},
                {{{of_type(f32, {}), indices(1, {2}), of_type(f32, {})},
                  {{"dim", 0}},
                  "index_add: a 0-d tensor takes one index, got 2"},
                 {{of_type(f32, {3, 2}), indices(3, {4}), of_type(f32, {3, 2})},
                  {{"dim", 0}},
                  "index_add: source must be [4, 2] for x [3, 2] and 4 indices, got [3, 2]"}});
}

OpCase scatter_add_row() {
  return adding(
      "scatter_add", scatter_add, reference::scatter_add,
      {{{any({3, 2}), integers_of({2, 0, 2, 1, 0, 0, 2, 2}, {4, 2}), any({4, 2})}, {{"dim", 0}}},
       {{any({2, 3, 2}), indices(3, {2, 2, 1}), any({2, 2, 1})}, {{"dim", 1}}},
       {{any({}), indices(1, {}), any({})}, {{"dim", 0}}},
       {{any({3, 2}), indices(3, {0, 2}), any({0, 2})}, {{"dim", 0}}},
       {{any({30, 40}), indices(40, {30, 2000}), any({30, 2000})}, {{"dim", 1}}}},
      {{{of_type(f32, {3, 2}), indices(3, {4, 2}), of_type(f32, {3, 2})},
        {{"dim", 0}},
        "scatter_add: source [3, 2] must have the shape of index [4, 2]"}});
}

OpCase one_hot_row() {
  return {
      .name = "one_hot",
      .inputs = {"indices"},
      .attributes = {integer("num_classes", -1)},
      .call = [](auto& in, auto& with) { return one_hot(in[0], with.integer("num_classes")); },
      .reference =
          [](auto& in, auto& with) {
            return reference::one_hot(in[0], with.integer("num_classes"));
          },
      .samples = {{{integers_of({0, 2, 3, 2}, {2, 2})}, {{"num_classes", 4}}},
                  {{integers_of({0, 2, 3, 2}, {2, 2})}},
                  {{indices(3, {})}, {{"num_classes", 3}}},
                  {{indices(3, {0, 2})}, {{"num_classes", 3}}},
                  {{indices(9, {5000})}, {{"num_classes", 9}}}},
      .errors = {{{of_type(f32, {2})},
                  {},
                  "one_hot: indices must be i64, got f32 [2]; write .to(DType::i64)"},
                 {{indices(3, {0})}, {}, "one_hot: no index to count classes by; pass num_classes"},
                 {{indices(3, {2})},
                  {{"num_classes", 0}},
                  "one_hot: num_classes must be at least 1, got 0"},
                 {{integers_of({-5}, {1})}, {}, "one_hot: num_classes must be at least 1, got -4"},
                 {{integers_of({0, 3}, {2})},
                  {{"num_classes", 3}},
                  "one_hot: index 3 is out of range for a dimension of size 3"}},
      .outputs = {OutputType::i64},
      .differentiable = false,
  };
}

OpCase masked_select_row() {
  return {
      .name = "masked_select",
      .inputs = {"x", "mask"},
      .call = [](auto& in, auto&) { return masked_select(in[0], in[1]); },
      .reference = [](auto& in, auto&) { return reference::masked_select(in[0], in[1]); },
      .samples = broadcasting_mask(any),
      .errors = {{{of_type(f32, {2}), of_type(f32, {2})},
                  {},
                  "masked_select: mask must be bool, got f32 [2]; write .to(DType::boolean)"},
                 {{of_type(f32, {2}), bools({3})},
                  {},
                  "masked_select: shapes do not broadcast: [2] and [3] (2 != 3 at dim -1)"}},
      .dtypes = all_dtypes,
  };
}

OpCase nonzero_row() {
  OpCase row = of_any_dtype(
      "nonzero", {}, [](auto& x, auto&) { return heed::nonzero(x); },
      [](auto& x, auto&) { return reference::nonzero(x); }, any_shapes(any));
  row.samples.push_back({{listed({0, 1, -0.0, 0.5, 0, -2}, {3, 2})}});
  row.samples.push_back({{bools({3, 2, 2})}});
  row.outputs = {OutputType::i64};
  row.differentiable = false;
  return row;
}

}  // namespace

OpTable indexing_ops() {
  return {embedding_op(),       index_select_row(),  gather_row(),
          take_along_dim_row(), index_add_row(),     scatter_add_row(),
          one_hot_row(),        masked_select_row(), nonzero_row()};
}

}  // namespace heed::testing
