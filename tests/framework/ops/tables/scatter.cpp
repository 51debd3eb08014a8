// Rows of framework/ops/scatter.h.
#include "heed/framework/ops/scatter.h"

#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/scatter.h"

namespace heed::testing {
namespace {

using reference::NdArray;

ScatterReduction reduction_named(const std::string& name) {
  if (name == "sum") return ScatterReduction::sum;
  if (name == "prod") return ScatterReduction::prod;
  if (name == "mean") return ScatterReduction::mean;
  if (name == "amax") return ScatterReduction::amax;
  if (name == "amin") return ScatterReduction::amin;
  throw RequestError(R"(reduce must be "sum", "prod", "mean", "amax" or "amin")");
}

/// PyTorch's scatter, which takes a tensor or a number and may add or multiply.
Tensor any_scatter(const Tensors& in, const Attributes& with) {
  if (in[2].defined() == with.has("value")) {
    throw RequestError("scatter: takes a tensor src or a number value");
  }
  const int64_t dim = with.integer("dim");
  if (!with.has("reduce")) {
    return in[2].defined() ? scatter(in[0], dim, in[1], in[2])
                           : scatter(in[0], dim, in[1], with.number("value"));
  }
  const std::string reduce = with.text("reduce");
  if (reduce != "add" && reduce != "multiply") {
    throw RequestError(R"(reduce must be "add" or "multiply")");
  }
  const Tensor source =
      in[2].defined() ? in[2] : full(in[1].shape(), with.number("value"), in[0].dtype());
  return scatter_reduce(in[0], dim, in[1], source,
                        reduce == "add" ? ScatterReduction::sum : ScatterReduction::prod);
}

/// Repeated indices, several ranks, 0-d, no indices, a larger source.
std::vector<Sample> scatter_samples(Domain source) {
  return {
      {{any({3, 2}), integers_of({2, 0, 2, 1, 0, 0, 2, 2}, {4, 2}), source({4, 2})}, {{"dim", 0}}},
      {{any({2, 3, 2}), indices(3, {2, 2, 1}), source({2, 2, 1})}, {{"dim", 1}}},
      {{any({3, 4}), integers_of({1, 1, 3, 0}, {2, 2}), source({3, 3})}, {{"dim", -1}}},
      {{any({}), indices(1, {}), source({})}, {{"dim", 0}}},
      {{any({3, 2}), indices(3, {0, 2}), source({0, 2})}, {{"dim", 0}}},
      {{any({3, 2}), indices(3, {0, 2}), source({5, 1})}, {{"dim", 0}}},
      {{any({9, 7}), indices(9, {400, 7}), source({400, 7})}, {{"dim", 0}}},
  };
}

std::vector<ErrorCase> scatter_errors(const std::string& name, const Json& with) {
  std::vector<ErrorCase> errors = {
      {{of_type(f32, {2}), indices(2, {2}), of_type(f64, {2})},
       {{"dim", 0}},
       name + ": dtypes differ: f32 [2] and f64 [2]; write .to(DType::f32) on the second or "
              ".to(DType::f64) on the first"},
      {{of_type(f32, {2}), integers_of({2}, {1}), of_type(f32, {1})},
       {{"dim", 0}},
       name + ": index 2 is out of range for a dimension of size 2"},
      {{of_type(f32, {2}), integers_of({-1}, {1}), of_type(f32, {1})},
       {{"dim", 0}},
       name + ": index -1 is out of range for a dimension of size 2"},
      {{of_type(f32, {2}), of_type(f32, {1}), of_type(f32, {1})},
       {{"dim", 0}},
       name + ": index must be i64, got f32 [1]; write .to(DType::i64)"},
      {{of_type(f32, {2, 3}), indices(2, {2}), of_type(f32, {2})},
       {{"dim", 0}},
       name + ": index [2] must have the rank of [2, 3] and no larger sizes except along dim 0"},
      {{of_type(f32, {3, 2}), indices(3, {4, 2}), of_type(f32, {3, 2})},
       {{"dim", 0}},
       name + ": source [3, 2] must have the rank of index [4, 2] and no smaller sizes"},
      {{of_type(f32, {2, 3}), indices(2, {2, 3}), of_type(f32, {2, 3})},
       {{"dim", 2}},
       name + ": dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"},
  };
  for (ErrorCase& error : errors) error.attributes.update(with);
  return errors;
}

OpCase scatter_row() {
  OpCase row = {
      .name = "scatter",
      .inputs = {"x", "index", "src?"},
      .attributes = {integer("dim"), number("value", left_out), text("reduce", left_out)},
      .call = [](auto& in, auto& with) { return any_scatter(in, with); },
      .reference =
          [](auto& in, auto& with) {
            const auto source = in.maybe(2);
            return reference::scatter(
                in[0], with.integer("dim"), in[1],
                source ? *source : reference::filled(in[1].shape, with.number("value")));
          },
      .samples = scatter_samples(any),
      .errors = scatter_errors("scatter", Json::object()),
      .dtypes = all_dtypes,
  };
  for (Sample sample : scatter_samples(any)) {
    sample.inputs[2] = absent();
    sample.attributes["value"] = 1;
    row.samples.push_back(sample);
  }
  const Input x = of_type(i64, {2}), index = indices(2, {1});
  row.errors.push_back({{x, index}, {{"dim", 0}}, "scatter: takes a tensor src or a number value"});
  row.errors.push_back({{x, index},
                        {{"dim", 0}, {"value", 1}, {"reduce", "mean"}},
                        R"(reduce must be "add" or "multiply")"});
  return row;
}

std::vector<Sample> joining_samples() {
  std::vector<Sample> samples;
  for (const char* reduce : {"sum", "prod", "amax", "amin"}) {
    for (const bool include_self : {true, false}) {
      for (Sample sample : scatter_samples(shifted)) {
        sample.attributes["reduce"] = reduce;
        sample.attributes["include_self"] = include_self;
        samples.push_back(sample);
      }
    }
  }
  const Input index = integers_of({0, 0, 1, 0, 3, 3}, {6});
  for (const bool include_self : {true, false}) {
    // Multiples of 12, so that means are whole: integers are exact.
    samples.push_back(
        {{listed({12, -24, 36, 0}, {4}), index, listed({24, 0, 72, 12, -12, 84}, {6})},
         {{"dim", 0}, {"reduce", "mean"}, {"include_self", include_self}}});
    samples.push_back({{listed({2, 0, 3, 4}, {4}), index, listed({0, 2, 3, 0, 0, -3}, {6})},
                       {{"dim", 0}, {"reduce", "prod"}, {"include_self", include_self}}});
  }
  return samples;
}

OpCase scatter_reduce_row() {
  OpCase row = {
      .name = "scatter_reduce",
      .inputs = {"x", "index", "src"},
      .attributes = {integer("dim"), text("reduce"), flag("include_self", true)},
      .call =
          [](auto& in, auto& with) {
            return scatter_reduce(in[0], with.integer("dim"), in[1], in[2],
                                  reduction_named(with.text("reduce")), with.flag("include_self"));
          },
      .reference =
          [](auto& in, auto& with) {
            return reference::scatter_reduce(in[0], with.integer("dim"), in[1], in[2],
                                             with.text("reduce"), with.flag("include_self"));
          },
      .samples = joining_samples(),
      .errors = scatter_errors("scatter_reduce", {{"reduce", "amax"}}),
      .dtypes = {f32, f64, i64},
  };
  row.errors.push_back({{of_type(f32, {2}), indices(2, {1}), of_type(f32, {1})},
                        {{"dim", 0}, {"reduce", "add"}},
                        R"(reduce must be "sum", "prod", "mean", "amax" or "amin")"});
  return row;
}

OpCase index_copy_row() {
  return {
      .name = "index_copy",
      .inputs = {"x", "index", "source"},
      .attributes = {integer("dim")},
      .call = [](auto& in,
                 auto& with) { return index_copy(in[0], with.integer("dim"), in[1], in[2]); },
      .reference =
          [](auto& in, auto& with) {
            return reference::index_copy(in[0], with.integer("dim"), in[1], in[2]);
          },
      .samples = {{{any({3, 2}), integers_of({2, 0, 2}, {3}), any({3, 2})}, {{"dim", 0}}},
                  {{any({2, 3, 2}), indices(3, {2}), any({2, 2, 2})}, {{"dim", 1}}},
                  {{any({}), indices(1, {1}), any({})}, {{"dim", 0}}},
                  {{any({3, 2}), indices(3, {0}), any({0, 2})}, {{"dim", 0}}},
                  {{any({50, 9, 8}), indices(9, {5}), any({50, 5, 8})}, {{"dim", 1}}}},
      .errors = {{{of_type(f32, {3, 2}), indices(3, {4}), of_type(f32, {3, 2})},
                  {{"dim", 0}},
                  "index_copy: source must be [4, 2] for x [3, 2] and 4 indices, got [3, 2]"},
                 {{of_type(f32, {3}), integers_of({3}, {1}), of_type(f32, {1})},
                  {{"dim", 0}},
                  "index_copy: index 3 is out of range for a dimension of size 3"}},
      .dtypes = all_dtypes,
  };
}

OpCase index_fill_row() {
  return {
      .name = "index_fill",
      .inputs = {"x", "index"},
      .attributes = {integer("dim"), number("value")},
      .call =
          [](auto& in, auto& with) {
            return index_fill(in[0], with.integer("dim"), in[1], with.number("value"));
          },
      .reference =
          [](auto& in, auto& with) {
            const int64_t dim = with.integer("dim");
            std::vector<int64_t> shape = in[0].shape;
            if (!shape.empty()) shape[reference::wrap_dim(dim, in[0].rank())] = in[1].numel();
            return reference::index_copy(in[0], dim, in[1],
                                         reference::filled(shape, with.number("value")));
          },
      .samples = {{{any({3, 2}), integers_of({2, 0, 2}, {3})}, {{"dim", 0}, {"value", 1}}},
                  {{any({2, 3, 2}), integers_of({-1}, {1})}, {{"dim", 1}, {"value", 1}}},
                  {{any({}), indices(1, {1})}, {{"dim", 0}, {"value", 1}}},
                  {{any({3, 2}), indices(3, {0})}, {{"dim", 0}, {"value", 1}}},
                  {{any({50, 9, 8}), indices(9, {5})}, {{"dim", -2}, {"value", 0}}}},
      .errors = {{{of_type(f32, {3}), integers_of({-4}, {1})},
                  {{"dim", 0}, {"value", 1}},
                  "index_fill: index -4 is out of range for a dimension of size 3"},
                 {{of_type(f32, {3}), indices(3, {1, 1})},
                  {{"dim", 0}, {"value", 1}},
                  "index_fill: index must be 1-d, got [1, 1]"}},
      .dtypes = all_dtypes,
  };
}

/// Values below ½, which are 0 where the row is run in bool: there a sum is an "or".
Input below_half(Sizes shape) {
  const auto count = static_cast<size_t>(reference::count_elements(shape));
  std::vector<double> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<double>(i % 5) / 16 - 0.25;
  return listed(std::move(values), std::move(shape));
}

NdArray naive_index_put(const Arrays& in, const Attributes& with) {
  std::vector<NdArray> all = in.list();
  const NdArray x = all[0], values = all[1];
  std::vector<NdArray> indices(all.begin() + 2, all.end());
  if (indices[0].shape == x.shape && x.rank() > 1) {  // the samples' one mask
    const NdArray places = reference::nonzero(indices[0]);
    indices.clear();
    for (int64_t d = 0; d < x.rank(); ++d) {
      indices.push_back({{places.shape[0]}, {}});
      for (int64_t i = 0; i < places.shape[0]; ++i)
        indices.back().data.push_back(places.at({i, d}));
    }
  }
  return reference::index_put(x, indices, values, with.flag("accumulate"));
}

std::vector<Sample> put_samples() {
  const Json adds = {{"accumulate", true}};
  return {
      {{any({4}), any({3}), integers_of({2, -4, 2}, {3})}},
      {{any({4}), any({}), integers_of({2, 0}, {2})}},
      {{any({4}), below_half({4}), integers_of({2, 0, 2, -2}, {4})}, adds},
      {{any({3, 2}), any({2, 1}), integers_of({2, -3}, {2})}},
      {{any({3, 2}), below_half({2, 2}), integers_of({1, 1}, {2})}, adds},
      {{any({3, 4, 2}), any({2, 3, 2}), indices(3, {2, 1}), indices(4, {3})}},
      {{any({3, 4, 2}), below_half({2, 3, 1}), indices(3, {2, 1}), indices(4, {3})}, adds},
      {{any({2, 3}), any({2}), bools_of({0, 1, 0, 0, 0, 1}, {2, 3})}},
      {{any({2, 3}), below_half({}), bools_of({0, 1, 0, 0, 1, 1}, {2, 3})}, adds},
      {{any({2, 3}), any({}), bools_of({0, 0, 0, 0, 0, 0}, {2, 3})}},
      {{any({3, 2}), any({0, 2}), indices(3, {0})}},
      {{any({3, 2}), any({}), indices(3, {}), indices(2, {})}},
      {{any({60, 70}), any({500}), indices(60, {500}), indices(70, {500})}},
  };
}

std::vector<ErrorCase> put_errors() {
  const Input x = of_type(f32, {3, 2}), one = of_type(f32, {});
  return {
      {{x, one}, {}, "index_put: needs an index for the first dimension of x"},
      {{x}, {}, "index_put: takes x, values and indices"},
      {{x, of_type(f64, {}), indices(3, {1})},
       {},
       "index_put: dtypes differ: f32 [3, 2] and f64 []; write .to(DType::f32) on the second or "
       ".to(DType::f64) on the first"},
      {{x, one, of_type(f32, {1})},
       {},
       "index_put: index must be i64, got f32 [1]; write .to(DType::i64)"},
      {{x, one, integers_of({3}, {1})},
       {},
       "index_put: index 3 is out of range for a dimension of size 3"},
      {{x, one, indices(3, {1}), integers_of({-3}, {1})},
       {},
       "index_put: index -3 is out of range for a dimension of size 2"},
      {{x, one, indices(3, {1}), indices(2, {1}), indices(2, {1})},
       {},
       "index_put: index [1] stands for 1 dimensions, but 0 of x [3, 2] are left"},
      {{x, one, indices(3, {1}), bools({3, 2})},
       {},
       "index_put: index [3, 2] stands for 2 dimensions, but 1 of x [3, 2] are left"},
      {{x, one, bools({2})}, {}, "index_put: mask [2] does not fit x [3, 2] from dim 0 on"},
      {{x, of_type(f32, {3}), indices(3, {2})},
       {},
       "index_put: shapes do not broadcast: [3] and [2, 2] (3 != 2 at dim -1)"},
      {{x, of_type(f32, {4, 2}), indices(3, {1})},
       {},
       "index_put: values [4, 2] do not broadcast to [1, 2], the shape of what is indexed in x [3, "
       "2]"},
  };
}

OpCase index_put_row() {
  return {
      .name = "index_put",
      .inputs = {"x", "values", "indices*"},
      .attributes = {flag("accumulate", false)},
      .call =
          [](auto& in, auto& with) {
            if (in.size() < 2) throw RequestError("index_put: takes x, values and indices");
            return index_put(in[0], std::span<const Tensor>(in).subspan(2), in[1],
                             with.flag("accumulate"));
          },
      .reference = [](auto& in, auto& with) { return naive_index_put(in, with); },
      .samples = put_samples(),
      .errors = put_errors(),
      .dtypes = all_dtypes,
  };
}

}  // namespace

OpTable scatter_ops() {
  return {scatter_row(), scatter_reduce_row(), index_copy_row(), index_fill_row(), index_put_row()};
}

}  // namespace heed::testing
