// task.seed determines the data and its split, train.seed the rest.
#include <fstream>
#include <nlohmann/json.hpp>

#include "heed/examples/cli/training/experiment.h"
#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::data_seed_test {
namespace {

using Json = nlohmann::ordered_json;

Experiment experiment_with(const Folder& folder, const std::vector<std::string>& sets) {
  folder.write("config.json", resumable_config());
  return prepare_experiment(builtin_registry(), folder / "config.json", sets);
}

std::vector<float> first_parameters(const Experiment& experiment) {
  return experiment.model->parameters().front().to_vector<float>();
}

TEST_CASE("train.seed changes the weights, but no data and no split; task.seed the reverse",
          "[program]") {
  const Folder folder;
  const Experiment base = experiment_with(folder, {});
  const Experiment trained = experiment_with(folder, {"train.seed=1"});
  const Experiment drawn = experiment_with(folder, {"task.seed=1"});
  CHECK(data_checksum(*base.task) == data_checksum(*trained.task));
  CHECK(data_checksum(*base.task) != data_checksum(*drawn.task));
  CHECK(first_parameters(base) != first_parameters(trained));
  CHECK(first_parameters(base) == first_parameters(drawn));
}

/// Makes a configuration one of the versions without task.seed.
Json without_data_seed(const std::string& text) {
  Json json = Json::parse(text);
  json["task"].erase("seed");
  return json;
}

/// Stops a run of both seeds 7 after its fourth step and removes the key of one of them.
void make_earlier_run(const Folder& folder, const std::string& run) {
  train_well(folder, {"config.json", "--out", run, "--set", "train.seed=7", "--set", "task.seed=7",
                      "--set", "train.steps=4", "--set", "train.schedule=constant"});
  folder.write(run + "/config.json", without_data_seed(folder.read(run + "/config.json")).dump());
  for (const std::string& path : CheckpointFolder(folder / run).list()) {
    CheckpointState state = load_checkpoint_state(path);
    state.config = without_data_seed(state.config).dump();
    std::ofstream(path + "/state.json") << to_json(state);
  }
}

TEST_CASE("a run of before task.seed resumes with the data that it had", "[resume]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  train_well(folder,
             {"config.json", "--out", "whole", "--set", "train.seed=7", "--set", "task.seed=7"});
  for (const char* from : {"run", "run/checkpoints/step-000004"}) {
    std::filesystem::remove_all(folder / "run");
    make_earlier_run(folder, "run");
    const Ended eval = run_heed(folder, {"eval", from});
    CHECK(eval.exit_code == 0);
    CHECK(eval.err.find("warning") == std::string::npos);
    const Ended ended = run_train(folder, {"--resume", from, "--set", "train.steps=6"});
    CHECK(ended.exit_code == 0);
    CHECK(ended.err.find("task.seed") == std::string::npos);
    CHECK(Json::parse(folder.read("run/config.json"))["task"]["seed"] == 7);
    CHECK(run_bits(folder, "run").model == run_bits(folder, "whole").model);
  }
  make_earlier_run(folder, "other");
  const Ended other =
      run_train(folder, {"--resume", "other", "--set", "train.steps=6", "--set", "task.seed=8"});
  CHECK(other.err.find("changed: task.seed from 7 to 8\n") != std::string::npos);
}

}  // namespace
}  // namespace heed::testing::data_seed_test
