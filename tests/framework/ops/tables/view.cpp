// Rows of framework/ops/view.h.
#include "heed/framework/ops/view.h"

#include <limits>

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/view.h"

namespace heed::testing {
namespace {

/// The end of a slice, which may be left out.
int64_t end_of(const Attributes& with) {
  return with.has("end") ? with.integer("end") : std::numeric_limits<int64_t>::max();
}

std::vector<Sample> reshape_samples() {
  return {{{any({2, 2, 3})}, {{"shape", {3, 4}}}},     {{any({2, 6})}, {{"shape", {3, -1}}}},
          {{any({1, 1})}, {{"shape", Json::array()}}}, {{any({})}, {{"shape", {1, 1}}}},
          {{any({2, 3})}, {{"shape", {2, 3}}}},        {{any({0, 3})}, {{"shape", {3, 0, 2}}}},
          {{any({4, 9000})}, {{"shape", {9000, 4}}}}};
}

std::vector<ErrorCase> reshape_errors(const std::string& name) {
  return {
      {{of_type(f32, {2, 3})},
       {{"shape", {4, 2}}},
       name + ": sizes do not fit the number of elements: [2, 3] (6 elements) as [4, 2]"},
      {{of_type(f32, {2, 3})},
       {{"shape", {-1, 4}}},
       name + ": sizes do not fit the number of elements: [2, 3] (6 elements) as [-1, 4]"},
      {{of_type(f32, {2, 3})}, {{"shape", {-1, -1}}}, name + ": only one size can be -1: [-1, -1]"},
      {{of_type(f32, {2, 3})}, {{"shape", {-2, 3}}}, name + ": a size is negative: [-2, 3]"}};
}

OpCase view_row() {
  OpCase row = of_any_dtype(
      "view", {integers("shape")}, [](auto& x, auto& with) { return view(x, with.shape("shape")); },
      [](auto& x, auto& with) { return reference::view(x, with.integers("shape")); },
      reshape_samples(), reshape_errors("view"));
  row.fits_any_layout = false;
  return row;
}

OpCase reshape_row() {
  return of_any_dtype(
      "reshape", {integers("shape")},
      [](auto& x, auto& with) { return reshape(x, with.shape("shape")); },
      [](auto& x, auto& with) { return reference::reshape(x, with.integers("shape")); },
      reshape_samples(), reshape_errors("reshape"));
}

OpCase permute_row() {
  return of_any_dtype(
      "permute", {integers("dims")},
      [](auto& x, auto& with) { return permute(x, with.dims("dims")); },
      [](auto& x, auto& with) { return reference::permute(x, with.integers("dims")); },
      {{{any({2, 3, 2})}, {{"dims", {2, 0, 1}}}},
       {{any({2, 3, 2})}, {{"dims", {0, -1, 1}}}},
       {{any({})}, {{"dims", Json::array()}}},
       {{any({0, 3})}, {{"dims", {1, 0}}}},
       {{any({4, 9000})}, {{"dims", {1, 0}}}}},
      {{{of_type(f32, {2, 3})},
        {{"dims", Json::array({0})}},
        "permute: needs each dimension once: [0] for shape [2, 3]"},
       {{of_type(f32, {2, 3})}, {{"dims", {0, -2}}}, "permute: dim -2 appears twice in [0, -2]"},
       {{of_type(f32, {2, 3})},
        {{"dims", {0, 2}}},
        "permute: dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"}});
}

OpCase transpose_row() {
  return of_any_dtype(
      "transpose", {integer("dim0"), integer("dim1")},
      [](auto& x, auto& with) { return transpose(x, with.integer("dim0"), with.integer("dim1")); },
      [](auto& x, auto& with) {
        return reference::transpose(x, with.integer("dim0"), with.integer("dim1"));
      },
      {{{any({2, 3, 2})}, {{"dim0", -2}, {"dim1", -1}}},
       {{any({2, 1, 3})}, {{"dim0", 0}, {"dim1", 2}}},
       {{any({2, 3})}, {{"dim0", 1}, {"dim1", 1}}},
       {{any({})}, {{"dim0", 0}, {"dim1", -1}}},
       {{any({0, 3})}, {{"dim0", 0}, {"dim1", 1}}},
       {{any({4, 9000})}, {{"dim0", 0}, {"dim1", 1}}}},
      {{{of_type(f32, {2, 3})},
        {{"dim0", 0}, {"dim1", -3}},
        "transpose: dim -3 is out of range for a 2-d tensor; it goes from -2 to 1"}});
}

OpCase expand_row() {
  return of_any_dtype(
      "expand", {integers("size")},
      [](auto& x, auto& with) { return expand(x, with.shape("size")); },
      [](auto& x, auto& with) { return reference::expand(x, with.integers("size")); },
      {{{any({2, 2, 1})}, {{"size", {2, -1, 3}}}},
       {{any({3})}, {{"size", {2, 2, 3}}}},
       {{any({})}, {{"size", {2, 2}}}},
       {{any({})}, {{"size", Json::array()}}},
       {{any({2, 3})}, {{"size", {2, 3}}}},
       {{any({1, 3})}, {{"size", {0, 3}}}},
       {{any({3, 1, 2})}, {{"size", {2, 3, 4, 2}}}},
       {{any({1, 9000})}, {{"size", {4, 9000}}}}},
      {{{of_type(f32, {2, 3})},
        {{"size", {4, 3}}},
        "expand: only a dimension of size 1 can be repeated: [2, 3] to [4, 3]"},
       {{of_type(f32, {2, 3})},
        {{"size", Json::array({3})}},
        "expand: fewer dimensions than the tensor has: [2, 3] to [3]"},
       {{of_type(f32, {3})},
        {{"size", {-1, 3}}},
        "expand: only a dimension of size 1 can be repeated: [3] to [-1, 3]"}});
}

OpCase unsqueeze_row() {
  return of_any_dtype(
      "unsqueeze", {integer("dim")},
      [](auto& x, auto& with) { return unsqueeze(x, with.integer("dim")); },
      [](auto& x, auto& with) { return reference::unsqueeze(x, with.integer("dim")); },
      {{{any({2, 3})}, {{"dim", 0}}},
       {{any({2, 3})}, {{"dim", -1}}},
       {{any({2, 3})}, {{"dim", -2}}},
       {{any({})}, {{"dim", 0}}},
       {{any({0})}, {{"dim", 1}}},
       {{any({4, 9000})}, {{"dim", 1}}}},
      {{{of_type(f32, {2, 3})},
        {{"dim", 3}},
        "unsqueeze: dim 3 is out of range for a 3-d tensor; it goes from -3 to 2"}});
}

OpCase squeeze_row() {
  return of_any_dtype(
      "squeeze", {integer("dim", left_out)},
      [](auto& x, auto& with) {
        return with.has("dim") ? squeeze(x, with.integer("dim")) : squeeze(x);
      },
      [](auto& x, auto& with) {
        return with.has("dim") ? reference::squeeze(x, std::vector{with.integer("dim")})
                               : reference::squeeze(x);
      },
      {{{any({1, 3, 1})}},
       {{any({1, 3, 1})}, {{"dim", 0}}},
       {{any({1, 3, 1})}, {{"dim", -1}}},
       {{any({1, 3, 1})}, {{"dim", 1}}},
       {{any({1, 1})}},
       {{any({})}},
       {{any({})}, {{"dim", 0}}},
       {{any({1, 0})}},
       {{any({1, 9000, 4})}}},
      {dim_out_of_range("squeeze")});
}

OpCase select_row() {
  return of_any_dtype(
      "select", {integer("dim"), integer("index")},
      [](auto& x, auto& with) { return select(x, with.integer("dim"), with.integer("index")); },
      [](auto& x, auto& with) {
        return reference::select(x, with.integer("dim"), with.integer("index"));
      },
      {{{any({2, 3, 2})}, {{"dim", 1}, {"index", 1}}},
       {{any({2, 3, 2})}, {{"dim", -1}, {"index", -1}}},
       {{any({3})}, {{"dim", 0}, {"index", 2}}},
       {{any({3})}, {{"dim", 0}, {"index", -3}}},
       {{any({0, 3})}, {{"dim", 1}, {"index", 0}}},
       {{any({2, 40000})}, {{"dim", 0}, {"index", 1}}}},
      {{{of_type(f32, {2, 3})},
        {{"dim", 1}, {"index", 3}},
        "select: index 3 is out of range for dim 1 of [2, 3]"},
       {{of_type(f32, {2, 3})},
        {{"dim", 1}, {"index", -4}},
        "select: index -4 is out of range for dim 1 of [2, 3]"},
       {{of_type(f32, {})},
        {{"dim", 0}, {"index", 0}},
        "select: a 0-d tensor has no dimension to select from"}});
}

OpCase slice_row() {
  return of_any_dtype(
      "slice", {integer("dim"), integer("start", 0), integer("end", left_out), integer("step", 1)},
      [](auto& x, auto& with) {
        return slice(x, with.integer("dim"), with.integer("start"), end_of(with),
                     with.integer("step"));
      },
      [](auto& x, auto& with) {
        return reference::slice(x, with.integer("dim"), with.integer("start"),
                                with.maybe_integer("end"), with.integer("step"));
      },
      {{{any({2, 7})}, {{"dim", 1}, {"start", 1}, {"end", 7}, {"step", 2}}},
       {{any({5, 2})}, {{"dim", 0}, {"step", 3}}},
       {{any({2, 5})}, {{"dim", -1}, {"start", -3}, {"end", -1}}},
       {{any({3, 2})}, {{"dim", 0}, {"start", -9}, {"end", 99}}},
       {{any({3, 2})}, {{"dim", 0}, {"start", 2}, {"end", 1}}},
       {{any({3})}, {{"dim", 0}, {"start", 1}, {"step", 1000000007}}},
       {{any({0, 2})}, {{"dim", 0}}},
       {{any({3, 40000})}, {{"dim", 1}, {"start", 1}, {"step", 2}}}},
      {{{of_type(f32, {})}, {{"dim", 0}}, "slice: a 0-d tensor has no dimension to slice"},
       {{of_type(f32, {2})}, {{"dim", 0}, {"step", 0}}, "slice: step must be at least 1, got 0"},
       {{of_type(f32, {2})},
        {{"dim", 1}},
        "slice: dim 1 is out of range for a 1-d tensor; it goes from -1 to 0"}});
}

OpCase narrow_row() {
  return of_any_dtype(
      "narrow", {integer("dim"), integer("start"), integer("length")},
      [](auto& x, auto& with) {
        return narrow(x, with.integer("dim"), with.integer("start"), with.integer("length"));
      },
      [](auto& x, auto& with) {
        return reference::narrow(x, with.integer("dim"), with.integer("start"),
                                 with.integer("length"));
      },
      {{{any({2, 4})}, {{"dim", 1}, {"start", 1}, {"length", 2}}},
       {{any({3, 2})}, {{"dim", 0}, {"start", -2}, {"length", 2}}},
       {{any({3, 2})}, {{"dim", 0}, {"start", 3}, {"length", 0}}},
       {{any({2, 40000})}, {{"dim", 1}, {"start", 1}, {"length", 39000}}}},
      {{{of_type(f32, {2, 4})},
        {{"dim", 1}, {"start", 3}, {"length", 2}},
        "narrow: 2 elements from 3 are out of range for dim 1 of [2, 4]"},
       {{of_type(f32, {2, 4})},
        {{"dim", 1}, {"start", -5}, {"length", 2}},
        "narrow: 2 elements from -5 are out of range for dim 1 of [2, 4]"},
       {{of_type(f32, {2, 4})},
        {{"dim", 1}, {"start", 1}, {"length", -1}},
        "narrow: -1 elements from 1 are out of range for dim 1 of [2, 4]"},
       {{of_type(f32, {})},
        {{"dim", 0}, {"start", 0}, {"length", 1}},
        "narrow: a 0-d tensor has no dimension to narrow"}});
}

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
  return joining("cat", cat, reference::cat,
                 {{{any({1, 3}), any({2, 3}), any({1, 3})}},
                  {{any({2, 1, 2}), any({2, 1, 3})}, {{"dim", -1}}},
                  {{any({3})}},
                  {{any({0, 2}), any({1, 2})}},
                  {{any({0, 2}), any({0, 2})}, {{"dim", 1}}},
                  {{any({3, 20000}), any({3, 7})}, {{"dim", 1}}}},
                 {{{of_type(f32, {2, 3}), of_type(f32, {2, 4})},
                   {},
                   "cat: shapes differ outside dim 0: [2, 3] and [2, 4]"},
                  dtypes_that_differ("cat"),
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
                  dtypes_that_differ("stack"),
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

OpTable view_ops() {
  return {view_row(),      reshape_row(), permute_row(), transpose_row(), expand_row(),
          unsqueeze_row(), squeeze_row(), select_row(),  slice_row(),     narrow_row(),
          split_row(),     flip_row(),    cat_row(),     stack_row(),     slice_backward_row()};
}

}  // namespace heed::testing
