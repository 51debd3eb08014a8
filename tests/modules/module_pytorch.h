// What the rows of PyTorch's layers have in common.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heed/modules/transformer/block.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/reference/transformer.h"

namespace heed::testing {

/// Arguments of every layer and stack. Defaults are PyTorch's, but for batch_first.
std::vector<Attribute> layer_arguments(std::vector<Attribute> more = {},
                                       std::optional<Json> d_model = {},
                                       std::optional<Json> nhead = {});
/// A small layer; `more` overrides and adds.
Json layer(const Json& more = Json::object());

// Those arguments as our classes and their references take them.
TransformerBlockConfig pytorch_block(const Attributes& with);
AttentionFactory pytorch_attention(const Attributes& with);
NaiveTransformer pytorch_naive(const ModuleCall& c);

int64_t norm_parameters(const Attributes& with);
/// Of a layer with so many attentions, each with a norm.
int64_t layer_parameters(const Attributes& with, int64_t attentions);

using MaskedCall = std::function<Tensor(const Tensors& in, const ModuleMasks& masks)>;

/// A module whose inputs and output are [L, B, …] if batch_first is false; `call` and `weights` get
/// and give [B, L, …].
BuiltModule called(const Attributes& with, std::shared_ptr<Module> module, MaskedCall call,
                   MaskedCall weights = {});
/// x [B, L, D], or the transpose if batch_first is false.
reference::NdArray batch_first(const ModuleCall& c, const reference::NdArray& x);

/// A causal mask, and one that keeps key j of batch row b if rows[b][j] is 1.
Json causal(const char* on = "self");
Json keep(const std::vector<std::vector<int>>& rows, const char* on = "self");

Tolerance norms_in_a_row();

}  // namespace heed::testing
