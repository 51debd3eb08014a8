// `heed train`: bit-identical results, a run directory, a last line, an exit code.
#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>

#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/base/parallel.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_train_test {
namespace {

using Json = nlohmann::ordered_json;

/// Writes down all that a run reports.
struct Recorder : TrainingObserver {
  std::vector<double> losses;
  void on_step(const StepReport& report) override {
    losses.insert(losses.end(), {report.loss, report.lr, report.grad_norm});
  }
  void on_evaluation(int64_t, const Evaluation& evaluation) override {
    losses.insert(losses.end(), {evaluation.loss, evaluation.token_accuracy});
  }
};

struct Trace {
  std::vector<double> losses;
  std::vector<std::vector<float>> parameters;
  bool operator==(const Trace&) const = default;
};

Trace trace(const std::string& config, int threads) {
  const int before = num_threads();
  set_num_threads(threads);
  const Folder folder;
  folder.write("config.json", config);
  const Experiment experiment = prepare_experiment(builtin_registry(), folder / "config.json", {});
  Recorder recorder;
  experiment.trainer->run(recorder);
  set_num_threads(before);
  Trace result{recorder.losses, {}};
  for (const auto& [path, tensor] : experiment.model->named_parameters()) {
    result.parameters.push_back(tensor.to_vector<float>());
  }
  return result;
}

Json without_speed(const std::string& line) {
  Json json = Json::parse(line);
  json.erase("tokens_per_second");
  return json;
}

TEST_CASE("a run is bit-identical again and with any number of threads", "[program]") {
  const std::string config = R"({"task": {"type": "reverse"},
    "model": {"d_model": 48, "layers": 2, "dropout": 0.2, "attention": {"heads": 3}},
    "train": {"steps": 8, "batch_size": 48, "lr": 0.01, "clip_norm": 0.5, "eval_every": 4,
              "eval_sequences": 300}})";
  const Trace first = trace(config, 1);
  CHECK(first.losses.size() == 8 * 3 + 2 * 2);
  CHECK(first == trace(config, 1));
  CHECK(first == trace(config, 2));
  CHECK(first == trace(config, 4));
}

TEST_CASE("cross-attention has the same bits with any number of threads", "[program]") {
  const std::string config = R"({"task": {"type": "cross_reverse"},
    "model": {"d_model": 40, "d_source": 24,
              "attention": {"heads": 3, "d_qk": 20, "d_v": 12}},
    "train": {"steps": 5, "batch_size": 64, "eval_every": 5, "eval_sequences": 100}})";
  CHECK(trace(config, 1) == trace(config, 2));
}

TEST_CASE("a run directory holds configuration, metrics and log", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config(R"(, "about": ["one", "two"])"));
  const Ended ended = run_heed(folder, {"train", "tiny.json", "--set", "train.seed=5"});
  REQUIRE(ended.exit_code == 0);
  REQUIRE(folder.has("runs/reverse-1"));

  const Json line = Json::parse(lines_of(ended.out).back());
  std::vector<std::string> keys;
  for (const auto& [key, value] : line.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"task", "steps", "seconds", "loss", "token_accuracy",
                                         "sequence_accuracy", "parameters", "seed", "run_dir"});
  CHECK(line["task"] == "reverse");
  CHECK(line["steps"] == 6);
  CHECK(line["seed"] == 5);
  CHECK(line["run_dir"] == "runs/reverse-1");

  std::vector<Json> steps, evaluations;
  for (const std::string& text : lines_of(folder.read("runs/reverse-1/metrics.jsonl"))) {
    (Json::parse(text).contains("eval_loss") ? evaluations : steps).push_back(Json::parse(text));
  }
  REQUIRE(steps.size() == 6);
  REQUIRE(evaluations.size() == 2);
  for (const char* key : {"step", "loss", "lr", "grad_norm", "tokens_per_second"}) {
    CHECK(steps.back().contains(key));
  }
  CHECK(evaluations.back()["step"] == 6);
  CHECK(evaluations.back()["eval_loss"] == line["loss"]);
  CHECK(evaluations.back()["sequence_accuracy"] == line["sequence_accuracy"]);

  const auto log = lines_of(folder.read("runs/reverse-1/log.txt"));
  CHECK(log.front().starts_with("reverse: "));  // the seed is not that of "about"
  CHECK(log.back() == lines_of(ended.out).back());
}

TEST_CASE("about is shown and kept where nothing is changed that it speaks of", "[program]") {
  const auto shows = [](const std::vector<std::string>& sets) {
    const Folder folder;
    folder.write("tiny.json", tiny_config(R"(, "about": ["one", "two"])"));
    std::vector<std::string> arguments{"train", "tiny.json", "--out", "run"};
    for (const std::string& set : sets) arguments.insert(arguments.end(), {"--set", set});
    const Ended ended = run_heed(folder, arguments);
    CHECK(ended.exit_code == 0);
    const bool is_shown = ended.err.starts_with("one\ntwo\n");
    CHECK(folder.read("run/log.txt").starts_with("one\ntwo\n") == is_shown);
    CHECK((folder.read("run/config.json").find("\"about\"") != std::string::npos) == is_shown);
    return is_shown;
  };
  CHECK(shows({}));
  CHECK(shows({"train.checkpoints_kept=1", "train.checkpoint_every=2", "train.batch_size=4"}));
  CHECK_FALSE(shows({"train.batch_size=5"}));
  CHECK_FALSE(shows({"model.attention.type=none"}));
  CHECK_FALSE(shows({"task=null", "task.type=copy"}));
}

TEST_CASE("the configuration of a run directory repeats the run", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  REQUIRE(run_heed(folder, {"train", "tiny.json", "--out", "a", "--set", "train.seed=7", "--set",
                            "model.attention.heads=2", "--threads", "2"})
              .exit_code == 0);
  REQUIRE(run_heed(folder, {"train", "a/config.json", "--out", "b", "--threads", "1"}).exit_code ==
          0);
  CHECK(folder.read("a/config.json") == folder.read("b/config.json"));
  const auto first = lines_of(folder.read("a/metrics.jsonl"));
  const auto second = lines_of(folder.read("b/metrics.jsonl"));
  REQUIRE(first.size() == second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    CHECK(without_speed(first[i]) == without_speed(second[i]));
  }
}

TEST_CASE("run directories are numbered, and one that exists is refused", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  for (int run = 0; run < 2; ++run)
    REQUIRE(run_heed(folder, {"train", "tiny.json"}).exit_code == 0);
  CHECK(folder.has("runs/reverse-2/config.json"));
  const std::string before = folder.read("runs/reverse-1/metrics.jsonl");
  for (const std::string taken : {"runs/reverse-1", "runs/reverse-1/", "tiny.json"}) {
    const Ended ended = run_heed(folder, {"train", "tiny.json", "--out", taken});
    CHECK(ended.exit_code == 2);
    const std::string resuming =
        taken == "tiny.json" ? "" : "; `heed train --resume runs/reverse-1` goes on with this run";
    CHECK(ended.err == "--out " + taken +
                           ": error: already exists; choose another name or remove it" + resuming +
                           "\n");
  }
  CHECK(folder.read("runs/reverse-1/metrics.jsonl") == before);
  const Ended nested = run_heed(folder, {"train", "tiny.json", "--out", "x/y/z/"});
  CHECK(nested.exit_code == 0);
  CHECK(folder.has("x/y/z/log.txt"));
}

TEST_CASE("a failed write is reported in one line", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  folder.write("file", "");
  const Ended ended = run_heed(folder, {"train", "tiny.json", "--out", "file/run"});
  CHECK(ended.exit_code == 1);
  CHECK(ended.err == "file: cannot create directory: Not a directory\n");
}

TEST_CASE("training that diverges ends with code 3 and names step, op and module", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended ended =
      run_heed(folder, {"train", "tiny.json", "--out", "run", "--set", "train.lr=1e30"});
  CHECK(ended.exit_code == 3);
  CHECK(ended.out.empty());
  const std::string message = lines_of(ended.err).back();
  CHECK(message.starts_with("train: the loss is not finite: nan at step 2; linear: made "));
  CHECK(message.find(" (in encoder.blocks.0.attention.W_Q)") != std::string::npos);
  CHECK(message.ends_with(
      "; a smaller train.lr may help; the batch is in run/diverged-step-2.safetensors"));
  CHECK(lines_of(folder.read("run/log.txt")).back() == message);
  CHECK(lines_of(folder.read("run/metrics.jsonl")).size() == 1);
}

TEST_CASE("training does not diverge with an epsilon of 0, or one that f32 cannot hold",
          "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  for (const char* optimizer : {"adamw", "adam", "rmsprop", "adagrad"}) {
    for (const char* epsilon : {"0", "1e-50"}) {
      const Ended ended = run_heed(
          folder, {"train", "tiny.json", "--set", std::string("train.optimizer=") + optimizer,
                   "--set", std::string("train.epsilon=") + epsilon});
      CAPTURE(optimizer, epsilon, ended.err);
      CHECK(ended.exit_code == 0);
    }
  }
}

TEST_CASE("training stops where it is good enough", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended ended = run_heed(folder, {"train", "tiny.json", "--set", "train.stop_at=0"});
  CHECK(Json::parse(lines_of(ended.out).back())["steps"] == 3);
}

TEST_CASE("after a signal the step is finished, all is written, and the signal kills",
          "[program]") {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    const Folder folder;
    folder.write("tiny.json", tiny_config());
    RunningProgram program(folder, {"train", "tiny.json", "--out", "run", "--set",
                                    "train.steps=100000000", "--set", "train.eval_every=10"});
    // Some evaluations have been made once the log has these lines.
    for (int i = 0; i < 2000 && lines_of(folder.read("run/log.txt")).size() < 3; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    program.send(signal);
    const Ended ended = program.wait();
    CHECK(ended.exit_code == -1);
    CHECK(ended.signal == signal);
    CHECK(ended.out.empty());
    const std::string last = lines_of(folder.read("run/log.txt")).back();
    CHECK(last.starts_with("interrupted after "));
    CHECK(last.find("sequence accuracy") != std::string::npos);
    const std::string metrics = folder.read("run/metrics.jsonl");
    CHECK(metrics.back() == '\n');
    for (const std::string& line : lines_of(metrics)) CHECK(Json::accept(line));
    CHECK(Json::accept(folder.read("run/config.json")));
  }
}

}  // namespace
}  // namespace heed::testing::program_train_test
