// Rows of views.
#include "heed/framework/ops/view.h"

#include <limits>

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/view.h"

namespace heed::testing {
namespace {

using Naive =
    std::function<reference::NdArray(const reference::NdArray& x, const Attributes& with)>;
using Call = std::function<Tensor(const Tensor& x, const Attributes& with)>;

/// A row for a view of one tensor.
OpCase one_view(std::string name, std::vector<Attribute> attributes, Call call, Naive naive,
                std::vector<Sample> samples, std::vector<ErrorCase> errors = {}) {
  return {.name = std::move(name),
          .inputs = {"x"},
          .attributes = std::move(attributes),
          .call = [call](auto& in, auto& with) { return call(in[0], with); },
          .reference = [naive](auto& in, auto& with) { return naive(in[0], with); },
          .samples = std::move(samples),
          .errors = std::move(errors),
          .dtypes = all_dtypes};
}

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
       name + ": sizes do not hold the elements: [2, 3] (6 elements) as [4, 2]"},
      {{of_type(f32, {2, 3})},
       {{"shape", {-1, 4}}},
       name + ": sizes do not hold the elements: [2, 3] (6 elements) as [-1, 4]"},
      {{of_type(f32, {2, 3})}, {{"shape", {-1, -1}}}, name + ": only one size can be -1: [-1, -1]"},
      {{of_type(f32, {2, 3})}, {{"shape", {-2, 3}}}, name + ": a size is negative: [-2, 3]"}};
}

OpCase view_row() {
  OpCase row = one_view(
      "view", {integers("shape")}, [](auto& x, auto& with) { return view(x, with.shape("shape")); },
      [](auto& x, auto& with) { return reference::view(x, with.integers("shape")); },
      reshape_samples(), reshape_errors("view"));
  row.fits_any_layout = false;
  return row;
}

OpCase reshape_row() {
  return one_view(
      "reshape", {integers("shape")},
      [](auto& x, auto& with) { return reshape(x, with.shape("shape")); },
      [](auto& x, auto& with) { return reference::reshape(x, with.integers("shape")); },
      reshape_samples(), reshape_errors("reshape"));
}

OpCase permute_row() {
  return one_view(
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
  return one_view(
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
  return one_view(
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
  return one_view(
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
  return one_view(
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
      {{{of_type(f32, {2, 3})},
        {{"dim", 2}},
        "squeeze: dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"}});
}

OpCase select_row() {
  return one_view(
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
  return one_view(
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
  return one_view(
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

}  // namespace

OpTable view_ops() {
  return {view_row(),      reshape_row(), permute_row(), transpose_row(), expand_row(),
          unsqueeze_row(), squeeze_row(), select_row(),  slice_row(),     narrow_row()};
}

}  // namespace heed::testing
