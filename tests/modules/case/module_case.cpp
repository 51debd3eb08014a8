#include "heed/tests/modules/case/module_case.h"

#include <algorithm>

namespace heed::testing {
namespace {

bool is_optional(const std::string& input) {
  return input.back() == '?';
}

}  // namespace

bool AttentionRoles::attends_itself() const {
  return std::find(keys.begin(), keys.end(), query) != keys.end();
}

BuiltModule BuiltModule::under(const ModuleMasks& masks) const {
  const auto bound = [masks](const auto& function) -> std::function<Tensor(const Tensors&)> {
    if (!function) return {};
    return [masks, function](const Tensors& in) { return function(in, masks); };
  };
  return {module, bound(masked), bound(masked_weights)};
}

Attributes ModuleCase::attributes(const Json& given) const {
  if (!given.is_object() && !given.is_null()) throw RequestError("\"config\" must be an object");
  Json renamed = Json::object();
  for (const auto& [key, value] : given.items()) {
    const auto alias = aliases.find(key);
    const std::string& target = alias == aliases.end() ? key : alias->second;
    if (!renamed.emplace(target, value).second) {
      throw RequestError("attribute \"" + target + "\" is given twice");
    }
  }
  return Attributes(arguments, renamed);
}

bool ModuleCase::is_constant(size_t input) const {
  return std::find(constants.begin(), constants.end(), input) != constants.end();
}

Tensor call_module(const ModuleCase& row, const BuiltModule& built, Tensors inputs) {
  const size_t most = row.inputs.size();
  if (inputs.size() > most) {
    throw RequestError(text_of(row.name, " takes ", most, " inputs, got ", inputs.size()));
  }
  inputs.resize(most);
  for (size_t i = 0; i < most; ++i) {
    if (!inputs[i].defined() && !is_optional(row.inputs[i])) {
      throw RequestError(row.name + ": input " + row.inputs[i] + " is missing");
    }
  }
  return built.call(inputs);
}

}  // namespace heed::testing
