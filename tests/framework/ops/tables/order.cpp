// Rows of framework/ops/order.h.
#include "heed/framework/ops/order.h"

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/indexing.h"
#include "heed/tests/framework/ops/reference/order.h"

namespace heed::testing {
namespace {

OpCase cumsum_row() {
  return {
      .name = "cumsum",
      .inputs = {"x"},
      .attributes = {integer("dim")},
      .call = [](auto& in, auto& with) { return cumsum(in[0], with.integer("dim")); },
      .reference = [](auto& in,
                      auto& with) { return reference::cumsum(in[0], with.integer("dim")); },
      .samples = {{{any({2, 3, 2})}, {{"dim", 1}}},
                  {{any({2, 3})}, {{"dim", 0}}},
                  {{any({4})}, {{"dim", -1}}},
                  {{any({})}, {{"dim", 0}}},
                  {{any({2, 0})}, {{"dim", 1}}},
                  {{any({30, 2011})}, {{"dim", 1}}},
                  {{any({2011, 30})}, {{"dim", 0}}}},
      .errors = {dim_out_of_range("cumsum")},
      .dtypes = {f32, f64, i64},
  };
}

std::vector<Sample> line_samples() {
  return {{{any({2, 3, 2})}, {{"dim", 1}}}, {{any({2, 3})}, {{"dim", 0}}},
          {{any({9})}, {{"dim", -1}}},      {{any({1})}, {{"dim", 0}}},
          {{any({})}, {{"dim", 0}}},        {{any({2, 0})}, {{"dim", 1}}},
          {{any({0, 3})}, {{"dim", 1}}},    {{any({900, 5})}, {{"dim", 1}}},
          {{any({4, 2011})}, {{"dim", 0}}}};
}

OpCase cumprod_row() {
  OpCase row = cumsum_row();
  row.name = "cumprod";
  row.call = [](auto& in, auto& with) { return cumprod(in[0], with.integer("dim")); };
  row.reference = [](auto& in, auto& with) {
    return reference::cumprod(in[0], with.integer("dim"));
  };
  row.samples = line_samples();
  row.samples.push_back({{listed({0, 2, 3, 4, 0, 0, 5, 0, 2, 1, 1, 0}, {4, 3})}, {{"dim", 1}}});
  row.samples.push_back({{listed({3, 2, 0, 4, -2, 0, 5}, {7})}, {{"dim", 0}}});
  row.errors = {dim_out_of_range("cumprod")};
  return row;
}

OpCase logcumsumexp_row() {
  OpCase row = cumsum_row();
  row.name = "logcumsumexp";
  row.call = [](auto& in, auto& with) { return logcumsumexp(in[0], with.integer("dim")); };
  row.reference = [](auto& in, auto& with) {
    return reference::logcumsumexp(in[0], with.integer("dim"));
  };
  row.samples = line_samples();
  row.samples.push_back({{any({3, 2011})}, {{"dim", 1}}});
  row.errors = {dim_out_of_range("logcumsumexp")};
  row.dtypes = {f32, f64};
  return row;
}

/// The elements of `x` in the order of `order`, and the order.
std::vector<reference::NdArray> in_order(const reference::NdArray& x, int64_t dim,
                                         const reference::NdArray& order) {
  return {reference::gather(x, dim, order), order};
}

OpCase sort_row() {
  return {
      .name = "sort",
      .inputs = {"x"},
      .attributes = {integer("dim", -1), flag("descending", false)},
      .call =
          [](auto& in, auto& with) {
            const auto [values, order] = sort(in[0], with.integer("dim"), with.flag("descending"));
            return Tensors{values, order};
          },
      .reference =
          [](auto& in, auto& with) {
            const int64_t dim = with.integer("dim");
            return in_order(in[0], dim, reference::argsort(in[0], dim, with.flag("descending")));
          },
      .samples = {{{distinct({2, 5})}},
                  {{distinct({4, 3})}, {{"dim", 0}, {"descending", true}}},
                  {{distinct({2, 3, 2})}, {{"dim", 1}}},
                  {{listed({2, 1, 2, 1, 2, 1}, {6})}, {}, false},
                  {{listed({2, 1, 2, 1, 2, 1}, {6})}, {{"descending", true}}, false},
                  {{distinct({})}},
                  {{distinct({0, 3})}},
                  {{distinct({3, 0})}},
                  {{distinct({90, 400})}}},
      .errors = {{{of_type(f32, {2, 3})},
                  {{"dim", -3}},
                  "sort: dim -3 is out of range for a 2-d tensor; it goes from -2 to 1"}},
      .dtypes = {f32, f64, i64},
      .outputs = {OutputType::as_input, OutputType::i64},
  };
}

OpCase topk_row() {
  return {
      .name = "topk",
      .inputs = {"x"},
      .attributes = {integer("k"), integer("dim", -1), flag("largest", true),
                     flag("sorted", true)},  // they always are
      .call =
          [](auto& in, auto& with) {
            const auto [values, order] =
                topk(in[0], with.integer("k"), with.integer("dim"), with.flag("largest"));
            return Tensors{values, order};
          },
      .reference =
          [](auto& in, auto& with) {
            const int64_t dim = with.integer("dim");
            const auto order = reference::argsort(in[0], dim, with.flag("largest"));
            return in_order(in[0], dim, reference::head(order, dim, with.integer("k")));
          },
      .samples = {{{distinct({2, 5})}, {{"k", 2}}},
                  {{distinct({5, 2})}, {{"k", 3}, {"dim", 0}, {"largest", false}}},
                  {{distinct({4})}, {{"k", 4}, {"sorted", false}}},
                  {{distinct({4})}, {{"k", 0}}},
                  {{distinct({})}, {{"k", 1}}},
                  {{distinct({90, 400})}, {{"k", 7}}}},
      .errors = {{{of_type(f32, {2, 3})},
                  {{"k", 4}},
                  "topk: k = 4 is out of range for dim -1 of [2, 3]"},
                 {{of_type(f32, {2, 3})},
                  {{"k", -1}, {"dim", 0}},
                  "topk: k = -1 is out of range for dim 0 of [2, 3]"}},
      .dtypes = {f32, f64, i64},
      .outputs = {OutputType::as_input, OutputType::i64},
  };
}

/// The line, or the whole, sorted: its middle.
std::vector<reference::NdArray> naive_median(reference::NdArray x, std::optional<int64_t> dim,
                                             bool keepdim) {
  if (!dim) x.shape = {x.numel()};
  const int64_t along = dim.value_or(0);
  reference::NdArray at = reference::each_line(
      reference::argsort(x, along, false), along,
      [](const std::vector<double>& order) { return std::vector{order[(order.size() - 1) / 2]}; });
  reference::NdArray values = reference::gather(x, along, at);
  if (!x.shape.empty() && !keepdim) {
    const auto axis = static_cast<std::ptrdiff_t>(reference::wrap_dim(along, x.rank()));
    values.shape.erase(values.shape.begin() + axis);
    at.shape = values.shape;
  }
  return dim ? std::vector{values, at} : std::vector{values};
}

OpCase median_row() {
  return {
      .name = "median",
      .inputs = {"x"},
      .attributes = {integer("dim", left_out), flag("keepdim", false)},
      .call =
          [](auto& in, auto& with) {
            if (!with.has("dim")) return Tensors{median(in[0])};
            const auto [values, places] = median(in[0], with.integer("dim"), with.flag("keepdim"));
            return Tensors{values, places};
          },
      .reference =
          [](auto& in, auto& with) {
            return naive_median(in[0], with.maybe_integer("dim"), with.flag("keepdim"));
          },
      .samples = {{{distinct({2, 3, 4})}},
                  {{distinct({7})}},
                  {{distinct({2, 3, 4})}, {{"dim", 1}}},
                  {{distinct({2, 3, 4})}, {{"dim", -1}, {"keepdim", true}}},
                  {{listed({2, 1, 2, 1, 2, 1}, {6})}, {{"dim", 0}}, false},
                  {{listed({2, 1, 2, 3, 2}, {5})}, Json::object(), false},
                  {{distinct({})}},
                  {{distinct({})}, {{"dim", 0}}},
                  {{distinct({0, 3})}, {{"dim", 1}}},
                  {{distinct({30, 2011})}, {{"dim", 1}}},
                  {{distinct({90, 40})}}},
      .errors = {dim_out_of_range("median"),
                 {{of_type(f32, {2, 0})},
                  {{"dim", 1}},
                  "median: nothing to choose from along dim 1 of [2, 0]"},
                 {{of_type(i64, {2, 0})}, {}, "median: nothing to choose from in [2, 0]"}},
      .dtypes = {f32, f64, i64},
      .outputs = {OutputType::as_input, OutputType::i64},
  };
}

}  // namespace

OpTable order_ops() {
  return {cumsum_row(), cumprod_row(), logcumsumexp_row(), sort_row(), topk_row(), median_row()};
}

}  // namespace heed::testing
