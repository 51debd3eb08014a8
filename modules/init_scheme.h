// Initialisation schemes of whole models: which initializers their Linears, embeddings and learned
// positions have. Modules come with those of PyTorch's layers; a scheme replaces them before
// Module::reset_parameters draws the values.
#pragma once

#include "heed/framework/nn/module.h"

namespace heed {

/// GPT-2's recipe: Radford et al. 2019.
struct Gpt2Init {
  double standard_deviation = 0.02;  ///< of Linears, embeddings and learned positions
  int64_t residual_adds;             ///< of the stack: 2·layers, or 3·layers with cross-attention
};

/// Below `root`: weights of Linears, embeddings and learned positions are normal, biases of Linears
/// 0, and the Linears that end a residual branch have a deviation smaller by √residual_adds, so
/// that the sum of all branches does not grow with their number. Norms and all else are left
/// as they are. Radford et al. 2019. Throws ValueError unless both numbers are above 0.
void use_gpt2_init(Module& root, const Gpt2Init& scheme);

}  // namespace heed
