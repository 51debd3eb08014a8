// A model's parameters under the names that PyTorch's layers give theirs (modules/pytorch_state.h).
#pragma once

#include "heed/examples/cli/model/model.h"

namespace heed {

/// encoder.* as nn.TransformerEncoder has them and writer.decoder.* as nn.TransformerDecoder, each
/// attention as the nn.MultiheadAttention that it translates into; the rest as it is. Copies.
/// Throws ModuleError naming the first part that PyTorch's layers do not have.
NamedTensors pytorch_model_state(Model& model);

/// Sets the parameters from such tensors, in_proj packed or split. Throws ModuleError naming
/// everything that does not fit, and if an attention of the model has other parameters than
/// nn.MultiheadAttention; then nothing has changed.
void load_pytorch_model(Model& model, const NamedTensors& theirs);

}  // namespace heed
