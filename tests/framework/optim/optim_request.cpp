#include "heed/tests/framework/optim/optim_request.h"

#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/sgd.h"
#include "heed/tests/modules/case/module_eval.h"
#include "heed/tests/support/eval.h"
#include "heed/tests/support/tensor_json.h"

namespace heed::testing {
namespace {

struct OptimizerRow {
  std::string name;
  std::vector<Attribute> attributes;
  std::unique_ptr<Optimizer> (*make)(const Attributes& with, const std::vector<Tensor>& parameters);
};

std::unique_ptr<Optimizer> make_sgd(const Attributes& with, const std::vector<Tensor>& parameters) {
  const SgdConfig config{.lr = with.number("lr"),
                         .momentum = with.number("momentum"),
                         .dampening = with.number("dampening"),
                         .weight_decay = with.number("weight_decay"),
                         .nesterov = with.flag("nesterov")};
  return std::make_unique<SGD>(parameters, config);
}

template <class Kind>
std::unique_ptr<Optimizer> make_adam(const Attributes& with,
                                     const std::vector<Tensor>& parameters) {
  const AdamConfig config{.lr = with.number("lr"),
                          .beta1 = with.number("beta1"),
                          .beta2 = with.number("beta2"),
                          .eps = with.number("eps"),
                          .weight_decay = with.number("weight_decay")};
  return std::make_unique<Kind>(parameters, config);
}

std::vector<Attribute> adam_attributes(double weight_decay) {
  return {number("lr", 1e-3), number("beta1", 0.9), number("beta2", 0.999), number("eps", 1e-8),
          number("weight_decay", weight_decay)};
}

const std::vector<OptimizerRow>& optimizers() {
  static const std::vector<OptimizerRow> rows = {
      {"sgd",
       {number("lr", 1e-3), number("momentum", 0.0), number("dampening", 0.0),
        number("weight_decay", 0.0), flag("nesterov", false)},
       make_sgd},
      {"adam", adam_attributes(0), make_adam<Adam>},
      {"adamw", adam_attributes(0.01), make_adam<AdamW>}};
  return rows;
}

const OptimizerRow& find_optimizer(const std::string& name) {
  for (const OptimizerRow& row : optimizers()) {
    if (row.name == name) return row;
  }
  throw RequestError("unknown optim \"" + name + "\"");
}

bool is_beta(const std::string& name) {
  return name == "beta1" || name == "beta2";
}

/// PyTorch's "betas":[b1,b2] as the two attributes that rows declare.
Json without_betas(const Json& config) {
  Json split = config;
  for (const auto& [key, value] : config.items()) {
    if (is_beta(key)) throw RequestError("unknown attribute \"" + key + "\"; it is \"betas\"");
  }
  const auto betas = config.find("betas");
  if (betas == config.end()) return split;
  if (!betas->is_array() || betas->size() != 2) {
    throw RequestError("attribute \"betas\" must be a list of two numbers");
  }
  split.erase("betas");
  split["beta1"] = (*betas)[0];
  split["beta2"] = (*betas)[1];
  return split;
}

NamedTensors state_from_json(const Json& json) {
  if (!json.is_object()) throw RequestError("\"state\" must be an object or null");
  NamedTensors state;
  for (const auto& [name, tensor] : json.items()) {
    state.emplace_back(name, tensor_from_json(tensor, "state \"" + name + "\""));
  }
  return state;
}

/// The parameters of a request, with their gradients.
std::vector<Tensor> parameters_from_json(const Json& request) {
  std::vector<Tensor> parameters = tensors_from_json(request, "params");
  const std::vector<Tensor> gradients = tensors_from_json(request, "grads");
  if (gradients.size() > parameters.size()) {
    throw RequestError(text_of("\"grads\" has ", gradients.size(), " entries for ",
                               parameters.size(), " parameters"));
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].defined()) throw RequestError(text_of("params[", i, "] must be a tensor"));
    parameters[i].requires_grad_();
    if (i < gradients.size()) parameters[i].set_grad(gradients[i]);
  }
  return parameters;
}

bool has_betas(const OptimizerRow& row) {
  for (const Attribute& attribute : row.attributes) {
    if (is_beta(attribute.name)) return true;
  }
  return false;
}

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const std::string& name, const Json& config,
                                          const std::vector<Tensor>& parameters) {
  if (!config.is_object()) throw RequestError("\"config\" must be an object");
  const OptimizerRow& row = find_optimizer(name);
  return row.make(Attributes(row.attributes, has_betas(row) ? without_betas(config) : config),
                  parameters);
}

std::string answer_optim(const Json& request) {
  check_keys(request, {"optim", "config", "params", "grads", "state"});
  const std::string name = request["optim"].get<std::string>();
  find_optimizer(name);  // an unknown name is the first thing to say
  const std::vector<Tensor> parameters = parameters_from_json(request);
  const auto optimizer = make_optimizer(name, request.value("config", Json::object()), parameters);
  const Json state = request.value("state", Json());
  if (!state.is_null()) optimizer->load_state(state_from_json(state));
  optimizer->step();
  std::string text = "{\"params\":" + to_json_text(parameters) + ",\"state\":{";
  for (const auto& [key, tensor] : optimizer->state()) {
    if (text.back() != '{') text += ',';
    text += text_of("\"", key, "\":", to_json_text(tensor));
  }
  return text + "}}";
}

Json list_optimizers() {
  Json list = Json::array();
  for (const OptimizerRow& row : optimizers()) {
    std::vector<Attribute> single;
    for (const Attribute& attribute : row.attributes) {
      if (!is_beta(attribute.name)) single.push_back(attribute);
    }
    Json attributes = describe_attributes(single);
    if (has_betas(row)) {
      attributes.push_back({{"name", "betas"}, {"type", "float[]"}, {"default", {0.9, 0.999}}});
    }
    list.push_back({{"name", row.name}, {"attrs", attributes}});
  }
  return list;
}

}  // namespace heed::testing
