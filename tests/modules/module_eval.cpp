#include "heed/tests/modules/module_eval.h"

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/random_scope.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/pytorch_state.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_table.h"
#include "heed/tests/support/case/subject.h"
#include "heed/tests/support/case/tensor_json.h"
#include "heed/tests/support/eval.h"

namespace heed::testing {
namespace {

bool flag_of(const Json& request, const char* key) {
  const Json value = request.value(key, Json(false));
  if (!value.is_boolean()) throw RequestError(std::string("\"") + key + "\" must be true or false");
  return value.get<bool>();
}

DType requested_dtype(const Json& request) {
  const Json name = request.value("dtype", Json("f32"));
  if (!name.is_string()) throw RequestError("\"dtype\" must be a string");
  const DType dtype = dtype_from_name(name.get<std::string>());
  if (!is_floating(dtype)) throw RequestError("\"dtype\" of a module must be \"f32\" or \"f64\"");
  return dtype;
}

/// Parameters must all be given; a buffer that is not keeps what the constructor put there.
void load_state(const ModuleCase& row, Module& module, const Json& given) {
  if (!given.is_object() && !given.is_null()) throw RequestError("\"state\" must be an object");
  NamedTensors state;
  for (const auto& [name, tensor] : given.items()) {
    state.emplace_back(name, tensor_from_json(tensor, "state \"" + name + "\""));
  }
  if (row.as_pytorch) return load_pytorch_state(module, state);
  for (const auto& [name, buffer] : module.named_buffers()) {
    if (!given.contains(name)) state.emplace_back(name, buffer);
  }
  module.load_state_dict(state);
}

/// The module under the masks of the request.
BuiltModule masked(const ModuleCase& row, const BuiltModule& built, const Json& request,
                   DType dtype) {
  const Json masks = request.value("masks", Json::array());
  if (masks.is_array() && masks.empty()) return built;
  if (!built.masked) throw RequestError(row.name + " takes no masks");
  return built.under(masks_from_json(masks, row.mask_places, dtype));
}

/// Gradients of parameters by name; undefined where no output depends on one.
NamedTensors named_gradients(const ModuleCase& row, const NamedTensors& parameters,
                             const Tensor* found) {
  NamedTensors gradients;
  for (const auto& [name, parameter] : parameters) {
    const Tensor& gradient = *found++;
    const bool needed = row.as_pytorch && !gradient.defined();  // to be packed with others
    gradients.emplace_back(name, needed ? zeros_like(parameter).detach() : gradient);
  }
  return row.as_pytorch ? pytorch_state(gradients) : gradients;
}

/// `,"grads":[…],"parameter_grads":{…}`
std::string gradients_text(const ModuleCase& row, const Tensors& outputs, const Tensors& cotangents,
                           const Tensors& inputs, const NamedTensors& parameters) {
  Tensors leaves = inputs;
  for (const auto& [name, parameter] : parameters) leaves.push_back(parameter);
  const Tensors found = gradients_of(outputs, leaves, cotangents);
  Tensors gradients;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].defined()) gradients.push_back(found[i]);
  }
  std::string text = ",\"grads\":" + to_json_text(gradients) + ",\"parameter_grads\":{";
  const char* before = "\"";
  for (const auto& [name, gradient] :
       named_gradients(row, parameters, found.data() + inputs.size())) {
    text += text_of(before, name, "\":", to_json_text(gradient));
    before = ",\"";
  }
  return text + "}";
}

}  // namespace

std::string answer_module(const Json& request) {
  const std::string name = request["module"].get<std::string>();
  const ModuleCase* row = find_module(name);
  if (row == nullptr) throw RequestError("unknown module \"" + name + "\"");
  check_keys(request,
             {"module", "config", "dtype", "state", "inputs", "masks", "grad_outputs", "train"});
  const DType dtype = requested_dtype(request);
  const Attributes config = row->attributes(request.value("config", Json::object()));
  const BuiltModule built = masked(*row, row->build(config), request, dtype);
  built.module->to(dtype);
  load_state(*row, *built.module, request.value("state", Json::object()));
  built.module->train(flag_of(request, "train"));
  Tensors inputs = leaves_from_json(request, row->constants);
  const RandomScope scope(RandomPosition{});
  const Tensors outputs{call_module(*row, built, inputs)};
  std::string text = "{\"outputs\":" + to_json_text(outputs);
  if (request.contains("grad_outputs")) {
    text += gradients_text(*row, outputs, cotangents_from_json(request, outputs), inputs,
                           built.module->named_parameters());
  }
  if (built.weights) {
    const NoGrad guard;
    inputs.resize(row->inputs.size());
    text += ",\"weights\":" + to_json_text(built.weights(inputs));
  }
  return text + "}";
}

Json list_modules() {
  Json list = Json::array();
  for (const ModuleCase& row : module_table()) {
    list.push_back(list_entry(row.name, row.inputs, row.arguments));
  }
  return list;
}

}  // namespace heed::testing
