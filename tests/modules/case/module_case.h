// ModuleCase: what check_module, check_attention and heed-eval are told of one module class.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/nn/module.h"
#include "heed/modules/attention/multi_head_attention.h"
#include "heed/tests/modules/case/module_masks.h"
#include "heed/tests/modules/case/module_state.h"
#include "heed/tests/support/case/sample.h"

namespace heed::testing {

/// A module and how to call it.
struct BuiltModule {
  std::shared_ptr<Module> module;                         ///< with its parameters
  std::function<Tensor(const Tensors& in)> call;          ///< its forward
  std::function<Tensor(const Tensors& in)> weights = {};  ///< [B, H, L_1, L_2]; attentions only
  /// The call under masks; modules that take some.
  std::function<Tensor(const Tensors& in, const ModuleMasks& masks)> masked = {};
  /// The weights under masks; attentions that take some.
  std::function<Tensor(const Tensors& in, const ModuleMasks& masks)> masked_weights = {};
  /// The call with a cache and gates of heads; attentions that take one of them.
  std::function<Tensor(const Tensors& in, const AttentionCall& options)> full = {};
  /// What `full` takes; nothing: all. built_attention sets it.
  std::optional<AttentionAbilities> abilities = {};

  /// The same with `masks` in every call.
  BuiltModule under(const ModuleMasks& masks) const;
};

/// An M made with (Slot::root(), arguments…); `call(m, in)` is how its forward takes the inputs.
template <class M, class Call, class... Arguments>
BuiltModule built(Call call, const Arguments&... arguments) {
  const auto module = std::make_shared<M>(Slot::root(), arguments...);
  return {module, [module, call](const Tensors& in) -> Tensor { return call(*module, in); }};
}

/// For modules from one tensor to one tensor.
inline constexpr auto call_with_one = [](auto& m, const Tensors& in) { return m(in[0]); };

/// What a naive reference gets.
struct ModuleCall {
  const ModuleState& state;  ///< parameters and buffers by their paths
  const Arrays& in;          ///< the inputs
  const Attributes& with;    ///< the constructor's arguments
  bool train;                ///< in training, with dropout and the like
  const Json& masks;         ///< as in requests
};

/// What a naive reference gives.
struct ModuleResult {
  reference::NdArray output;                       ///< of forward
  std::optional<reference::NdArray> weights = {};  ///< attentions only
};

/// Arguments and inputs to try a module on.
struct ModuleSample {
  Json arguments = Json::object();  ///< of the constructor, by name
  std::vector<Input> inputs;        ///< of forward
  bool train = false;               ///< in training
  bool smooth = true;               ///< false: differences of outputs tell nothing about gradients
  bool large = false;               ///< enough to be split between threads, too big for differences
  bool ordered = false;             ///< attentions: it matters where a key stands
  Json masks = Json::array();       ///< as in requests
};

/// Arguments that the constructor refuses (no inputs), or inputs that forward refuses, and the
/// whole message.
struct ModuleErrorCase {
  Json arguments = Json::object();  ///< as a sample's
  std::vector<Input> inputs = {};   ///< as a sample's
  std::string message;              ///< the whole of it
};

/// Which inputs of an attention are what, for the invariances that all attentions have.
struct AttentionRoles {
  size_t query = 0;                ///< which of the inputs asks
  std::vector<size_t> keys = {1};  ///< keys and values; holds `query` if it attends to itself
  int64_t batch_dim = 0;           ///< of inputs and output
  int64_t length_dim = 1;          ///< of inputs and output

  /// Whether the query is among the keys.
  bool attends_itself() const;
};

/// One row of the table. The first sample is a typical one: there, every parameter matters.
struct ModuleCase {
  std::string name;                       ///< the class's in snake_case
  std::vector<std::string> inputs;        ///< of forward; "memory?" may be left out
  std::vector<Attribute> arguments = {};  ///< of the constructor, after the slot
  /// Makes the module with the arguments of a sample.
  std::function<BuiltModule(const Attributes& with)> build;
  /// The same without the engine, as simply as can be, in doubles.
  std::function<ModuleResult(const ModuleCall& call)> reference = {};
  /// How many numbers its parameters have together, worked out from the arguments.
  std::function<int64_t(const Attributes& with)> num_parameters;
  std::vector<ModuleSample> samples;             ///< on which everything is checked
  std::vector<ModuleErrorCase> errors = {};      ///< what it refuses
  std::optional<AttentionRoles> attention = {};  ///< attentions only
  /// Why there is no `reference`: the report says that values were not checked.
  std::string no_reference = {};
  /// Parameters that no output depends on: the bias of a key shifts all scores of a row alike.
  std::vector<std::string> inert = {};
  std::vector<size_t> constants = {};  ///< floating inputs that never get a gradient
  /// PyTorch's names of arguments where they differ: from → to.
  std::map<std::string, std::string> aliases = {};
  Tolerance tolerance = {};  ///< of values and gradients
  std::vector<std::string> mask_places = {
      "self"};  ///< where masks may be, of modules that take any
  /// Whether requests name and arrange parameters as PyTorch's module does (pytorch_state.h).
  bool as_pytorch = false;

  /// Arguments as a request or a sample gives them. Throws RequestError.
  Attributes attributes(const Json& given) const;
  /// Whether the input is one of `constants`.
  bool is_constant(size_t input) const;
};

/// Calls the module; inputs that are missing at the end are undefined. Throws RequestError if their
/// number does not fit.
Tensor call_module(const ModuleCase& row, const BuiltModule& built, Tensors inputs);

using ModuleTable = std::vector<ModuleCase>;  ///< one row for each module

}  // namespace heed::testing
