// Rows of reductions.
#include "heed/framework/ops/reduce.h"
#include "heed/tests/support/op_rows.h"
#include "heed/tests/support/reference_reduce.h"

namespace heed::testing {
namespace {

/// All dims, some, one, kept or not, 0-d, large.
std::vector<Sample> reduce_samples(Domain domain) {
  return {
      {{domain({2, 3, 4})}},
      {{domain({2, 3, 4})}, {{"dim", Json::array({1})}}},
      {{domain({2, 3, 4})}, {{"dim", Json::array({0})}}},
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
      {{of_type(f32, {2, 3})}, {{"dim", 1}}, "attribute \"dim\" must be of type int[]"},
      {{of_type(f32, {2, 3})}, {{"dims", {1}}}, "unknown attribute \"dims\""},
  };
}

template <class Call, class Reference>
OpCase reduction(const std::string& name, Call call, Reference naive, Domain domain) {
  return {
      .name = name,
      .inputs = {"x"},
      .attributes = {integers("dim", left_out), flag("keepdim", false)},
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

OpCase amax_row() {
  OpCase row = reduction("amax", amax, reference::amax, distinct);
  row.dtypes.push_back(i64);
  row.errors.push_back({{of_type(f32, {2, 0})},
                        {{"dim", Json::array({1})}},
                        "amax: nothing to choose from along dim 1 of [2, 0]"});
  return row;
}

OpCase var_row() {
  OpCase row = {
      .name = "var",
      .inputs = {"x"},
      .attributes = {integers("dim", left_out), number("correction", 1), flag("keepdim", false)},
      .call =
          [](auto& in, auto& with) {
            return var(in[0], with.dims("dim"), with.number("correction"), with.flag("keepdim"));
          },
      .reference =
          [](auto& in, auto& with) {
            return reference::var(in[0], with.integers("dim"), with.number("correction"),
                                  with.flag("keepdim"));
          },
      .samples = {},
      .errors = reduce_errors("var"),
  };
  for (Sample sample : reduce_samples(any)) {
    for (const double correction : {0.0, 1.0}) {
      sample.attributes["correction"] = correction;
      // One element and a correction of 1 divide by zero: NaN, which gradcheck cannot see.
      if (correction == 0 ||
          (sample.inputs[0].shape != Sizes{} && sample.inputs[0].shape != Sizes{3, 1})) {
        row.samples.push_back(sample);
      }
    }
  }
  return row;
}

OpCase max_row() {
  OpCase row = {
      .name = "max",
      .inputs = {"x"},
      .attributes = {integer("dim", left_out), flag("keepdim", false)},
      .call =
          [](auto& in, auto& with) {
            if (!with.has("dim")) return Tensors{max(in[0])};
            const auto [values, positions] = max(in[0], with.integer("dim"), with.flag("keepdim"));
            return Tensors{values, positions};
          },
      .reference =
          [](auto& in, auto& with) {
            if (!with.has("dim")) return std::vector{reference::amax(in[0])};
            auto [values, positions] =
                reference::max(in[0], with.integer("dim"), with.flag("keepdim"));
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
                  "max: dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"},
                 {{of_type(f32, {2, 0})},
                  {{"dim", 1}},
                  "max: nothing to choose from along dim 1 of [2, 0]"}},
      .dtypes = {f32, f64, i64},
      .outputs = {OutputType::as_input, OutputType::i64},
  };
  return row;
}

OpCase argmax_row() {
  OpCase row = max_row();
  row.name = "argmax";
  row.call = [](auto& in, auto& with) {
    if (with.has("dim")) {
      return argmax(in[0], with.integer("dim"), with.flag("keepdim"));
    }
    if (with.flag("keepdim")) throw RequestError("argmax: keepdim needs a dim");
    return argmax(in[0]);
  };
  row.reference = [](auto& in, auto& with) {
    return reference::argmax(in[0], with.maybe_integer("dim"), with.flag("keepdim"));
  };
  for (ErrorCase& error : row.errors) error.message.insert(0, "arg");
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
      amax_row(),
      var_row(),
      max_row(),
      argmax_row(),
  };
}

}  // namespace heed::testing
