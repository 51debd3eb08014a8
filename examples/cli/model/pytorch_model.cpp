#include "heed/examples/cli/model/pytorch_model.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "heed/framework/ops/view.h"
#include "heed/modules/pytorch_state.h"
#include "heed/modules/rms_norm.h"

namespace heed {
namespace {

/// The stacks that PyTorch has too.
constexpr std::array<std::string_view, 2> stacks{"encoder.", "writer.decoder."};

/// Those whose names begin with `prefix`, without it.
NamedTensors below(const NamedTensors& tensors, std::string_view prefix) {
  NamedTensors some;
  for (const auto& [name, tensor] : tensors) {
    if (name.starts_with(prefix)) some.emplace_back(name.substr(prefix.size()), tensor);
  }
  return some;
}

bool is_in_a_stack(const std::string& name) {
  return std::any_of(stacks.begin(), stacks.end(),
                     [&](std::string_view stack) { return name.starts_with(stack); });
}

/// As a MultiHeadAttention that PyTorch's could be.
std::unique_ptr<MultiHeadAttention> twin_of(const std::string& path,
                                            const AnyAttention& attention) {
  auto same = attention.as_multi_head();
  if (same == nullptr)
    throw ModuleError(path,
                      ": not a multi-head attention (its class has no as_multi_head()), so PyTorch "
                      "has no counterpart");
  if (same->config.relative_positions) {
    throw ModuleError(path, ": nn.MultiheadAttention does not support relative positions");
  }
  if (same->config.window)
    throw ModuleError(path, ": nn.MultiheadAttention does not support windows");
  if (same->config.qk_norm) {
    throw ModuleError(path, ": nn.MultiheadAttention does not normalise queries and keys");
  }
  return same;
}

/// The parameters with each attention's in the form of a MultiHeadAttention.
NamedTensors translated_state(Model& model) {
  if (model.attends == Attends::queries) {
    throw ModuleError(
        "encoder: its queries attend to another sequence, which those of "
        "nn.TransformerEncoder do not");
  }
  if (model.logit_soft_cap) {
    throw ModuleError("model.logit_soft_cap: PyTorch's layers do not cap their scores");
  }
  for (const Module* module : model.modules()) {
    if (dynamic_cast<const RMSNorm*>(module) == nullptr) continue;
    throw ModuleError(module->path(), ": an RMSNorm, where PyTorch's layers have a LayerNorm");
  }
  NamedTensors state = model.state_dict();
  for (const auto& [path, attention] : model.attentions()) {
    const std::string prefix = path + ".";
    const auto twin = twin_of(path, *attention);
    std::erase_if(state, [&](const auto& one) { return one.first.starts_with(prefix); });
    for (const auto& [name, tensor] : twin->state_dict()) state.emplace_back(prefix + name, tensor);
  }
  return state;
}

/// PyTorch keeps three projections apart when their widths differ; of one width, they are one.
NamedTensors packed(const NamedTensors& tensors) {
  constexpr std::string_view q = "q_proj_weight", k = "k_proj_weight", v = "v_proj_weight";
  std::map<std::string, Tensor> all(tensors.begin(), tensors.end());
  for (const auto& [name, tensor] : tensors) {
    if (!name.ends_with(q)) continue;
    const std::string prefix = name.substr(0, name.size() - q.size());
    const auto key = all.find(prefix + std::string(k)), value = all.find(prefix + std::string(v));
    if (key == all.end() || value == all.end() || key->second.shape() != tensor.shape() ||
        value->second.shape() != tensor.shape() || tensor.dim() != 2) {
      continue;
    }
    const Tensor whole = cat(std::array{tensor, key->second, value->second});
    for (const std::string_view each : {q, k, v}) all.erase(prefix + std::string(each));
    all[prefix + "in_proj_weight"] = whole;
  }
  return {all.begin(), all.end()};
}

}  // namespace

NamedTensors pytorch_model_state(Model& model) {
  const NamedTensors state = translated_state(model);
  NamedTensors theirs;
  for (const auto& one : state) {
    if (!is_in_a_stack(one.first)) theirs.push_back(one);
  }
  for (const std::string_view stack : stacks) {
    for (const auto& [name, tensor] : pytorch_state(below(state, stack))) {
      theirs.emplace_back(std::string(stack) + name, tensor);
    }
  }
  return theirs;
}

void load_pytorch_model(Model& model, const NamedTensors& theirs) {
  const NamedTensors given = packed(theirs);
  if (const auto faults = state_faults(pytorch_model_state(model), given); !faults.empty()) {
    throw ModuleError("with PyTorch's names the tensors do not fit the model:", faults);
  }
  load_pytorch_state(model.encoder, below(given, stacks[0]));
  if (model.writer) load_pytorch_state(model.writer->decoder, below(given, stacks[1]));
  NamedTensors state = model.state_dict();
  const std::map<std::string, Tensor> rest(given.begin(), given.end());
  for (auto& [name, tensor] : state) {
    if (!is_in_a_stack(name)) tensor = rest.at(name);
  }
  model.load_state_dict(state);
}

}  // namespace heed
