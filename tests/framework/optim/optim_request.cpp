#include "heed/tests/framework/optim/optim_request.h"

#include "heed/framework/optim/adagrad.h"
#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/lion.h"
#include "heed/framework/optim/muon.h"
#include "heed/framework/optim/rmsprop.h"
#include "heed/framework/optim/sgd.h"
#include "heed/tests/modules/module_eval.h"
#include "heed/tests/support/case/tensor_json.h"
#include "heed/tests/support/eval.h"

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
  const auto betas = with.numbers("betas", 2);
  const AdamConfig config{.lr = with.number("lr"),
                          .beta1 = betas[0],
                          .beta2 = betas[1],
                          .eps = with.number("eps"),
                          .weight_decay = with.number("weight_decay"),
                          .amsgrad = with.flag("amsgrad")};
  return std::make_unique<Kind>(parameters, config);
}

std::vector<Attribute> adam_attributes(double weight_decay) {
  return {number("lr", 1e-3), numbers("betas", Json{0.9, 0.999}), number("eps", 1e-8),
          number("weight_decay", weight_decay), flag("amsgrad", false)};
}

std::unique_ptr<Optimizer> make_rmsprop(const Attributes& with,
                                        const std::vector<Tensor>& parameters) {
  const RmspropConfig config{.lr = with.number("lr"),
                             .alpha = with.number("alpha"),
                             .eps = with.number("eps"),
                             .weight_decay = with.number("weight_decay"),
                             .momentum = with.number("momentum"),
                             .centered = with.flag("centered")};
  return std::make_unique<RMSprop>(parameters, config);
}

std::unique_ptr<Optimizer> make_adagrad(const Attributes& with,
                                        const std::vector<Tensor>& parameters) {
  const AdagradConfig config{.lr = with.number("lr"),
                             .lr_decay = with.number("lr_decay"),
                             .weight_decay = with.number("weight_decay"),
                             .initial_accumulator_value = with.number("initial_accumulator_value"),
                             .eps = with.number("eps")};
  return std::make_unique<Adagrad>(parameters, config);
}

std::unique_ptr<Optimizer> make_lion(const Attributes& with,
                                     const std::vector<Tensor>& parameters) {
  const auto betas = with.numbers("betas", 2);
  const LionConfig config{.lr = with.number("lr"),
                          .beta1 = betas[0],
                          .beta2 = betas[1],
                          .weight_decay = with.number("weight_decay")};
  return std::make_unique<Lion>(parameters, config);
}

MuonScale muon_scale(const Attributes& with) {
  const std::string name = with.has("adjust_lr_fn") ? with.text("adjust_lr_fn") : "original";
  if (name == "original") return MuonScale::original;
  if (name == "match_rms_adamw") return MuonScale::match_rms_adamw;
  throw RequestError("attribute \"adjust_lr_fn\" must be \"original\" or \"match_rms_adamw\"");
}

std::unique_ptr<Optimizer> make_muon(const Attributes& with,
                                     const std::vector<Tensor>& parameters) {
  const auto coefficients = with.numbers("ns_coefficients", 3);
  const MuonConfig config{.lr = with.number("lr"),
                          .momentum = with.number("momentum"),
                          .weight_decay = with.number("weight_decay"),
                          .nesterov = with.flag("nesterov"),
                          .rounds = with.integer("ns_steps"),
                          .coefficients = {coefficients[0], coefficients[1], coefficients[2]},
                          .eps = with.number("eps"),
                          .scale = muon_scale(with)};
  return std::make_unique<Muon>(parameters, config);
}

const std::vector<OptimizerRow>& optimizers() {
  static const std::vector<OptimizerRow> rows = {
      {"sgd",
       {number("lr", 1e-3), number("momentum", 0.0), number("dampening", 0.0),
        number("weight_decay", 0.0), flag("nesterov", false)},
       make_sgd},
      {"adam", adam_attributes(0), make_adam<Adam>},
      {"adamw", adam_attributes(0.01), make_adam<AdamW>},
      {"rmsprop",
       {number("lr", 0.01), number("alpha", 0.99), number("eps", 1e-8), number("weight_decay", 0.0),
        number("momentum", 0.0), flag("centered", false)},
       make_rmsprop},
      {"adagrad",
       {number("lr", 0.01), number("lr_decay", 0.0), number("weight_decay", 0.0),
        number("initial_accumulator_value", 0.0), number("eps", 1e-10)},
       make_adagrad},
      {"lion",
       {number("lr", 1e-4), numbers("betas", Json{0.9, 0.99}), number("weight_decay", 0.0)},
       make_lion},
      {"muon",
       {number("lr", 1e-3), number("weight_decay", 0.1), number("momentum", 0.95),
        flag("nesterov", true), numbers("ns_coefficients", Json{3.4445, -4.7750, 2.0315}),
        number("eps", 1e-7), integer("ns_steps", 5), text("adjust_lr_fn", left_out)},
       make_muon}};
  return rows;
}

const OptimizerRow& find_optimizer(const std::string& name) {
  for (const OptimizerRow& row : optimizers()) {
    if (row.name == name) return row;
  }
  throw RequestError("unknown optim \"" + name + "\"");
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

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const std::string& name, const Json& config,
                                          const std::vector<Tensor>& parameters) {
  if (!config.is_object()) throw RequestError("\"config\" must be an object");
  const OptimizerRow& row = find_optimizer(name);
  return row.make(Attributes(row.attributes, config), parameters);
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
    list.push_back({{"name", row.name}, {"attrs", describe_attributes(row.attributes)}});
  }
  return list;
}

}  // namespace heed::testing
