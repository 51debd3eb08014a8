// train.groups: which parameters a pattern takes, what they are trained with, and what is refused.
#include "heed/examples/cli/training/parameter_groups.h"

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/muon.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::parameter_groups_test {
namespace {

std::string config_with(const std::string& train) {
  return R"({"task": {"type": "reverse", "symbols": 4, "length": 4}, "model": {"d_model": 8},
             "train": {"steps": 3, "batch_size": 4, "eval_every": 3, "eval_sequences": 5, )" +
         train + "}}";
}

Experiment experiment_of(const std::string& train, const std::vector<std::string>& sets = {}) {
  const std::string path = "c";
  const Registry registry = builtin_registry();
  return build_experiment(
      registry, read_config_text(registry.table(), config_with(train), path, sets), {path, sets});
}

/// "adamw 1 0.1: 2; muon …": optimizer, lr factor, weight decay and number of tensors.
std::string parts_of(const std::string& train) {
  std::string text;
  const Experiment experiment = experiment_of(train);
  for (const TrainedParameters::Part& part : experiment.trainer->parts()) {
    text += text_of(part.optimizer, " ", part.lr_factor, " ", part.weight_decay, ": ",
                    part.parameters.size(), "; ");
  }
  return text;
}

std::string refusal(const std::string& train, const std::vector<std::string>& sets = {}) {
  try {
    experiment_of(train, sets);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

/// Takes every step.
struct Silent : TrainingObserver {
  void on_step(const StepReport&) override {}
  void on_evaluation(int64_t, const Evaluation&) override {}
};

Tensor parameter(const Model& model, const std::string& path) {
  for (const auto& [name, tensor] : model.named_parameters()) {
    if (name == path) return tensor;
  }
  throw ValueError("no parameter ", path);
}

NamedTensors copies(const NamedTensors& tensors) {
  NamedTensors result;
  for (const auto& [name, tensor] : tensors) result.emplace_back(name, tensor.detach().clone());
  return result;
}

}  // namespace

TEST_CASE("A pattern fits paths by * and ?", "[train]") {
  for (const char* pattern :
       {"a.b1.c", "*", "**", "a*", "*c", "a.b?.c", "a.*.c", "*.*.*", "?????c", "*b1*", "a.b1.c*"}) {
    CAPTURE(pattern);
    CHECK(matches(pattern, "a.b1.c"));
  }
  for (const char* pattern : {"", "a.b1", "b1", "?", "a.b?c", "*d", "a.b1.c?", "a.*.c.*", "A*"}) {
    CAPTURE(pattern);
    CHECK_FALSE(matches(pattern, "a.b1.c"));
  }
  CHECK(matches("*ab", "aab"));
  CHECK(matches("*a*ab", "xaaab"));
  CHECK_FALSE(matches("*a*ab", "xab"));
  CHECK(matches("", ""));
}

TEST_CASE("Without groups all parameters are one, or two by their decay", "[train]") {
  CHECK(parts_of(R"("weight_decay": 0.1)") == "adamw 1 0.1: 18; ");
  CHECK(parts_of(R"("weight_decay": 0.1, "weight_decay_of": "matrices")") ==
        "adamw 1 0.1: 9; adamw 1 0: 9; ");
}

TEST_CASE("The first group that matches takes a parameter, the rest is trained as before",
          "[train]") {
  CHECK(parts_of(R"("weight_decay": 0.1, "groups": [
                    {"pattern": "tokens.*|positions.*", "weight_decay": 0},
                    {"pattern": "encoder.*feed_forward.*.weight|encoder*.W_?.weight",
                     "optimizer": "muon", "lr_factor": 20},
                    {"pattern": "encoder.*", "lr_factor": 0.5, "optimizer": "sgd", "momentum": 0.9},
                    {"pattern": "*.bias", "frozen": true}])") ==
        "adamw 1 0: 2; muon 20 0.1: 6; sgd 0.5 0.1: 8; frozen 0 0: 1; adamw 1 0.1: 1; ");
  // Vectors of a group decay like those of no group, unless it says otherwise.
  CHECK(parts_of(R"("weight_decay": 0.1, "weight_decay_of": "matrices", "groups": [
                    {"pattern": "output.*", "lr_factor": 2},
                    {"pattern": "encoder.norm.*", "weight_decay": 0.3}])") ==
        "adamw 2 0.1: 1; adamw 2 0: 1; adamw 1 0.3: 2; adamw 1 0.1: 8; adamw 1 0: 6; ");
}

TEST_CASE("Frozen parameters keep their values, all others move", "[train]") {
  const Experiment experiment =
      experiment_of(R"("groups": [{"pattern": "encoder.blocks.*", "frozen": true}])");
  experiment.trainer->initialise();
  const NamedTensors before = copies(experiment.model->named_parameters());
  Silent silent;
  experiment.trainer->run(silent);
  const NamedTensors after = experiment.model->named_parameters();
  for (size_t i = 0; i < before.size(); ++i) {
    CAPTURE(before[i].first);
    const bool is_same = bit_difference(before[i].second, after[i].second) == "";
    CHECK(is_same == matches("encoder.blocks.*", before[i].first));
  }
  for (const auto& [name, tensor] : experiment.trainer->optimizer_state()) {
    CHECK_FALSE(matches("encoder.blocks.*", name));
  }
  for (const auto& [name, tensor] : after) CHECK(tensor.requires_grad());  // for who looks at it
}

TEST_CASE("A group's optimizer takes the steps that it takes alone", "[train]") {
  const Experiment experiment = experiment_of(
      R"("lr": 0.01, "weight_decay": 0.1, "schedule": "linear", "groups": [
         {"pattern": "output.weight", "optimizer": "muon", "momentum": 0.5, "lr_factor": 3},
         {"pattern": "output.bias", "lr_factor": 0.5, "weight_decay": 0.3}])");
  experiment.trainer->initialise();
  Tensor weight = parameter(*experiment.model, "output.weight").detach().clone();
  Tensor bias = parameter(*experiment.model, "output.bias").detach().clone();
  struct Follow : Silent {
    const Model* model = nullptr;
    Tensor weight, bias;
    std::unique_ptr<Optimizer> muon, adam;
    void on_step(const StepReport& report) override {
      weight.set_grad(parameter(*model, "output.weight").grad());
      bias.set_grad(parameter(*model, "output.bias").grad());
      muon->set_lr(report.lr * 3);
      adam->set_lr(report.lr * 0.5);
      muon->step();
      adam->step();
    }
  } follow;
  follow.model = experiment.model.get();
  follow.weight = weight.requires_grad_();
  follow.bias = bias.requires_grad_();
  follow.muon = std::make_unique<Muon>(std::vector{follow.weight},
                                       MuonConfig{.momentum = 0.5, .weight_decay = 0.1});
  follow.adam = std::make_unique<AdamW>(std::vector{follow.bias}, AdamConfig{.weight_decay = 0.3});
  experiment.trainer->run(follow);
  CHECK(difference(follow.weight, parameter(*experiment.model, "output.weight"), 1e-6) == "");
  CHECK(difference(follow.bias, parameter(*experiment.model, "output.bias"), 1e-6) == "");
}

TEST_CASE("Groups that cannot be are refused", "[train]") {
  const std::string there =
      "there are tokens.weight, positions.learned.weight, encoder.blocks.*.attention_norm.weight, "
      "encoder.blocks.*.attention_norm.bias, encoder.blocks.*.feed_forward_norm.weight, "
      "encoder.blocks.*.feed_forward_norm.bias, encoder.blocks.*.attention.W_Q.weight, "
      "encoder.blocks.*.attention.W_K.weight, encoder.blocks.*.attention.W_V.weight, "
      "encoder.blocks.*.attention.W_O.weight, encoder.blocks.*.feed_forward.expand.weight, "
      "encoder.blocks.*.feed_forward.expand.bias, encoder.blocks.*.feed_forward.contract.weight, "
      "encoder.blocks.*.feed_forward.contract.bias, encoder.norm.weight, encoder.norm.bias, "
      "output.weight, output.bias";
  const std::vector<std::string> sets = {"train.groups.0.pattern=*.wieght"};
  CHECK(
      refusal(R"("groups": [{"pattern": "x"}])", sets) ==
      "--set train.groups.0.pattern=*.wieght: error: train.groups.0.pattern: no parameter matches "
      "\"*.wieght\"; " +
          there);
  const auto refused = [](const std::string& groups) {
    const std::string text = refusal("\"groups\": " + groups);
    return text.substr(std::min(text.size(), text.find("error: ")));
  };
  CHECK(refused(R"([{"pattern": "tokens.*|"}])") ==
        "error: train.groups.0.pattern: no parameter matches \"\"; " + there);
  CHECK(refused(R"([{"pattern": "*.weight"}, {"pattern": "tokens.*"}])") ==
        "error: train.groups.1.pattern: every parameter that matches \"tokens.*\" belongs to an "
        "earlier pattern; left are encoder.blocks.*.attention_norm.bias, "
        "encoder.blocks.*.feed_forward_norm.bias, encoder.blocks.*.feed_forward.expand.bias, "
        "encoder.blocks.*.feed_forward.contract.bias, encoder.norm.bias, output.bias");
  CHECK(refused(R"([{"pattern": "*"}, {"pattern": "*"}])") ==
        "error: train.groups.1.pattern: every parameter that matches \"*\" belongs to an earlier "
        "pattern");
  CHECK(refused(R"([{"pattern": "*", "frozen": true}])") ==
        "error: train.groups: every parameter is frozen; nothing is left to train");
  CHECK(refused(R"([{"pattern": "*", "frozen": true, "lr_factor": 2}])") ==
        "error: train.groups.0.frozen: frozen parameters have no optimizer, lr_factor or "
        "weight_decay");
  CHECK(refused(R"([{"pattern": "output.*", "optimizer": "muon"}])") ==
        "error: train.groups.0.pattern: Muon: trains matrices only, got output.bias [4]; give the "
        "rest to another "
        "optimizer");
  CHECK(refused(R"([{"pattern": "*", "optimizer": "sgd", "nesterov": true}])") ==
        "error: train.groups.0.nesterov: needs a train.groups.0.momentum above 0");
}

}  // namespace heed::testing::parameter_groups_test
