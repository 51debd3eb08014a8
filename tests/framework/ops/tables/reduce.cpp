// Rows of framework/ops/reduce.h.
#include "heed/framework/ops/reduce.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/reduce.h"

namespace heed::testing {
namespace {

/// All dims, some, one, kept or not, 0-d, large.
std::vector<Sample> reduce_samples(Domain domain) {
  return {
      {{domain({2, 3, 4})}},
      {{domain({2, 3, 4})}, {{"dim", Json::array({1})}}},
      {{domain({2, 3, 4})}, {{"dim", Json::array({0})}}},
      {{domain({2, 3, 4})}, {{"dim", -2}}},
      {{domain({2, 3, 4})}, {{"dim", Json::array({-1})}, {"keepdim", true}}},
      {{domain({2, 3, 4})}, {{"dim", {0, -1}}}},
      {{domain({2, 3, 4})}, {{"dim", {2, 0}}, {"keepdim", true}}},
      {{domain({2, 3, 4})}, {{"dim", Json::array()}, {"keepdim", true}}},
      {{domain({3, 1})}, {{"dim", Json::array({1})}}},
      {{domain({})}},
      {{domain({})}, {{"dim", Json::array({-1})}, {"keepdim", true}}},
      {{domain({0, 3})}, {{"dim", Json::array({1})}}},
      {{domain({30, 2011})}},
      {{domain({30, 2011})}, {{"dim", Json::array({0})}}},
      {{domain({2011, 30})}, {{"dim", Json::array({1})}}},
      {{domain({20, 30, 101})}, {{"dim", {0, 2}}}},
  };
}

/// Reductions over no elements at all. Their mean is NaN, their logsumexp −∞: not smooth.
std::vector<Sample> empty_samples(Domain domain, bool smooth) {
  return {{{domain({2, 0, 3})}, {{"dim", Json::array({1})}}, smooth},
          {{domain({0})}, Json::object(), smooth}};
}

std::vector<ErrorCase> reduce_errors(const std::string& name) {
  return {
      {{of_type(f32, {2, 3})},
       {{"dim", Json::array({2})}},
       name + ": dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"},
      {{of_type(f32, {2, 3})}, {{"dim", {1, -1}}}, name + ": dim -1 appears twice in [1, -1]"},
      {{of_type(f32, {2, 3})}, {{"dim", 1.5}}, "attribute \"dim\" must be of type int or int[]"},
      {{of_type(f32, {2, 3})}, {{"dims", {1}}}, "unknown attribute \"dims\""},
  };
}

using Reducing = Tensor (*)(const Tensor&, const IntList&, bool);
using NaiveReducing = reference::NdArray (*)(const reference::NdArray&, const reference::Dims&,
                                             bool);

OpCase reduction(const std::string& name, Reducing call, NaiveReducing naive, Domain domain) {
  return {
      .name = name,
      .inputs = {"x"},
      .attributes = {integer_or_integers("dim", left_out), flag("keepdim", false)},
      .call = [call](auto& in,
                     auto& with) { return call(in[0], with.dims("dim"), with.flag("keepdim")); },
      .reference =
          [naive](auto& in, auto& with) {
            return naive(in[0], with.integers("dim"), with.flag("keepdim"));
          },
      .samples = reduce_samples(domain),
      .errors = reduce_errors(name)};
}

OpCase with_samples(OpCase row, const std::vector<Sample>& samples) {
  row.samples.insert(row.samples.end(), samples.begin(), samples.end());
  return row;
}

OpCase sum_row() {
  OpCase row = with_samples(reduction("sum", sum, reference::sum, any), empty_samples(any, true));
  row.dtypes.push_back(i64);
  return row;
}

/// amax and amin.
OpCase extreme_row(const std::string& name, Reducing call, NaiveReducing naive) {
  OpCase row = reduction(name, call, naive, distinct);
  row.dtypes.push_back(i64);
  row.errors.push_back({{of_type(f32, {2, 0})},
                        {{"dim", Json::array({1})}},
                        name + ": nothing to choose from along dim 1 of [2, 0]"});
  return row;
}

/// any and all, which take numbers and give bool.
OpCase truth_row(const std::string& name, Reducing call, NaiveReducing naive) {
  OpCase row = with_samples(reduction(name, call, naive, any), empty_samples(any, true));
  row.samples.push_back({{bools({3, 4})}, {{"dim", Json::array({1})}}});
  row.samples.push_back(
      {{listed({0, 0, 1, 0, 2, -1, 0, 0, 0}, {3, 3})}, {{"dim", Json::array({1})}}});
  row.dtypes = {f32, f64, i64, boolean};
  row.outputs = {OutputType::boolean};
  row.differentiable = false;
  return row;
}

OpCase count_nonzero_row() {
  OpCase row = truth_row("count_nonzero", nullptr, nullptr);
  row.attributes.pop_back();
  std::erase_if(row.samples, [](const Sample& s) { return s.attributes.contains("keepdim"); });
  row.call = [](auto& in, auto& with) { return count_nonzero(in[0], with.dims("dim")); };
  row.reference = [](auto& in, auto& with) {
    const auto is_there = [](double v) { return v != 0 ? 1.0 : 0.0; };
    return reference::sum(reference::each(in[0], is_there), with.integers("dim"));
  };
  row.outputs = {OutputType::i64};
  return row;
}

/// var and std. Of equal elements std has no derivative.
template <class Call, class Reference>
OpCase var_row(const std::string& name, Call call, Reference naive, Domain domain) {
  OpCase row = {
      .name = name,
      .inputs = {"x"},
      .attributes = {integer_or_integers("dim", left_out), number("correction", 1),
                     flag("keepdim", false)},
      .call =
          [call](auto& in, auto& with) {
            return call(in[0], with.dims("dim"), with.number("correction"), with.flag("keepdim"));
          },
      .reference =
          [naive](auto& in, auto& with) {
            return naive(in[0], with.integers("dim"), with.number("correction"),
                         with.flag("keepdim"));
          },
      .samples = {},
      .errors = reduce_errors(name),
  };
  for (Sample sample : reduce_samples(domain)) {
    for (const double correction : {0.0, 1.0}) {
      sample.attributes["correction"] = correction;
      // One element and a correction of 1 divide by zero: NaN, which gradcheck cannot see.
      if (correction == 0 ||
          (sample.inputs[0].shape != Sizes{} && sample.inputs[0].shape != Sizes{3, 1})) {
        const bool one_element = reference::count_elements(sample.inputs[0].shape) == 1 ||
                                 sample.inputs[0].shape == Sizes{3, 1};
        sample.smooth = name == "var" || !one_element;
        row.samples.push_back(sample);
      }
    }
  }
  return row;
}

OpCase norm_row() {
  OpCase row = {
      .name = "norm",
      .inputs = {"x"},
      .attributes = {number("p", 2), integer_or_integers("dim", left_out), flag("keepdim", false)},
      .call =
          [](auto& in, auto& with) {
            return norm(in[0], with.number("p"), with.dims("dim"), with.flag("keepdim"));
          },
      .reference =
          [](auto& in, auto& with) {
            return reference::norm(in[0], with.number("p"), with.integers("dim"),
                                   with.flag("keepdim"));
          },
      .samples = {},
      .errors = reduce_errors("norm"),
  };
  for (const Json& p : {Json(2), Json(1), Json(3), Json(0.5), Json(0), Json("Infinity")}) {
    for (Sample sample : reduce_samples(nonzero)) {
      // The largest magnitude of no elements is nothing, and of random ones often a tie.
      if (p == "Infinity" && sample.inputs[0].shape == Sizes{0, 3}) continue;
      if (p == "Infinity") sample.smooth = false;
      sample.attributes["p"] = p;
      row.samples.push_back(sample);
    }
  }
  row.samples.push_back({{distinct({5})}, {{"p", "Infinity"}}, false});
  row.samples.push_back({{listed({1, -3, 2}, {3})}, {{"p", "Infinity"}}});
  row.errors.push_back({{of_type(f32, {2})}, {{"p", -1}}, "norm: p must be 0 or more, got -1"});
  row.errors.push_back({{of_type(f32, {2})}, {{"p", "NaN"}}, "norm: p must be 0 or more, got nan"});
  return row;
}

OpCase prod_row() {
  return {
      .name = "prod",
      .inputs = {"x"},
      .attributes = {integer("dim", left_out), flag("keepdim", false)},
      .call =
          [](auto& in, auto& with) {
            if (!with.has("dim")) return prod(in[0]);
            return prod(in[0], with.integer("dim"), with.flag("keepdim"));
          },
      .reference =
          [](auto& in, auto& with) {
            return reference::prod(in[0], with.maybe_integer("dim"), with.flag("keepdim"));
          },
      .samples = {{{any({2, 3})}},
                  {{any({2, 5, 2})}, {{"dim", 1}}},
                  {{any({2, 3})}, {{"dim", -1}, {"keepdim", true}}},
                  {{listed({0, 2, 3, 4, 0, 0}, {2, 3})}, {{"dim", 1}}},
                  {{listed({0, 2, 0.5}, {3})}},
                  {{any({3, 1})}, {{"dim", 1}}},
                  {{any({})}},
                  {{any({})}, {{"dim", 0}}},
                  {{any({0, 3})}},
                  {{any({0, 3})}, {{"dim", 0}}},
                  {{any({2, 0})}, {{"dim", 0}}},
                  {{positive({9000, 7})}, {{"dim", 1}}}},
      .errors = {dim_out_of_range("prod")},
      .dtypes = {f32, f64, i64},
  };
}

/// max and min: `whole` of all elements, `along` a dim.
struct Extremes {
  std::string name;
  Tensor (*whole)(const Tensor&);
  ValuesAndIndices (*along)(const Tensor&, int64_t, bool);
  reference::NdArray (*naive_whole)(const reference::NdArray&, const reference::Dims&, bool);
  reference::ValuesAndIndices (*naive_along)(const reference::NdArray&, int64_t, bool);
};

OpCase max_row(const Extremes& of) {
  OpCase row = {
      .name = of.name,
      .inputs = {"x"},
      .attributes = {integer("dim", left_out), flag("keepdim", false)},
      .call =
          [of](auto& in, auto& with) {
            if (!with.has("dim")) return Tensors{of.whole(in[0])};
            const auto [values, positions] =
                of.along(in[0], with.integer("dim"), with.flag("keepdim"));
            return Tensors{values, positions};
          },
      .reference =
          [of](auto& in, auto& with) {
            if (!with.has("dim")) return std::vector{of.naive_whole(in[0], {}, false)};
            auto [values, positions] =
                of.naive_along(in[0], with.integer("dim"), with.flag("keepdim"));
            return std::vector{values, positions};
          },
      .samples = {{{distinct({2, 3, 4})}},
                  {{distinct({2, 3, 4})}, {{"dim", 1}}},
                  {{distinct({2, 3, 4})}, {{"dim", -1}, {"keepdim", true}}},
                  {{distinct({})}, {{"dim", 0}}},
                  {{distinct({})}},
                  {{distinct({0, 3})}, {{"dim", 1}}},
                  {{distinct({30, 2011})}, {{"dim", 1}}},
                  {{distinct({30, 2011})}, {{"dim", 0}}}},
      .errors = {{{of_type(f32, {2, 3})},
                  {{"dim", 2}},
                  of.name + ": dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"},
                 {{of_type(f32, {2, 0})},
                  {{"dim", 1}},
                  of.name + ": nothing to choose from along dim 1 of [2, 0]"}},
      .dtypes = {f32, f64, i64},
      .outputs = {OutputType::as_input, OutputType::i64},
  };
  return row;
}

const Extremes maxima{"max", max, max, reference::amax, reference::max};
const Extremes minima{"min", min, min, reference::amin, reference::min};

using Place = Tensor (*)(const Tensor&);
using PlaceAlong = Tensor (*)(const Tensor&, int64_t, bool);
using NaivePlace = reference::NdArray (*)(const reference::NdArray&, std::optional<int64_t>, bool);

OpCase argmax_row(const std::string& name, Place whole, PlaceAlong along, NaivePlace naive) {
  OpCase row = max_row(maxima);
  row.name = name;
  row.call = [whole, along, name](auto& in, auto& with) {
    if (with.has("dim")) {
      return along(in[0], with.integer("dim"), with.flag("keepdim"));
    }
    if (with.flag("keepdim")) throw RequestError(name + ": keepdim needs a dim");
    return whole(in[0]);
  };
  row.reference = [naive](auto& in, auto& with) {
    return naive(in[0], with.maybe_integer("dim"), with.flag("keepdim"));
  };
  for (ErrorCase& error : row.errors) error.message.replace(0, 3, name);
  row.outputs = {OutputType::i64};
  row.differentiable = false;
  return row;
}

}  // namespace

OpTable reduce_ops() {
  return {
      sum_row(),
      with_samples(reduction("mean", mean, reference::mean, any), empty_samples(any, false)),
      with_samples(reduction("logsumexp", logsumexp, reference::logsumexp, any),
                   empty_samples(any, false)),
      extreme_row("amax", amax, reference::amax),
      extreme_row("amin", amin, reference::amin),
      var_row("var", var, reference::var, any),
      var_row("std", heed::std, reference::std, distinct),
      norm_row(),
      prod_row(),
      max_row(maxima),
      max_row(minima),
      argmax_row("argmax", argmax, argmax, reference::argmax),
      argmax_row("argmin", argmin, argmin, reference::argmin),
      truth_row("any", heed::any, reference::any),
      truth_row("all", all, reference::all),
      count_nonzero_row(),
  };
}

}  // namespace heed::testing
