#include "heed/tests/modules/case/module_case.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

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
  if (!given.is_object()) throw RequestError("\"config\" must be an object");
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

const ModuleTable& module_table() {
  static const ModuleTable table = [] {
    ModuleTable all;
    for (const auto& family : module_families) {
      for (ModuleCase& row : family()) all.push_back(std::move(row));
    }
    return all;
  }();
  return table;
}

ModuleTable chosen_modules() {
  const char* names = std::getenv("HEED_MODULES");
  if (names == nullptr) return module_table();
  std::istringstream words(names);
  ModuleTable chosen;
  for (std::string name; words >> name;) {
    const ModuleCase* row = find_module(name);
    if (row == nullptr) throw std::invalid_argument("HEED_MODULES: no module is named " + name);
    chosen.push_back(*row);
  }
  return chosen;
}

const ModuleCase* find_module(const std::string& name) {
  for (const ModuleCase& row : module_table()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace heed::testing
