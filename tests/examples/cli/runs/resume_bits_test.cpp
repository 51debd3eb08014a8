// Stopping a trainer at any step and continuing with another one: bit-identical to a run without
// the stop.
#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>
#include <set>

#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/io/safetensors.h"
#include "heed/tests/examples/cli/entry_sections.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::resume_bits_test {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t never = INT64_MAX;

/// What a checkpoint holds, as bytes.
struct Snapshot {
  std::string state, model, optimizer;
};

/// Writes down all that happens, keeps the last checkpoint and stops after a step.
struct Stopper : TrainingObserver {
  explicit Stopper(int64_t step) : stop(step) {}
  int64_t stop;
  int64_t taken = 0;
  bool signals = false;  // instead of stopping, sends the signal that interrupts the evaluation
  std::vector<std::string> lines{};
  Snapshot snapshot{};

  void on_step(const StepReport& report) override {
    taken = report.step;
    lines.push_back(Json{report.step, report.loss, report.lr, report.grad_norm}.dump());
    if (signals && taken == stop) std::raise(SIGTERM);
  }
  void on_evaluation(int64_t step, const Evaluation& evaluation) override {
    lines.push_back(Json{step, evaluation.loss, evaluation.token_accuracy}.dump());
  }
  void on_checkpoint(const Trainer& trainer) override {
    CheckpointState state;
    state.training = trainer.state();
    state.config = "{}";
    snapshot = {to_json(state), to_safetensors(trainer.model().state_dict(), {}),
                to_safetensors(trainer.optimizer_state(), {})};
  }
  bool wants_stop() override { return !signals && taken == stop; }
};

struct Outcome {
  std::vector<std::string> lines;
  std::string model, optimizer;
  bool operator==(const Outcome&) const = default;
};

class Runs {
 public:
  explicit Runs(const std::string& config) { folder_.write("config.json", config); }

  /// Trains in pieces that end after these steps, each with a trainer of its own; the number of
  /// threads alternates.
  Outcome train(const std::vector<int64_t>& stops, bool by_signal = false) const {
    const int before = num_threads();
    Outcome outcome;
    Snapshot snapshot;
    for (size_t i = 0; i <= stops.size(); ++i) {
      set_num_threads(static_cast<int>(i % 2) + 1);
      const bool is_last = i == stops.size();
      Stopper stopper(is_last ? never : stops[i]);
      stopper.signals = by_signal && !is_last;
      snapshot = resumed(snapshot, stopper);
      outcome.lines.insert(outcome.lines.end(), stopper.lines.begin(), stopper.lines.end());
    }
    set_num_threads(before);
    outcome.model = snapshot.model;
    outcome.optimizer = snapshot.optimizer;
    return outcome;
  }

 private:
  Snapshot resumed(const Snapshot& snapshot, Stopper& stopper) const {
    const SignalWatch watch;
    const Experiment experiment =
        prepare_experiment(builtin_registry(), folder_ / "config.json", {});
    if (!snapshot.state.empty()) {
      const TrainingState state = read_checkpoint_state(snapshot.state, "state").training;
      stopper.taken = state.step;
      experiment.trainer->restore(state, read_safetensors(snapshot.model, "model").tensors,
                                  read_safetensors(snapshot.optimizer, "optimizer").tensors);
    }
    experiment.trainer->run(stopper);
    return stopper.snapshot;
  }

  Folder folder_;
};

std::string config_of(const std::string& task, const std::string& train,
                      const std::string& attention = R"({"type": "multi_head_attention"})") {
  return R"({"task": )" + task +
         R"(, "model": {"d_model": 8, "d_ff": 8, "dropout": 0.2, "attention": )" + attention +
         R"(}, "train": {"steps": 8, "batch_size": 6, "eval_every": 3, "eval_sequences": 9, )" +
         train + "}}";
}

const std::string drawn = R"({"type": "reverse", "symbols": 4, "length": 4})";
const std::string fixed = R"({"type": "modular_addition", "modulus": 7})";
const std::string text =
    R"({"type": "text", "length": 6, "path": ")" HEED_SOURCE_DIR R"(/configs/data/attention.txt"})";
const std::string pairs =
    R"({"type": "pairs", "path": ")" HEED_SOURCE_DIR R"(/configs/data/number_names.tsv"})";

std::vector<std::string> configs() {
  return {
      config_of(drawn, R"("optimizer": "adamw", "weight_decay": 0.1, "weight_decay_of": "matrices",
                          "schedule": "cosine", "warmup_steps": 2, "clip_norm": 0.5)"),
      config_of(drawn, R"("optimizer": "sgd", "micro_batches": 4, "schedule": "inverse_sqrt")"),
      config_of(fixed, R"("optimizer": "sgd", "momentum": 0.9, "nesterov": true,
                          "schedule": "linear", "early_stopping": 1)"),
      config_of(text, R"("optimizer": "adam", "schedule": "constant", "weight_decay": 0.1,
                         "weight_decay_of": "matrices", "micro_batches": 2)"),
      config_of(pairs, R"("optimizer": "adamw", "schedule": "cosine", "overfit_one_batch": true)"),
      config_of(drawn, R"("optimizer": "adam", "lr": 0)",
                R"({"type": "d2l_multi_head_attention", "dropout": 0.3})"),
      config_of(drawn, R"("optimizer": "rmsprop", "momentum": 0.9, "centered": true)"),
      config_of(drawn, R"("optimizer": "adagrad", "lr_decay": 0.1, "initial_accumulator_value": 1,
                          "cooldown_steps": 4, "cooldown": "sqrt")"),
      config_of(drawn, R"("optimizer": "lion", "weight_decay": 0.1)"),
      config_of(drawn, R"("optimizer": "adamw", "amsgrad": true)"),
      config_of(drawn, R"("optimizer": "sgd", "momentum": 0.9, "dampening": 0.5)"),
      config_of(drawn, R"("weight_decay": 0.1, "clip_norm": 0.5, "groups": [
                          {"pattern": "tokens.*|positions.*", "frozen": true},
                          {"pattern": "encoder.*norm*", "lr_factor": 0.5, "weight_decay": 0},
                          {"pattern": "encoder.*.weight", "optimizer": "muon", "lr_factor": 5}])"),
  };
}

TEST_CASE("a training that is stopped after any step resumes bit-identically", "[resume]") {
  for (const std::string& config : configs()) {
    CAPTURE(config);
    const Runs runs(config);
    const Outcome whole = runs.train({});
    REQUIRE(whole.lines.size() >= 4);
    for (int64_t step = 0; step < 8; ++step) {
      CAPTURE(step);
      CHECK(runs.train({step}) == whole);
    }
    CHECK(runs.train({1, 2, 5}) == whole);
    CHECK(runs.train({0, 0, 3, 3}) == whole);
  }
}

/// Configurations of each entry of a list, with its defaults and with each of its keys changed;
/// `key` of the section "train" names the entry.
template <class List>
std::vector<std::string> configs_of(const std::string& key, const List& list) {
  std::vector<std::string> configs;
  for (const auto& entry : list.entries()) {
    // Muon is for matrices only.
    const Json groups = {{{"pattern", "*norm*|*.bias"}, {"optimizer", "adamw"}}};
    for (EntrySection section : sections_of(
             entry.keys(), {{key, entry.name}, {"weight_decay", 0.1}, {"groups", groups}})) {
      if (section.changed_key == "nesterov") section.values.erase("dampening");
      const std::string braced = section.values.dump();
      configs.push_back(config_of(drawn, braced.substr(1, braced.size() - 2)));
    }
  }
  return configs;
}

TEST_CASE("every registered optimizer and schedule resumes bit-identically", "[resume]") {
  const Registry registry = builtin_registry();
  for (const auto& configs :
       {configs_of("optimizer", registry.optimizers), configs_of("schedule", registry.schedules)}) {
    std::set<std::string> trained;  // each key has an effect
    for (const std::string& config : configs) {
      CAPTURE(config);
      const Runs runs(config);
      const Outcome whole = runs.train({});
      CHECK(runs.train({1, 4}) == whole);
      CHECK(trained.insert(whole.model).second);
    }
  }
}

TEST_CASE("an evaluation that a signal interrupts is made after the resume", "[resume]") {
  for (const std::string& config : configs()) {
    CAPTURE(config);
    const Runs runs(config);
    CHECK(runs.train({3}, true) == runs.train({}));
  }
}

TEST_CASE("different seeds, dropout and optimizers are told apart by these tests", "[resume]") {
  const Outcome whole = Runs(config_of(drawn, R"("seed": 1)")).train({});
  CHECK(!(Runs(config_of(drawn, R"("seed": 2)")).train({}) == whole));
  CHECK(!(Runs(config_of(drawn, R"("seed": 1, "beta1": 0.8)")).train({}) == whole));
  CHECK(!(Runs(config_of(drawn, R"("seed": 1)", R"({"type": "none"})")).train({}) == whole));
}

/// The parameters after one step of sgd with a learning rate of 1: the gradient itself.
std::vector<float> after_one_step(const std::string& config, int parts) {
  const Folder folder;
  folder.write("config.json", config);
  const Experiment experiment =
      prepare_experiment(builtin_registry(), folder / "config.json",
                         {"train.steps=1", text_of("train.micro_batches=", parts),
                          "train.optimizer=sgd", "train.lr=1", "model.dropout=0"});
  Stopper stopper(never);
  experiment.trainer->run(stopper);
  std::vector<float> all;
  for (const Tensor& tensor : experiment.model->parameters()) {
    const auto values = tensor.to_vector<float>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

TEST_CASE("micro-batches add up to the gradient of the batch", "[resume]") {
  // The answers of "pairs" differ in length, so the parts differ in how many positions count.
  for (const std::string& task : {drawn, pairs, text}) {
    const std::string config = config_of(task, R"("seed": 3)");
    const std::vector<float> whole = after_one_step(config, 1);
    for (const int parts : {2, 4, 6}) {
      CAPTURE(task, parts);
      const std::vector<float> added = after_one_step(config, parts);
      REQUIRE(added.size() == whole.size());
      double largest = 0;
      for (size_t i = 0; i < whole.size(); ++i) {
        largest = std::max(largest, std::fabs(double{added[i]} - double{whole[i]}));
      }
      CHECK(largest < 1e-6);
    }
  }
}

TEST_CASE("weight decay of matrices leaves biases and norms alone", "[resume]") {
  const auto parameters = [](const char* which) {
    const Folder folder;
    folder.write("config.json", config_of(drawn, R"("weight_decay": 0.5, "lr": 0.1)"));
    const Experiment experiment =
        prepare_experiment(builtin_registry(), folder / "config.json",
                           {"train.steps=1", std::string("train.weight_decay_of=") + which});
    Stopper stopper(never);
    experiment.trainer->run(stopper);
    NamedTensors copies;
    for (const auto& [name, tensor] : experiment.model->named_parameters()) {
      copies.emplace_back(name, tensor.detach().clone());
    }
    return copies;
  };
  const NamedTensors all = parameters("all"), matrices = parameters("matrices");
  int different = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].first);
    const bool same = all[i].second.to_vector<float>() == matrices[i].second.to_vector<float>();
    if (all[i].second.dim() >= 2) CHECK(same);
    if (!same) ++different;
  }
  CHECK(different > 0);
}

TEST_CASE("early stopping counts evaluations without a lower loss", "[resume]") {
  const Folder folder;
  folder.write("config.json", config_of(drawn, R"("lr": 0, "early_stopping": 2)"));
  const Experiment experiment =
      prepare_experiment(builtin_registry(), folder / "config.json", {"train.steps=100"});
  Stopper stopper(never);
  experiment.trainer->run(stopper);
  CHECK(experiment.trainer->state().step == 9);  // the first at 3 is the best; then 6 and 9
  CHECK(experiment.trainer->state().best->step == 3);
}

}  // namespace
}  // namespace heed::testing::resume_bits_test
