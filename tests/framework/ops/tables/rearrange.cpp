// Rows of framework/ops/rearrange.h.
#include "heed/framework/ops/rearrange.h"

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/rearrange.h"

namespace heed::testing {
namespace {

using reference::NdArray;

OpCase flatten_row() {
  return of_any_dtype(
      "flatten", {integer("start_dim", 0), integer("end_dim", -1)},
      [](auto& x, auto& with) {
        return flatten(x, with.integer("start_dim"), with.integer("end_dim"));
      },
      [](auto& x, auto& with) {
        return reference::flatten(x, with.integer("start_dim"), with.integer("end_dim"));
      },
      {{{any({2, 3, 2})}},
       {{any({2, 3, 2})}, {{"start_dim", 1}}},
       {{any({2, 3, 2})}, {{"start_dim", -3}, {"end_dim", 1}}},
       {{any({2, 3})}, {{"start_dim", 1}, {"end_dim", 1}}},
       {{any({})}},
       {{any({0, 3})}},
       {{any({4, 9000})}}},
      {{{of_type(f32, {2, 3})},
        {{"start_dim", 1}, {"end_dim", 0}},
        "flatten: start_dim 1 is after end_dim 0 for [2, 3]"},
       {{of_type(f32, {2, 3})},
        {{"end_dim", 2}},
        "flatten: dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"}});
}

OpCase unflatten_row() {
  OpCase row = of_any_dtype(
      "unflatten", {integer("dim"), integers("sizes")},
      [](auto& x, auto& with) { return unflatten(x, with.integer("dim"), with.shape("sizes")); },
      [](auto& x, auto& with) {
        return reference::unflatten(x, with.integer("dim"), with.integers("sizes"));
      },
      {{{any({2, 6})}, {{"dim", 1}, {"sizes", {2, 3}}}},
       {{any({2, 6, 2})}, {{"dim", -2}, {"sizes", {3, -1}}}},
       {{any({4})}, {{"dim", 0}, {"sizes", Json::array({4})}}},
       {{any({4, 9000})}, {{"dim", 1}, {"sizes", {3, 3000}}}}},
      {{{of_type(f32, {2, 6})},
        {{"dim", 1}, {"sizes", {4, 2}}},
        "unflatten: sizes do not fit the number of elements: [6] (6 elements) as [4, 2]"},
       {{of_type(f32, {})},
        {{"dim", 0}, {"sizes", {1, 1}}},
        "unflatten: needs a dimension and sizes for it, got [] and [1, 1]"}});
  row.fits_any_layout = false;
  return row;
}

OpCase movedim_row() {
  const auto dims = [](const Attributes& with, const std::string& name) {
    return with.is_list(name) ? with.integers(name) : std::vector{with.integer(name)};
  };
  return of_any_dtype(
      "movedim", {integer_or_integers("source"), integer_or_integers("destination")},
      [dims](auto& x, auto& with) {
        const auto from = dims(with, "source"), to = dims(with, "destination");
        return movedim(x, IntList(std::span(from)), IntList(std::span(to)));
      },
      [dims](auto& x, auto& with) {
        return reference::movedim(x, dims(with, "source"), dims(with, "destination"));
      },
      {{{any({2, 3, 4})}, {{"source", 0}, {"destination", -1}}},
       {{any({2, 3, 4})}, {{"source", {0, 1}}, {"destination", {-1, 0}}}},
       {{any({2, 3, 4, 1})}, {{"source", {3, 1}}, {"destination", {0, 2}}}},
       {{any({})}, {{"source", 0}, {"destination", 0}}},
       {{any({4, 9000})}, {{"source", 1}, {"destination", 0}}}},
      {{{of_type(f32, {2, 3})},
        {{"source", {0, 1}}, {"destination", 0}},
        "movedim: needs one destination for each dimension, got [0, 1] and [0]"},
       {{of_type(f32, {2, 3})},
        {{"source", {0, -2}}, {"destination", {0, 1}}},
        "movedim: a dimension appears twice in [0, -2] or [0, 1]"}});
}

OpCase chunk_row() {
  return of_any_dtype(
      "chunk", {integer("chunks"), integer("dim", 0)},
      [](auto& x, auto& with) { return chunk(x, with.integer("chunks"), with.integer("dim")); },
      [](auto& x, auto& with) {
        return reference::chunk(x, with.integer("chunks"), with.integer("dim"));
      },
      {{{any({6, 2})}, {{"chunks", 3}}},
       {{any({2, 7})}, {{"chunks", 3}, {"dim", -1}}},
       {{any({2, 5})}, {{"chunks", 4}, {"dim", 1}}},
       {{any({2})}, {{"chunks", 5}}},
       {{any({3, 20000})}, {{"chunks", 2}, {"dim", 1}}}},
      {{{of_type(f32, {2})}, {{"chunks", 0}}, "chunk: needs at least 1 chunk, got 0"},
       {{of_type(f32, {})}, {{"chunks", 1}}, "chunk: a 0-d tensor has no dimension to cut"}});
}

OpCase roll_row() {
  const auto list = [](const Attributes& with, const std::string& name) {
    if (!with.has(name)) return std::vector<int64_t>();
    return with.is_list(name) ? with.integers(name) : std::vector{with.integer(name)};
  };
  return of_any_dtype(
      "roll", {integer_or_integers("shifts"), integer_or_integers("dims", left_out)},
      [list](auto& x, auto& with) {
        const auto shifts = list(with, "shifts"), dims = list(with, "dims");
        return roll(x, IntList(std::span(shifts)), IntList(std::span(dims)));
      },
      [list](auto& x, auto& with) {
        return reference::roll(x, list(with, "shifts"), list(with, "dims"));
      },
      {{{any({2, 3})}, {{"shifts", 1}}},
       {{any({2, 3})}, {{"shifts", -2}, {"dims", 1}}},
       {{any({2, 3})}, {{"shifts", {1, 7}}, {"dims", {0, -1}}}},
       {{any({3})}, {{"shifts", 3}, {"dims", 0}}},
       {{any({0, 3})}, {{"shifts", 1}, {"dims", 0}}},
       {{any({4, 9000})}, {{"shifts", -11}, {"dims", 1}}}},
      {{{of_type(f32, {2, 3})},
        {{"shifts", {1, 2}}, {"dims", 0}},
        "roll: needs one shift for each dimension, got [1, 2] and [0]"}});
}

OpCase repeat_row(const std::string& name, const std::string& attribute,
                  Tensor (*call)(const Tensor&, const IntList&)) {
  OpCase row = of_any_dtype(
      name, {integers(attribute)},
      [=](auto& x, auto& with) { return call(x, with.dims(attribute)); },
      [=](auto& x, auto& with) {
        std::vector<int64_t> repeats = with.integers(attribute);
        while (repeats.size() < x.shape.size()) repeats.insert(repeats.begin(), 1);
        return reference::repeat(x, repeats);
      },
      {{{any({2, 3})}, {{attribute, {2, 1}}}},
       {{any({2, 3})}, {{attribute, {1, 2}}}},
       {{any({2})}, {{attribute, {2, 3}}}},
       {{any({2, 1, 2, 1, 2, 1, 2, 1})}, {{attribute, {1, 2, 1, 2, 1, 1, 1, 2}}}},
       {{any({})}, {{attribute, Json::array({3})}}},
       {{any({2, 3})}, {{attribute, {0, 2}}}},
       {{any({2, 3})}, {{attribute, {1, 1}}}},
       {{any({3, 6000})}, {{attribute, {2, 2}}}}},
      {{{of_type(f32, {2, 3})},
        {{attribute, {2, -1}}},
        name + ": numbers must not be negative, got [2, -1]"},
       {{of_type(f32, {2, 3})},
        {{attribute, {int64_t{1} << 62, 1}}},
        name + ": too many elements to count: [2, 3] with dim 0 4611686018427387904 times as long"},
       {{of_type(f32, {2, 3})},
        {{attribute, {int64_t{1} << 40, int64_t{1} << 40}}},
        name + ": too many elements to count: [2, 3298534883328] with dim 0 1099511627776 times as "
               "long"}});
  return row;
}

OpCase repeat_interleave_row() {
  return of_any_dtype(
      "repeat_interleave", {integer("repeats"), integer("dim", left_out)},
      [](auto& x, auto& with) {
        return repeat_interleave(x, with.integer("repeats"), with.maybe_integer("dim"));
      },
      [](auto& x, auto& with) {
        return reference::repeat_interleave(x, with.integer("repeats"), with.maybe_integer("dim"));
      },
      {{{any({2, 3})}, {{"repeats", 2}}},
       {{any({2, 3})}, {{"repeats", 3}, {"dim", 0}}},
       {{any({2, 3})}, {{"repeats", 2}, {"dim", -1}}},
       {{any({2, 1, 2, 1, 2, 1, 2, 1})}, {{"repeats", 2}, {"dim", 2}}},
       {{any({})}, {{"repeats", 2}}},
       {{any({2})}, {{"repeats", 0}, {"dim", 0}}},
       {{any({3, 6000})}, {{"repeats", 4}, {"dim", 1}}}},
      {{{of_type(f32, {2})},
        {{"repeats", -1}},
        "repeat_interleave: repeats must not be negative, got -1"},
       {{of_type(f32, {2})},
        {{"repeats", int64_t{1} << 62}},
        "repeat_interleave: too many elements to count: [2] with dim 0 4611686018427387904 times "
        "as long"},
       {{of_type(f32, {2})},
        {{"repeats", 1}, {"dim", 1}},
        "repeat_interleave: dim 1 is out of range for a 1-d tensor; it goes from -1 to 0"}});
}

OpCase triangle_row(const std::string& name, Tensor (*call)(const Tensor&, int64_t),
                    NdArray (*naive)(const NdArray&, int64_t)) {
  std::vector<Sample> samples = {{{any({2, 3, 4})}}, {{any({0, 3})}}, {{any({200, 300})}}};
  for (const int64_t diagonal : {-9, -2, -1, 1, 2, 9}) {
    samples.push_back({{any({4, 3})}, {{"diagonal", diagonal}}});
  }
  return of_any_dtype(
      name, {integer("diagonal", 0)},
      [call](auto& x, auto& with) { return call(x, with.integer("diagonal")); },
      [naive](auto& x, auto& with) { return naive(x, with.integer("diagonal")); }, samples,
      {{{of_type(f32, {3})}, {}, name + ": needs at least 2 dimensions, got [3]"}});
}

OpCase diagonal_row() {
  return of_any_dtype(
      "diagonal", {integer("offset", 0), integer("dim1", 0), integer("dim2", 1)},
      [](auto& x, auto& with) {
        return diagonal(x, with.integer("offset"), with.integer("dim1"), with.integer("dim2"));
      },
      [](auto& x, auto& with) {
        return reference::diagonal(x, with.integer("offset"), with.integer("dim1"),
                                   with.integer("dim2"));
      },
      {{{any({3, 4})}},
       {{any({3, 4})}, {{"offset", 2}}},
       {{any({3, 4})}, {{"offset", -1}}},
       {{any({3, 4})}, {{"offset", 9}}},
       {{any({2, 3, 4})}, {{"dim1", -1}, {"dim2", 0}}},
       {{any({2, 3, 3})}, {{"offset", 1}, {"dim1", 1}, {"dim2", 2}}},
       {{any({200, 300})}}},
      {{{of_type(f32, {3})},
        {},
        "diagonal: dim 1 is out of range for a 1-d tensor; it goes from -1 to 0"},
       {{of_type(f32, {3, 3})},
        {{"dim2", -2}},
        "diagonal: needs two different dimensions, got 0 and -2 of [3, 3]"}});
}

OpCase diagonal_backward_row() {
  OpCase row = of_any_dtype(
      "diagonal_backward",
      {integers("shape"), integer("offset", 0), integer("dim1", 0), integer("dim2", 1)},
      [](auto& g, auto& with) {
        return diagonal_backward(g, with.shape("shape"), with.integer("offset"),
                                 with.integer("dim1"), with.integer("dim2"));
      },
      [](auto& g, auto& with) {
        return reference::diagonal_backward(g, with.integers("shape"), with.integer("offset"),
                                            with.integer("dim1"), with.integer("dim2"));
      },
      {{{any({3})}, {{"shape", {3, 4}}}},
       {{any({2, 2})}, {{"shape", {2, 3, 3}}, {"offset", -1}, {"dim1", 1}, {"dim2", 2}}},
       {{any({3, 2})}, {{"shape", {2, 3, 4}}, {"dim1", -1}, {"dim2", 0}}},
       {{any({0})}, {{"shape", {3, 4}}, {"offset", 9}}},
       {{any({700, 3})}, {{"shape", {3, 3, 700}}}}},
      {{{of_type(f32, {2})},
        {{"shape", {3, 4}}},
        "diagonal_backward: the diagonal of [3, 4] has shape [3], g has [2]"}});
  row.inputs = {"g"};
  return row;
}

}  // namespace

OpTable rearrange_ops() {
  OpTable table = {flatten_row(),
                   unflatten_row(),
                   movedim_row(),
                   chunk_row(),
                   roll_row(),
                   repeat_row("repeat", "repeats", repeat),
                   repeat_row("tile", "dims", tile),
                   repeat_interleave_row(),
                   triangle_row("tril", tril, reference::tril),
                   triangle_row("triu", triu, reference::triu),
                   diagonal_row(),
                   diagonal_backward_row()};
  for (OpCase& row : table) {
    if (row.name == "repeat") {
      row.errors.push_back({{of_type(f32, {2, 3})},
                            {{"repeats", Json::array({2})}},
                            "repeat: a number for each dimension of [2, 3], got [2]"});
    }
  }
  return table;
}

}  // namespace heed::testing
