#include "heed/modules/pytorch_state.h"

#include <map>
#include <set>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

constexpr const char* self = "pytorch_state";

using ByName = std::map<std::string, Tensor>;

/// A tensor of PyTorch's and those of ours that stand in it, one below another.
struct Packed {
  std::string theirs;
  std::vector<std::string> ours;
};

/// Finds out which tensors of PyTorch's hold those of `own`.
class Layout {
 public:
  explicit Layout(const NamedTensors& own) : own_(own.begin(), own.end()) {
    for (const auto& [path, tensor] : own) {
      if (!tensor.defined()) throw ModuleError(self, ": ", path, " is undefined");
    }
    for (const auto& [path, tensor] : own) add(path);
    for (const Packed& one : tensors) {
      for (const std::string& path : one.ours) placed_.insert(path);
    }
    for (const auto& [path, tensor] : own) {
      if (!placed_.contains(path)) refuse(path);
    }
  }

  std::vector<Packed> tensors;

 private:
  [[noreturn]] void refuse(const std::string& path) const {
    throw ModuleError(self, ": PyTorch's layers have no counterpart of ", path, " ",
                      own_.at(path).shape());
  }

  void add(const std::string& path) {
    if (path == "W_O.weight" || path.ends_with(".W_O.weight")) {
      add_attention(path, path.substr(0, path.size() - std::string("W_O.weight").size()));
      return;
    }
    const std::string theirs = translated(path);
    if (!theirs.empty()) tensors.push_back({theirs, {path}});
  }

  /// The path in PyTorch's words; empty if they have none for a part of it, or if it belongs to an
  /// attention.
  std::string translated(const std::string& path) const {
    static const std::map<std::string, std::string> words = {
        {"blocks", "layers."},
        {"attention", "self_attn."},
        {"feed_forward", ""},
        {"cross_attention", "multihead_attn."},
        {"expand", "linear1."},
        {"contract", "linear2."},
        {"attention_norm", "norm1."},
        {"cross_attention_norm", "norm2."},
        {"norm", "norm."},
        {"encoder", "encoder."},
        {"decoder", "decoder."},
        {"feed_forward_norm", "norm2."},
    };
    std::string theirs;
    size_t start = 0;
    for (size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', start)) {
      const std::string part = path.substr(start, dot - start);
      const std::string above = path.substr(0, start);
      const auto word = words.find(part);
      if (part == "feed_forward_norm" && own_.contains(above + "cross_attention_norm.weight")) {
        theirs += "norm3.";
      } else if (word != words.end()) {
        theirs += word->second;
      } else if (part.find_first_not_of("0123456789") == std::string::npos) {
        theirs += part + ".";
      } else {
        return "";
      }
      start = dot + 1;
    }
    const std::string leaf = path.substr(start);
    return leaf.empty() || leaf == "weight" || leaf == "bias" ? theirs + leaf : "";
  }

  /// The attention below `above`, whose output projection is at `path`.
  void add_attention(const std::string& path, const std::string& above) {
    const std::string theirs = above.empty() ? "" : translated(above);
    if (theirs.empty() && !above.empty()) refuse(path);
    const std::vector<std::string> weights = {above + "W_Q.weight", above + "W_K.weight",
                                              above + "W_V.weight"};
    const std::vector<std::string> biases = {above + "W_Q.bias", above + "W_K.bias",
                                             above + "W_V.bias"};
    const std::string output_bias = above + "W_O.bias";
    const bool packed = check_weights(path, weights);
    if (packed) tensors.push_back({theirs + "in_proj_weight", weights});
    for (const size_t i : {0U, 1U, 2U}) {
      if (!packed) tensors.push_back({theirs + "qkv"[i] + "_proj_weight", {weights[i]}});
    }
    int count = own_.contains(output_bias) ? 1 : 0;
    for (const std::string& bias : biases) count += own_.contains(bias) ? 1 : 0;
    if (count != 0 && count != 4) {
      throw ModuleError(self, ": nn.MultiheadAttention has four biases or none, beside ", path,
                        " there are ", count);
    }
    if (count == 4) tensors.push_back({theirs + "in_proj_bias", biases});
    tensors.push_back({theirs + "out_proj.weight", {path}});
    if (count == 4) tensors.push_back({theirs + "out_proj.bias", {output_bias}});
  }

  /// Whether all projections have one shape, so that PyTorch packs them. Throws if they are none
  /// of its attention.
  bool check_weights(const std::string& output, const std::vector<std::string>& weights) const {
    const Shape& shape = own_.at(output).shape();
    bool fits = shape.size() == 2 && shape[0] == shape[1], packed = true;
    std::string all = text_of(output, " ", shape);
    for (const std::string& weight : weights) {
      if (!own_.contains(weight)) throw ModuleError(self, ": there is no ", weight);
      const Shape& own = own_.at(weight).shape();
      all += text_of(", ", weight, " ", own);
      fits = fits && own.size() == 2 && own[0] == shape[0];
      packed = packed && own == shape;
    }
    if (!fits || own_.at(weights[0]).shape() != shape) {
      throw ModuleError(self,
                        ": nn.MultiheadAttention has W_O and W_Q [E, E], W_K [E, kdim] and W_V "
                        "[E, vdim], not ",
                        all);
    }
    return packed;
  }

  ByName own_;
  std::set<std::string> placed_;
};

NamedTensors in_layout(const Layout& layout, const NamedTensors& ours) {
  const NoGrad guard;
  const ByName own(ours.begin(), ours.end());
  NamedTensors theirs;
  for (const Packed& one : layout.tensors) {
    std::vector<Tensor> parts;
    for (const std::string& path : one.ours) parts.push_back(own.at(path).detach());
    theirs.emplace_back(one.theirs, cat(parts));
  }
  return theirs;
}

}  // namespace

NamedTensors pytorch_state(const NamedTensors& ours) {
  return in_layout(Layout(ours), ours);
}

void load_pytorch_state(Module& module, const NamedTensors& theirs) {
  NamedTensors ours = module.named_parameters();
  for (const auto& buffer : module.named_buffers()) ours.push_back(buffer);
  const Layout layout(ours);
  const std::string faults = state_faults(in_layout(layout, ours), theirs);
  if (!faults.empty()) {
    throw ModuleError(module.path_or_type(),
                      ": load_pytorch_state: the state does not fit:", faults);
  }
  const NoGrad guard;
  const ByName own(ours.begin(), ours.end()), given(theirs.begin(), theirs.end());
  NamedTensors state;
  for (const Packed& one : layout.tensors) {
    int64_t start = 0;
    for (const std::string& path : one.ours) {
      const int64_t rows = own.at(path).size(0);
      state.emplace_back(path, narrow(given.at(one.theirs).detach(), 0, start, rows));
      start += rows;
    }
  }
  module.load_state_dict(state);
}

}  // namespace heed
