#include "heed/tests/modules/module_pytorch.h"

#include "heed/framework/ops/view.h"
#include "heed/tests/modules/module_options.h"
#include "heed/tests/modules/reference/layers.h"

namespace heed::testing {

using reference::NdArray;

namespace {

/// [L, B, …] ↔ [B, L, …]; what is undefined stays so.
Tensor turned(const Tensor& x) {
  return x.defined() ? transpose(x, 0, 1) : x;
}

/// [L, B, D] ↔ [B, L, D].
NdArray turned(const NdArray& x) {
  NdArray y = reference::filled({x.shape.at(1), x.shape.at(0), x.shape.at(2)}, 0);
  reference::for_each_index(y.shape, [&](const reference::Index& at) {
    y.at(at) = x.at({at[1], at[0], at[2]});
  });
  return y;
}

}  // namespace

std::vector<Attribute> layer_arguments(std::vector<Attribute> more, std::optional<Json> d_model,
                                       std::optional<Json> nhead) {
  std::vector<Attribute> all = {integer("d_model", std::move(d_model)),
                                integer("nhead", std::move(nhead)),
                                integer("dim_feedforward", 2048),
                                number("dropout", 0.1),
                                text("activation", "relu"),
                                number("layer_norm_eps", 1e-5),
                                flag("batch_first", true),
                                flag("norm_first", false),
                                flag("bias", true)};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TransformerBlockConfig pytorch_block(const Attributes& with) {
  return {.d_model = with.integer("d_model"),
          .d_ff = with.integer("dim_feedforward"),
          .norm_placement = with.flag("norm_first") ? NormPlacement::pre : NormPlacement::post,
          .activation = pytorch_activation_of(with, "activation"),
          .dropout = with.number("dropout"),
          .norm_eps = with.number("layer_norm_eps"),
          .bias = bias_of(with, "bias")};
}

AttentionFactory pytorch_attention(const Attributes& with) {
  const Bias bias = bias_of(with, "bias");
  const MultiHeadAttentionConfig config{.D_1 = with.integer("d_model"),
                                        .H = with.integer("nhead"),
                                        .query_bias = bias,
                                        .key_bias = bias,
                                        .value_bias = bias,
                                        .output_bias = bias,
                                        .dropout = with.number("dropout")};
  return [config](const Slot& slot) { return make_attention<MultiHeadAttention>(slot, config); };
}

Json layer(const Json& more) {
  Json arguments = {{"d_model", 4}, {"nhead", 2}, {"dim_feedforward", 3}};
  arguments.update(more);
  return arguments;
}

NaiveTransformer pytorch_naive(const ModuleCall& c) {
  return {.H = c.with.integer("nhead"),
          .pre = c.with.flag("norm_first"),
          .activation = c.with.text("activation"),
          .eps = c.with.number("layer_norm_eps"),
          .dropout = c.with.number("dropout"),
          .attention_dropout = c.with.number("dropout"),
          .train = c.train};
}

int64_t norm_parameters(const Attributes& with) {
  return with.integer("d_model") * (with.flag("bias") ? 2 : 1);
}

int64_t layer_parameters(const Attributes& with, int64_t attentions) {
  const int64_t d = with.integer("d_model"), biases = with.flag("bias") ? 1 : 0;
  return attentions * 4 * d * (d + biases) + (attentions + 1) * norm_parameters(with) +
         feed_forward_parameters(d, with.integer("dim_feedforward"), "relu", with.flag("bias"));
}

BuiltModule called(const Attributes& with, std::shared_ptr<Module> module, MaskedCall call,
                   MaskedCall weights) {
  const auto given = [first = with.flag("batch_first")](Tensors in) {
    for (Tensor& x : in) x = first ? x : turned(x);
    return in;
  };
  const MaskedCall outer = [given, call, first = with.flag("batch_first")](
                               const Tensors& in, const ModuleMasks& masks) {
    const Tensor y = call(given(in), masks);
    return first ? y : turned(y);
  };
  BuiltModule built{
      std::move(module), [outer](const Tensors& in) { return outer(in, {}); }, {}, outer};
  if (weights) {
    built.masked_weights = [given, weights](const Tensors& in, const ModuleMasks& masks) {
      return weights(given(in), masks);
    };
    built.weights = [weights = built.masked_weights](const Tensors& in) { return weights(in, {}); };
  }
  return built;
}

NdArray batch_first(const ModuleCall& c, const NdArray& x) {
  return c.with.flag("batch_first") ? x : turned(x);
}

Json causal(const char* on) {
  return {{"type", "causal"}, {"on", on}};
}

Json keep(const std::vector<std::vector<int>>& rows, const char* on) {
  Json data = Json::array();
  for (const std::vector<int>& row : rows) {
    for (const int one : row) data.push_back(one == 1);
  }
  const Json shape = {rows.size(), 1, 1, rows.at(0).size()};
  return {{"type", "keep"},
          {"mask", {{"dtype", "bool"}, {"shape", shape}, {"data", data}}},
          {"on", on}};
}

Tolerance norms_in_a_row() {
  return {.f64 = 1e-12,
          .f32 = 5e-5,
          .gradient_f32 = 1e-4,
          .reason = "norms in a row divide by deviations"};
}

}  // namespace heed::testing
