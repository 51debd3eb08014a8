// Rows of ops that take tensors apart and put them together.
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/ops/case/op_reference.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/view.h"

namespace heed::testing {
namespace {

OpCase split_row() {
  const std::string sizes = "split_size_or_sections";
  return {
      .name = "split",
      .inputs = {"x"},
      .attributes = {integer_or_integers(sizes), integer("dim", 0)},
      .call =
          [sizes](auto& in, auto& with) {
            const int64_t dim = with.integer("dim");
            if (!with.is_list(sizes)) return split(in[0], with.integer(sizes), dim);
            const std::vector<int64_t> sections = with.integers(sizes);
            return split(in[0], sections, dim);
          },
      .reference =
          [sizes](auto& in, auto& with) {
            const int64_t dim = with.integer("dim");
            return with.is_list(sizes)
                       ? reference::split_with_sizes(in[0], with.integers(sizes), dim)
                       : reference::split(in[0], with.integer(sizes), dim);
          },
      .samples = {{{any({5, 2})}, {{sizes, 2}, {"dim", 0}}},
                  {{any({2, 6})}, {{sizes, {1, 3, 2}}, {"dim", -1}}},
                  {{any({3})}, {{sizes, 7}}},
                  {{any({3})}, {{sizes, {0, 3}}}},
                  {{any({0, 2})}, {{sizes, 2}}},
                  {{any({3, 20000})}, {{sizes, 9000}, {"dim", 1}}}},
      .errors = {{{of_type(f32, {3})},
                  {{sizes, 0}},
                  "split: the size of a piece must be at least 1, got 0"},
                 {{of_type(f32, {3})},
                  {{sizes, {1, 3}}},
                  "split: pieces do not add up to dim 0 of [3]: piece 1 has size 3 and 2 are left"},
                 {{of_type(f32, {3})},
                  {{sizes, {1, 1}}},
                  "split: pieces do not add up to dim 0 of [3]: 1 are left"},
                 {{of_type(f32, {})},
                  {{sizes, 1}},
                  "split: a 0-d tensor has no dimension to split"},
                 {{of_type(f32, {3})},
                  {{sizes, 1}, {"dim", 1}},
                  "split: dim 1 is out of range for a 1-d tensor; it goes from -1 to 0"},
                 {{of_type(f32, {3})},
                  {{sizes, "2"}},
                  "attribute \"split_size_or_sections\" must be of type int or int[]"}},
      .dtypes = all_dtypes,
  };
}

OpCase flip_row() {
  return {
      .name = "flip",
      .inputs = {"x"},
      .attributes = {integers("dims")},
      .call = [](auto& in, auto& with) { return flip(in[0], with.dims("dims")); },
      .reference = [](auto& in,
                      auto& with) { return reference::flip(in[0], with.integers("dims")); },
      .samples = {{{any({2, 3})}, {{"dims", {0, -1}}}},
                  {{any({2, 3, 2})}, {{"dims", Json::array({1})}}},
                  {{any({2, 3})}, {{"dims", Json::array()}}},
                  {{any({})}, {{"dims", Json::array()}}},
                  {{any({0, 3})}, {{"dims", {0, 1}}}},
                  {{any({4, 9000})}, {{"dims", {0, 1}}}}},
      .errors = {{{of_type(f32, {2, 3})},
                  {{"dims", {1, -1}}},
                  "flip: dim -1 appears twice in [1, -1]"},
                 {{of_type(f32, {2, 3})},
                  {{"dims", Json::array({2})}},
                  "flip: dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"},
                 {{of_type(f32, {0, 3})},
                  {{"dims", Json::array({2})}},
                  "flip: dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"}},
      .dtypes = all_dtypes,
  };
}

/// cat and stack: a list of tensors and where to join them.
OpCase joining(const std::string& name, Tensor (*call)(std::span<const Tensor>, int64_t),
               reference::NdArray (*naive)(const std::vector<reference::NdArray>&, int64_t),
               std::vector<Sample> samples, std::vector<ErrorCase> errors) {
  errors.push_back({{}, {}, name + ": needs at least one tensor"});
  return {
      .name = name,
      .inputs = {"tensors*"},
      .attributes = {integer("dim", 0)},
      .call = [call](auto& in, auto& with) { return call(in, with.integer("dim")); },
      .reference = [naive](auto& in, auto& with) { return naive(in.list(), with.integer("dim")); },
      .samples = std::move(samples),
      .errors = std::move(errors),
      .dtypes = all_dtypes};
}

OpCase cat_row() {
  return joining(
      "cat", cat, reference::cat,
      {{{any({1, 3}), any({2, 3}), any({1, 3})}},
       {{any({2, 1, 2}), any({2, 1, 3})}, {{"dim", -1}}},
       {{any({3})}},
       {{any({0, 2}), any({1, 2})}},
       {{any({0, 2}), any({0, 2})}, {{"dim", 1}}},
       {{any({3, 20000}), any({3, 7})}, {{"dim", 1}}}},
      {{{of_type(f32, {2, 3}), of_type(f32, {2, 4})},
        {},
        "cat: shapes differ outside dim 0: [2, 3] and [2, 4]"},
       {{of_type(f32, {2}), of_type(f64, {2})},
        {},
        "cat: dtypes differ: f32 [2] and f64 [2]; write .to(DType::f32) on the second or "
        ".to(DType::f64) on the first"},
       {{of_type(f32, {})}, {}, "cat: 0-d tensors have no dimension to join; use stack"},
       {{of_type(f32, {2})},
        {{"dim", 1}},
        "cat: dim 1 is out of range for a 1-d tensor; it goes from -1 to 0"}});
}

OpCase stack_row() {
  return joining("stack", stack, reference::stack,
                 {{{any({2, 2}), any({2, 2}), any({2, 2})}},
                  {{any({2, 3}), any({2, 3})}, {{"dim", -1}}},
                  {{any({}), any({})}},
                  {{any({0}), any({0})}, {{"dim", 1}}},
                  {{any({20000}), any({20000})}, {{"dim", 1}}}},
                 {{{of_type(f32, {2, 3}), of_type(f32, {2, 4})},
                   {},
                   "stack: shapes differ: [2, 3] and [2, 4]"},
                  {{of_type(f32, {2}), of_type(f64, {2})},
                   {},
                   "stack: dtypes differ: f32 [2] and f64 [2]; write .to(DType::f32) on the second "
                   "or .to(DType::f64) on the first"},
                  {{of_type(f32, {2})},
                   {{"dim", 2}},
                   "stack: dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"}});
}

OpCase slice_backward_row() {
  return {
      .name = "slice_backward",
      .inputs = {"grad_output"},
      .attributes = {integers("input_sizes"), integer("dim"), integer("start"), integer("end"),
                     integer("step")},
      .call =
          [](auto& in, auto& with) {
            return slice_backward(in[0], with.shape("input_sizes"), with.integer("dim"),
                                  with.integer("start"), with.integer("end"), with.integer("step"));
          },
      .reference =
          [](auto& in, auto& with) {
            return reference::slice_backward(in[0], with.integers("input_sizes"),
                                             with.integer("dim"), with.integer("start"),
                                             with.integer("end"), with.integer("step"));
          },
      .samples =
          {{{any({2, 3})},
            {{"input_sizes", {2, 7}}, {"dim", 1}, {"start", 1}, {"end", 7}, {"step", 2}}},
           {{any({0})},
            {{"input_sizes", Json::array({3})}, {"dim", 0}, {"start", 2}, {"end", 2}, {"step", 1}}},
           {{any({3, 20000})},
            {{"input_sizes", {3, 40001}}, {"dim", -1}, {"start", 1}, {"end", 40001}, {"step", 2}}}},
      .errors =
          {{{of_type(f32, {2})},
            {{"input_sizes", Json::array({3})}, {"dim", 0}, {"start", 0}, {"end", 3}, {"step", 1}},
            "slice_backward: the slice of [3] has shape [3], g has [2]"}},
      .dtypes = all_dtypes,
  };
}

}  // namespace

OpTable join_ops() {
  return {split_row(), flip_row(), cat_row(), stack_row(), slice_backward_row()};
}

}  // namespace heed::testing
