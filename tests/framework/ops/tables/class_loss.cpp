// Rows of framework/ops/loss.h: losses of classes.
#include "heed/framework/ops/loss.h"

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/loss.h"

namespace heed::testing {
namespace {

/// "none", "mean" or "sum" as the engine's or the reference's Reduction.
template <class Reductions>
Reductions class_reductions_of(const Attributes& with) {
  const std::string name = with.text("reduction");
  if (name == "none") return Reductions::none;
  if (name == "mean") return Reductions::mean;
  if (name == "sum") return Reductions::sum;
  throw RequestError("reduction must be \"none\", \"mean\" or \"sum\"");
}

ClassLossOptions class_options_of(const Tensors& in, const Attributes& with) {
  return {.weight = in[2],
          .ignore_index = with.integer("ignore_index"),
          .reduction = class_reductions_of<Reduction>(with)};
}

std::vector<Sample> class_samples() {
  std::vector<Sample> samples = {
      {{any({3}), integers_of({1}, {})}},
      {{any({2, 3, 2}), indices(3, {2, 2}), positive({3})}},
      {{any({2, 3, 2, 2}), indices(3, {2, 2, 2})}},
      {{any({2, 3}), integers_of({-100, -100}, {2})}, {{"reduction", "sum"}}},
      {{any({2, 3}), integers_of({-100, -100}, {2})}, {{"reduction", "mean"}}, /*smooth=*/false},
      {{any({0, 3}), indices(3, {0})}, {{"reduction", "sum"}}},
      {{any({0, 3}), indices(3, {0})}, {{"reduction", "none"}}},
      {{any({2, 3, 0}), indices(3, {2, 0})}, {{"reduction", "none"}}},
      {{any({9000, 4}), indices(4, {9000}), positive({4})}},
      {{any({9000, 4}), indices(4, {9000})}, {{"reduction", "none"}}},
  };
  for (const char* reduction : {"none", "mean", "sum"}) {
    const Json plain = {{"reduction", reduction}};
    samples.push_back({{any({4, 3}), indices(3, {4})}, plain});
    samples.push_back({{any({4, 3}), integers_of({2, -100, 1, -100}, {4})}, plain});
    samples.push_back({{any({4, 3}), integers_of({2, 0, 1, 2}, {4}), positive({3})},
                       {{"reduction", reduction}, {"ignore_index", 1}}});
  }
  return samples;
}

std::vector<ErrorCase> class_errors(const std::string& name) {
  return {
      {{of_type(f32, {4, 3}), indices(3, {3})},
       {},
       name + ": input [N, C, ...] and target [N, ...] do not fit: [4, 3] and [3]"},
      {{of_type(f32, {}), indices(3, {})},
       {},
       name + ": input [N, C, ...] and target [N, ...] do not fit: [] and []"},
      {{of_type(f32, {2, 3}), integers_of({0, 3}, {2})},
       {},
       name + ": index 3 is out of range for a dimension of size 3"},
      {{of_type(f32, {2, 3}), integers_of({0, 3}, {2}), of_type(f32, {3})},
       {},
       name + ": index 3 is out of range for a dimension of size 3"},
      {{of_type(f32, {2, 3}), indices(3, {2}), of_type(f32, {2})},
       {},
       name + ": weight must be [C] = [3], got [2]"},
      {{of_type(f32, {2, 3}), indices(3, {2}), of_type(f64, {3})},
       {},
       name + ": dtypes differ: f32 [2, 3] and f64 [3]; write .to(DType::f32) on the second or "
              ".to(DType::f64) on the first"},
      {{of_type(f32, {2, 3}), indices(3, {2})},
       {{"reduction", "max"}},
       "reduction must be \"none\", \"mean\" or \"sum\""},
  };
}

OpCase class_loss_row() {
  return {
      .name = "nll_loss",
      .inputs = {"input", "target", "weight?"},
      .attributes = {integer("ignore_index", -100), text("reduction", "mean")},
      .call = [](auto& in,
                 auto& with) { return nll_loss(in[0], in[1], class_options_of(in, with)); },
      .reference =
          [](auto& in, auto& with) {
            return reference::nll_loss(in[0], in[1], in.maybe(2), with.integer("ignore_index"),
                                       class_reductions_of<reference::Reduction>(with));
          },
      .samples = class_samples(),
      .errors = class_errors("nll_loss"),
      .constants = {2},
  };
}

OpCase nll_row() {
  OpCase row = class_loss_row();
  row.errors.push_back({{of_type(f32, {4, 3}), of_type(f32, {4})},
                        {},
                        "nll_loss: target must be i64, got f32 [4]; write .to(DType::i64)"});
  return row;
}

/// Probabilities, or any other masses, in place of class indices.
std::vector<Sample> soft_samples() {
  std::vector<Sample> samples = {
      {{any({3}), positive({3})}},
      {{any({2, 3, 2}), positive({2, 3, 2}), positive({3})}},
      {{any({2, 3, 2, 2}), any({2, 3, 2, 2})}},
      {{any({2, 1}), positive({2, 1})}},
      {{any({0, 3}), positive({0, 3})}, {{"reduction", "sum"}}},
      {{any({0, 3}), positive({0, 3})}, {{"reduction", "none"}}},
      {{any({9000, 4}), positive({9000, 4}), positive({4})}},
  };
  for (const char* reduction : {"none", "mean", "sum"}) {
    const Json plain = {{"reduction", reduction}};
    samples.push_back({{any({4, 3}), positive({4, 3})}, plain});
    samples.push_back(
        {{any({4, 3}), listed({0, 1, 0, 1, 0, 0, 0.5, 0, 0.5, 0, 0, 0}, {4, 3}), positive({3})},
         plain});
    samples.push_back({{any({4, 3}), positive({4, 3}), positive({3})},
                       {{"reduction", reduction}, {"label_smoothing", 0.25}}});
  }
  return samples;
}

std::vector<ErrorCase> soft_errors() {
  const std::string name = "cross_entropy: ";
  return {
      {{of_type(f32, {4, 3}), of_type(f32, {4})},
       {},
       name + "probabilities as target need the shape of the input, got [4, 3] and [4]"},
      {{of_type(f32, {}), of_type(f32, {})},
       {},
       name + "probabilities as target need the shape of the input, got [] and []"},
      {{of_type(f32, {4, 3}), of_type(f64, {4, 3})},
       {},
       name + "dtypes differ: f32 [4, 3] and f64 [4, 3]; write .to(DType::f32) on the second or "
              ".to(DType::f64) on the first"},
      {{of_type(f32, {4, 3}), of_type(f32, {4, 3})},
       {{"ignore_index", 0}},
       name + "ignore_index 0 needs class indices as target, but the target holds probabilities"},
      {{of_type(f32, {2, 3}), of_type(f32, {2, 3}), of_type(f32, {2})},
       {},
       name + "weight must be [C] = [3], got [2]"},
      {{of_type(f32, {2, 3}), of_type(f32, {2, 3})},
       {{"label_smoothing", -0.5}},
       name + "label_smoothing must be in [0, 1], got -0.5"},
  };
}

OpCase cross_entropy_row() {
  OpCase row = class_loss_row();
  row.name = "cross_entropy";
  row.attributes.push_back(number("label_smoothing", 0.0));
  row.call = [](auto& in, auto& with) {
    ClassLossOptions options = class_options_of(in, with);
    options.label_smoothing = with.number("label_smoothing");
    return cross_entropy(in[0], in[1], options);
  };
  row.reference = [](auto& in, auto& with) {
    if (in[1].shape == in[0].shape) {
      return reference::soft_cross_entropy(in[0], in[1], in.maybe(2),
                                           class_reductions_of<reference::Reduction>(with),
                                           with.number("label_smoothing"));
    }
    return reference::cross_entropy(in[0], in[1], in.maybe(2), with.integer("ignore_index"),
                                    class_reductions_of<reference::Reduction>(with),
                                    with.number("label_smoothing"));
  };
  for (Sample sample : class_samples()) {
    sample.attributes["label_smoothing"] = 0.125;
    row.samples.push_back(sample);
  }
  for (const Sample& sample : soft_samples()) row.samples.push_back(sample);
  row.errors = class_errors("cross_entropy");
  for (const ErrorCase& error : soft_errors()) row.errors.push_back(error);
  row.errors.push_back({{of_type(f32, {2, 3}), indices(3, {2})},
                        {{"label_smoothing", 1.5}},
                        "cross_entropy: label_smoothing must be in [0, 1], got 1.5"});
  return row;
}

}  // namespace

OpTable class_loss_ops() {
  return {nll_row(), cross_entropy_row()};
}

}  // namespace heed::testing
