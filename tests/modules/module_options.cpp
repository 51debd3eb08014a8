#include "heed/tests/modules/module_options.h"

#include <utility>

namespace heed::testing {
namespace {

template <class Option>
Option choose(const Attributes& with, const std::string& name,
              std::initializer_list<std::pair<const char*, Option>> options) {
  const std::string given = with.text(name);
  std::string known;
  for (const auto& [text, option] : options) {
    if (given == text) return option;
    known += std::string(known.empty() ? "\"" : ", \"") + text + "\"";
  }
  throw RequestError("attribute \"" + name + "\" must be one of " + known + ", not \"" + given +
                     "\"");
}

/// `name` if it is given, else `bias` for all.
Bias own_bias(const Attributes& with, const std::string& name) {
  return bias_of(with, with.has(name) ? name : "bias");
}

enum class Scheme { none, rope, alibi, learned };

RelativePositionsFactory positions_of(const Attributes& with) {
  switch (choose<Scheme>(with, "positions",
                         {{"none", Scheme::none},
                          {"rope", Scheme::rope},
                          {"alibi", Scheme::alibi},
                          {"learned", Scheme::learned}})) {
    case Scheme::rope:
      return with_positions<RotaryPositions>(with.number("rope_base"),
                                             rotary_pairs_of(with, "rope_pairs"));
    case Scheme::alibi:
      return with_positions<AlibiPositions>(with.integer("H"));
    case Scheme::learned:
      return with_positions<LearnedDistances>(with.integer("H"), with.integer("max_distance"));
    case Scheme::none:
      break;
  }
  return {};
}

}  // namespace

Bias bias_of(const Attributes& with, const std::string& name) {
  return with.flag(name) ? Bias::learned : Bias::none;
}

Activation activation_of(const Attributes& with, const std::string& name) {
  return choose<Activation>(with, name,
                            {{"relu", Activation::relu},
                             {"relu_squared", Activation::relu_squared},
                             {"gelu", Activation::gelu},
                             {"silu", Activation::silu},
                             {"swiglu", Activation::swiglu}});
}

Activation pytorch_activation_of(const Attributes& with, const std::string& name) {
  return choose<Activation>(with, name, {{"relu", Activation::relu}, {"gelu", Activation::gelu}});
}

NormFactory norm_of(const Attributes& with, const std::string& name) {
  return choose<NormFactory>(with, name,
                             {{"layer_norm", make_layer_norm}, {"rms_norm", make_rms_norm}});
}

NormPlacement norm_placement_of(const Attributes& with, const std::string& name) {
  return choose<NormPlacement>(with, name,
                               {{"pre", NormPlacement::pre}, {"post", NormPlacement::post}});
}

std::optional<Alignment> causal_of(const Attributes& with, const std::string& name) {
  return choose<std::optional<Alignment>>(with, name,
                                          {{"none", std::nullopt},
                                           {"top_left", Alignment::top_left},
                                           {"bottom_right", Alignment::bottom_right}});
}

RotaryPairs rotary_pairs_of(const Attributes& with, const std::string& name) {
  return choose<RotaryPairs>(
      with, name, {{"halves", RotaryPairs::halves}, {"neighbours", RotaryPairs::neighbours}});
}

MultiHeadAttentionConfig multi_head_config(const Attributes& with) {
  return {.D_1 = with.integer("D_1"),
          .H = with.integer("H"),
          .D_2 = with.maybe_integer("D_2"),
          .D_value = with.maybe_integer("D_value"),
          .D_out = with.maybe_integer("D_out"),
          .D_qk = with.maybe_integer("D_qk"),
          .D_v = with.maybe_integer("D_v"),
          .n_kv_heads = with.maybe_integer("n_kv_heads"),
          .query_bias = own_bias(with, "query_bias"),
          .key_bias = own_bias(with, "key_bias"),
          .value_bias = own_bias(with, "value_bias"),
          .output_bias = own_bias(with, "output_bias"),
          .causal = causal_of(with, "causal"),
          .window = with.maybe_integer("window"),
          .qk_norm = with.flag("qk_norm"),
          .relative_positions = positions_of(with),
          .dropout = with.number("dropout"),
          .recompute = with.flag("recompute")};
}

}  // namespace heed::testing
