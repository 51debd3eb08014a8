// Rows of framework/ops/loss.h, but for those of class_loss.cpp.
#include "heed/framework/ops/loss.h"
#include "heed/framework/ops/elementwise.h"

#include <cmath>

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/loss.h"

namespace heed::testing {
namespace {

using reference::NdArray;

/// "none", "mean" or "sum" as the engine's or the reference's Reduction.
template <class Reductions>
Reductions reductions_of(const Attributes& with) {
  const std::string name = with.text("reduction");
  if (name == "none") return Reductions::none;
  if (name == "mean") return Reductions::mean;
  if (name == "sum") return Reductions::sum;
  throw RequestError("reduction must be \"none\", \"mean\" or \"sum\"");
}

/// False for the mean of no elements, which is NaN.
bool mean_is_finite(const Sample& sample) {
  if (sample.attributes.at("reduction") != "mean") return true;
  for (const Input& input : sample.inputs) {
    if (reference::count_elements(input.shape) == 0) return false;
  }
  return true;
}

OpCase mse_loss_row() {
  OpCase row = {
      .name = "mse_loss",
      .inputs = {"input", "target"},
      .attributes = {text("reduction", "mean")},
      .call = [](auto& in,
                 auto& with) { return mse_loss(in[0], in[1], reductions_of<Reduction>(with)); },
      .reference =
          [](auto& in, auto& with) {
            return reference::mse_loss(in[0], in[1], reductions_of<reference::Reduction>(with));
          },
      .samples = {},
      .errors = {shapes_that_do_not_broadcast("mse_loss"), dtypes_that_differ("mse_loss")},
  };
  for (const char* reduction : {"none", "mean", "sum"}) {
    for (Sample sample : broadcasting(any, any)) {
      sample.attributes = {{"reduction", reduction}};
      sample.smooth = mean_is_finite(sample);
      row.samples.push_back(sample);
    }
  }
  return row;
}

/// Losses of elements under the attribute "reduction".
NdArray reduced(const NdArray& losses, const Attributes& with) {
  return reference::reduced(losses, reductions_of<reference::Reduction>(with),
                            static_cast<double>(losses.numel()));
}

/// The samples under every reduction; the mean of no elements is NaN.
std::vector<Sample> under_reductions(const std::vector<Sample>& samples) {
  std::vector<Sample> all;
  for (const char* reduction : {"none", "mean", "sum"}) {
    for (Sample sample : samples) {
      sample.attributes["reduction"] = reduction;
      for (const Input& input : sample.inputs) {
        const bool empty = reference::count_elements(input.shape) == 0;
        if (empty && sample.attributes["reduction"] == "mean") sample.smooth = false;
      }
      all.push_back(sample);
    }
  }
  return all;
}

/// Differences keep away from every kink: input beyond 2.25 or below 0.1 of target.
std::vector<Sample> apart() {
  std::vector<Sample> samples;
  for (const auto& [a, b] : std::vector<std::pair<Sizes, Sizes>>{
           {{2, 3}, {2, 3}}, {{2, 3}, {3}}, {{}, {2}}, {{0}, {0}}, {{3, 20011}, {20011}}}) {
    samples.push_back(
        {{nonzero(a),
          listed(std::vector<double>(static_cast<size_t>(reference::count_elements(b)), 0.1), b)}});
  }
  return samples;
}

/// A loss of the difference d = input − target, with a number `parameter`.
template <class Call, class Naive>
OpCase of_difference(const std::string& name, const std::string& parameter, Call call,
                     Naive naive) {
  OpCase row = {
      .name = name,
      .inputs = {"input", "target"},
      .attributes = {text("reduction", "mean")},
      .call = [=](auto& in,
                  auto& with) { return call(in[0], in[1], reductions_of<Reduction>(with), with); },
      .reference =
          [=](auto& in, auto& with) {
            return reduced(reference::each_pair(
                               in[0], in[1],
                               [&](double x, double t) { return naive(std::fabs(x - t), with); }),
                           with);
          },
      .samples = under_reductions(apart()),
      .errors = {shapes_that_do_not_broadcast(name),
                 dtypes_that_differ(name),
                 {{of_type(f32, {2}), of_type(f32, {2})},
                  {{"reduction", "most"}},
                  "reduction must be \"none\", \"mean\" or \"sum\""}},
  };
  if (parameter.empty()) return row;
  row.attributes.push_back(number(parameter, 1));
  for (Sample sample : under_reductions(apart())) {
    sample.attributes[parameter] = 0.7071;
    row.samples.push_back(sample);
  }
  return row;
}

OpCase huber_row() {
  OpCase row = of_difference(
      "huber_loss", "delta",
      [](auto& x, auto& t, Reduction reduction, auto& with) {
        return huber_loss(x, t, reduction, with.number("delta"));
      },
      [](double d, auto& with) {
        const double delta = with.number("delta");
        return d <= delta ? d * d / 2 : delta * (d - delta / 2);
      });
  row.errors.push_back({{of_type(f32, {2}), of_type(f32, {2})},
                        {{"delta", 0}},
                        "huber_loss: delta must be positive, got 0"});
  return row;
}

OpCase smooth_l1_row() {
  OpCase row = of_difference(
      "smooth_l1_loss", "beta",
      [](auto& x, auto& t, Reduction reduction, auto& with) {
        return smooth_l1_loss(x, t, reduction, with.number("beta"));
      },
      [](double d, auto& with) {
        const double beta = with.number("beta");
        return d < beta ? d * d / 2 / beta : d - beta / 2;
      });
  row.samples.push_back(
      {{nonzero({2, 3}), listed({0, 0, 0}, {3})}, {{"beta", 0}, {"reduction", "none"}}});
  row.errors.push_back({{of_type(f32, {2}), of_type(f32, {2})},
                        {{"beta", -1}},
                        "smooth_l1_loss: beta must not be negative, got -1"});
  return row;
}

OpCase kl_div_row() {
  OpCase row = {
      .name = "kl_div",
      .inputs = {"input", "target"},
      .attributes = {text("reduction", "mean"), flag("log_target", false)},
      .call =
          [](auto& in, auto& with) {
            const bool log_target = with.flag("log_target");
            if (with.text("reduction") != "batchmean") {
              return kl_div(in[0], in[1], reductions_of<Reduction>(with), log_target);
            }
            const Tensor total = kl_div(in[0], in[1], Reduction::sum, log_target);
            return in[0].dim() == 0 ? total : total / static_cast<double>(in[0].size(0));
          },
      .reference =
          [](auto& in, auto& with) {
            const bool log_target = with.flag("log_target");
            const NdArray losses = reference::each_pair(in[0], in[1], [&](double x, double t) {
              if (log_target) return std::exp(t) * (t - x);
              return t == 0 ? 0.0 : t * (std::log(t) - x);
            });
            if (with.text("reduction") != "batchmean") return reduced(losses, with);
            return reference::reduced(
                losses, reference::Reduction::mean,
                in[0].shape.empty() ? 1.0 : static_cast<double>(in[0].shape[0]));
          },
      .samples = under_reductions({{{any({2, 3}), positive({2, 3})}},
                                   {{any({2, 3}), positive({3})}},
                                   {{any({2, 3}), any({2, 3})}, {{"log_target", true}}},
                                   {{any({}), positive({})}},
                                   {{any({0}), positive({0})}},
                                   {{any({3, 20011}), positive({3, 20011})}}}),
      .errors = {shapes_that_do_not_broadcast("kl_div")},
  };
  row.samples.push_back({{any({4, 3}), positive({4, 3})}, {{"reduction", "batchmean"}}});
  row.samples.push_back({{any({}), positive({})}, {{"reduction", "batchmean"}}});
  // The gradient of a target of 0 is that of a constant, which differences do not see.
  row.samples.push_back({{any({3}), listed({0, 0.5, 0}, {3})}, {{"reduction", "none"}}, false});
  return row;
}

OpCase binary_cross_entropy_row() {
  const std::string name = "binary_cross_entropy_with_logits";
  return {
      .name = name,
      .inputs = {"input", "target", "weight?", "pos_weight?"},
      .attributes = {text("reduction", "mean")},
      .call =
          [](auto& in, auto& with) {
            return binary_cross_entropy_with_logits(in[0], in[1],
                                                    {.weight = in[2],
                                                     .pos_weight = in[3],
                                                     .reduction = reductions_of<Reduction>(with)});
          },
      .reference =
          [](auto& in, auto& with) {
            const auto softplus = [](double v) {
              return v > 0 ? v + std::log1p(std::exp(-v)) : std::log1p(std::exp(v));
            };
            const NdArray one = reference::scalar(1);
            const NdArray weight = in.maybe(2).value_or(one), positive = in.maybe(3).value_or(one);
            NdArray losses = in[0];
            reference::for_each_index(losses.shape, [&](const reference::Index& at) {
              const double x = in[0].at(at), t = in[1].at(at);
              losses.at(at) = reference::broadcast_at(weight, at) *
                              (reference::broadcast_at(positive, at) * t * softplus(-x) +
                               (1 - t) * softplus(x));
            });
            return reduced(losses, with);
          },
      .samples = under_reductions(
          {{{any({2, 3}), any({2, 3})}},
           {{any({2, 3}), any({2, 3}), positive({3})}},
           {{any({2, 3}), any({2, 3}), absent(), positive({3})}},
           {{any({2, 3}), any({2, 3}), positive({2, 1}), positive({})}},
           {{listed({-800, -30, 0, 30, 800}, {5}), listed({0, 1, 0.5, 0, 1}, {5})}},
           {{any({}), any({})}},
           {{any({0}), any({0})}},
           {{any({3, 20011}), any({3, 20011}), positive({20011})}}}),
      .errors = {{{of_type(f32, {2, 3}), of_type(f32, {3})},
                  {},
                  name + ": input and target must have the same shape, got [2, 3] and [3]"},
                 {{of_type(f32, {2, 3}), of_type(f32, {2, 3}), of_type(f32, {2, 2, 3})},
                  {},
                  name + ": weight [2, 2, 3] does not broadcast to the target's [2, 3]"},
                 {{of_type(f32, {2}), of_type(f32, {2}), absent(), of_type(f64, {2})},
                  {},
                  name + ": dtypes differ: f32 [2] and f64 [2]; write .to(DType::f32) on the "
                         "second or .to(DType::f64) on the first"}},
  };
}

}  // namespace

OpTable loss_ops() {
  return {mse_loss_row(),
          of_difference(
              "l1_loss", "",
              [](auto& x, auto& t, Reduction reduction, auto&) { return l1_loss(x, t, reduction); },
              [](double d, auto&) { return d; }),
          huber_row(),
          smooth_l1_row(),
          kl_div_row(),
          binary_cross_entropy_row()};
}

}  // namespace heed::testing
