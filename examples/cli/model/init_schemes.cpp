#include "heed/examples/cli/model/init_schemes.h"

#include <algorithm>
#include <cmath>

#include "heed/examples/cli/model/model.h"
#include "heed/framework/nn/init.h"
#include "heed/modules/init_scheme.h"
#include "heed/modules/layer_norm.h"
#include "heed/modules/rms_norm.h"

namespace heed {
namespace {

/// The weight of the norm whose result a tied model's embedding scores; nullptr if it has none.
Parameter* last_norm_weight(Model& model) {
  Parameter* weight = nullptr;
  for (Module* module : model.encoder.modules()) {
    if (auto* norm = dynamic_cast<LayerNorm*>(module)) weight = &norm->weight;
    if (auto* norm = dynamic_cast<RMSNorm*>(module)) weight = &norm->weight;
  }
  return weight;
}

/// A tied model scores a symbol by the product of its embedding with a normalised sequence that
/// contains the embedding of the symbol at that place: up to deviation·width for this symbol, which
/// would be predicted with certainty. The norm's weight makes it at most 1.
void limit_tied_scores(Model& model, double deviation) {
  const double largest = deviation * static_cast<double>(model.d_model);
  Parameter* weight = last_norm_weight(model);
  if (weight != nullptr) weight->initialize_by(init::constant(std::min(1.0, 1 / largest)));
}

/// Modules come with the initializers of PyTorch's layers. A tied embedding of N(0, 1), as
/// nn.Embedding has, would be far too large for an output.
void use_pytorch_init(Model& model) {
  if (model.output) return;
  const double deviation = 1 / std::sqrt(static_cast<double>(model.d_model));
  model.tokens.weight.initialize_by(init::normal(deviation));
  limit_tied_scores(model, deviation);
}

struct Gpt2Keys : Keys {
  Value<double> deviation{this,
                          {.path = "init_std",
                           .fallback = 0.02,
                           .minimum = 0.0,
                           .exclusive_minimum = true,
                           .help = "standard deviation of weights and embeddings"}};
};

void use_gpt2_scheme(Model& model, double deviation) {
  const int64_t layers = static_cast<int64_t>(model.encoder.blocks.size());
  use_gpt2_init(model, {.standard_deviation = deviation, .residual_adds = 2 * layers});
  if (model.writer) {
    use_gpt2_init(model.writer->decoder,
                  {.standard_deviation = deviation, .residual_adds = 3 * layers});
  }
  // Behind a norm in front of each part, the parts' sum hides the embedding from the output.
  if (!model.output && !model.encoder.norm) limit_tied_scores(model, deviation);
}

}  // namespace

InitSchemes builtin_init_schemes() {
  InitSchemes schemes("init_schemes");
  schemes.add("pytorch", "PyTorch's defaults; a tied embedding and the last norm start small",
              [] { return InitScheme(use_pytorch_init); });
  schemes.add<Gpt2Keys>(
      "gpt2", "normal with deviation init_std; residual projections divided by sqrt(2 layers)",
      [](const Gpt2Keys& keys) {
        return InitScheme(
            [deviation = *keys.deviation](Model& model) { use_gpt2_scheme(model, deviation); });
      });
  return schemes;
}

}  // namespace heed
