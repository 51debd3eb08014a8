// Every choice that is registered for a model or its training, read from the schema, so that no
// test has to name it: each trains to finite losses; a model's has right gradients, moves every
// parameter and leaks nothing.
#include <nlohmann/json.hpp>

#include "heed/examples/cli/training/experiment.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::registered_test {
namespace {

using Json = nlohmann::json;
using Sets = std::vector<std::string>;  ///< "train.optimizer=sgd" …

/// One entry for each value that a key below `node` may have; keys that depend on a choice come
/// with it.
void collect(const Json& node, const std::string& path, const Sets& with, std::vector<Sets>& all) {
  if (!node.is_object()) return;  // whether a key is allowed
  const auto with_also = [&](const std::string& value) {
    Sets sets = with;
    sets.push_back(path + "=" + value);
    return sets;
  };
  for (const Json& value : node.value("enum", Json::array())) {
    if (value.is_string()) all.push_back(with_also(value.get<std::string>()));
  }
  const Json properties = node.value("properties", Json::object());
  for (const auto& [name, below] : properties.items()) {
    collect(below, path.empty() ? name : path + "." + name, with, all);
  }
  for (const Json& branch : node.value("allOf", Json::array())) {
    for (const auto& [name, chosen] : branch.at("if").at("properties").items()) {
      Sets sets = with;
      sets.push_back(path + "." + name + "=" + chosen.at("const").get<std::string>());
      Json own = branch.at("then");
      own["properties"].erase(name);
      collect(own, path, sets, all);
    }
  }
}

std::vector<Sets> choices_below(const std::string& section) {
  const Folder folder;
  const Ended ended = run_heed(folder, {"schema"});
  REQUIRE(ended.exit_code == 0);
  std::vector<Sets> all;
  collect(Json::parse(ended.out).at("properties").at(section), section, {}, all);
  return all;
}

std::vector<std::string> with_sets(std::vector<std::string> arguments, const Sets& sets) {
  for (const std::string& set : sets) arguments.insert(arguments.end(), {"--set", set});
  return arguments;
}

void check_trains(const Folder& folder, const Sets& sets) {
  const Ended ended = run_heed(folder, with_sets({"train", "tiny.json", "--out", "run"}, sets));
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  const std::vector<std::string> lines = lines_of(folder.read("run/metrics.jsonl"));
  CHECK_FALSE(lines.empty());
  for (const std::string& line : lines) CHECK(line.find("NaN") == std::string::npos);
}

struct Nobody : TrainingObserver {
  void on_step(const StepReport&) override {}
  void on_evaluation(int64_t, const Evaluation&) override {}
};

/// Adam's first step changes every element whose gradient is not 0 by about the learning rate.
void check_moves_every_parameter(const Folder& folder, Sets sets) {
  sets.insert(sets.end(), {"train.steps=1", "train.optimizer=adam", "train.weight_decay=0"});
  const Experiment experiment = prepare_experiment(builtin_registry(), folder / "tiny.json", sets);
  std::vector<Tensor> before;
  for (const Tensor& parameter : experiment.model->parameters()) {
    before.push_back(parameter.detach().clone());
  }
  Nobody nobody;
  experiment.trainer->run(nobody);
  size_t i = 0;
  for (const auto& [name, parameter] : experiment.model->named_parameters()) {
    INFO(name);
    const bool is_unused = sets.front() == "model.attention.type=none" &&
                           name.find("attention_norm") != std::string::npos;
    CHECK((parameter.to_vector<float>() == before[i++].to_vector<float>()) == is_unused);
  }
}

}  // namespace

TEST_CASE("every registered choice of a training trains to finite losses", "[program]") {
  const std::vector<Sets> choices = choices_below("train");
  CHECK(choices.size() > 8);
  for (Sets sets : choices) {
    INFO(sets.back());
    const Folder folder;
    Json config = Json::parse(tiny_config());
    // Muon is for matrices only, and a cool-down takes some steps.
    config["train"]["groups"] = {{{"pattern", "*norm*|*.bias"}, {"optimizer", "adamw"}}};
    folder.write("tiny.json", config.dump());
    if (sets.back().starts_with("train.cooldown=")) sets.push_back("train.cooldown_steps=1");
    check_trains(folder, sets);
  }
}

TEST_CASE(
    "every registered choice of a model trains, moves all parameters, has right gradients and "
    "leaks nothing",
    "[program]") {
  const std::vector<Sets> choices = choices_below("model");
  CHECK(choices.size() > 20);
  for (const Sets& sets : choices) {
    INFO(sets.front() << " " << sets.back());
    const Folder folder;
    folder.write("tiny.json", tiny_config());
    check_trains(folder, sets);
    check_moves_every_parameter(folder, sets);
    CHECK(run_heed(folder, with_sets({"gradcheck", "tiny.json"}, sets)).exit_code == 0);
    CHECK(run_heed(folder, with_sets({"leaks", "tiny.json"}, sets)).exit_code == 0);
  }
}

}  // namespace heed::testing::registered_test
