// `heed train --resume`: where it resumes, what it refuses, what it writes.
#include <nlohmann/json.hpp>

#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/safetensors.h"
#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_resume_test {
namespace {

using Json = nlohmann::ordered_json;

/// A run that stopped after four of six steps.
void stop_after_four(const Folder& folder) {
  folder.write("config.json", resumable_config());
  train_well(folder, {"config.json", "--out", "run", "--set", "train.steps=4", "--set",
                      "train.eval_every=3"});
  // As if it had been killed: the evaluation of a last step is no part of the longer run.
  std::filesystem::remove_all(folder / "run/checkpoints/step-000004");
}

const std::vector<std::string> to_six = {"--resume", "run", "--set", "train.steps=6"};

TEST_CASE("a run continues with more steps as if it had always had them", "[resume]") {
  const Folder folder;
  const RunBits whole = unbroken_bits(folder);
  train_well(folder, {"config.json", "--out", "run", "--set", "train.steps=3"});
  train_well(folder, to_six);
  CHECK(run_bits(folder, "run") == whole);
  CHECK(Json::parse(folder.read("run/config.json"))["train"]["steps"] == 6);
  const Json record = Json::parse(lines_of(folder.read("run/resumes.jsonl")).back());
  CHECK(record["step"] == 3);
  CHECK(record["from"] == "run/checkpoints/step-000003");
  CHECK(record["changes"].dump() == R"([{"key":"train.steps","from":"3","to":"6"}])");
  CHECK(record["threads"] == 1);

  folder.write("longer.json", resumable_config());
  train_well(folder, {"config.json", "--out", "other", "--set", "train.steps=3"});
  train_well(folder, {"longer.json", "--resume", "other"});
  CHECK(run_bits(folder, "other") == whole);
}

TEST_CASE("metrics written after the checkpoint are cut, and resuming may be repeated",
          "[resume]") {
  const Folder folder;
  const RunBits whole = unbroken_bits(folder);
  stop_after_four(folder);
  CHECK(metrics_lines(folder, "run").size() == 6);  // four steps, two evaluations
  const Ended ended = run_train(folder, to_six);
  CHECK(ended.exit_code == 0);
  CHECK(lines_of(ended.err).front() == "resumed from run/checkpoints/step-000003 after step 3");
  CHECK(run_bits(folder, "run") == whole);
  const Ended again = run_train(folder, {"--resume", "run/"});
  CHECK(again.exit_code == 0);
  CHECK(Json::parse(lines_of(again.out).back())["steps"] == 6);
  CHECK(run_bits(folder, "run") == whole);
}

TEST_CASE("a run without a checkpoint begins again", "[resume]") {
  const Folder folder;
  const RunBits whole = unbroken_bits(folder);
  stop_after_four(folder);
  std::filesystem::remove_all(folder / "run/checkpoints");
  const Ended ended = run_train(folder, to_six);
  CHECK(ended.exit_code == 0);
  CHECK(lines_of(ended.err).front() == "resumed from run after step 0");
  CHECK(run_bits(folder, "run") == whole);
}

TEST_CASE("from an older checkpoint: the later ones are set aside", "[resume]") {
  const Folder folder;
  const RunBits whole = unbroken_bits(folder);
  const Ended ended = run_train(folder, {"--resume", "unbroken-6/checkpoints/step-000004/"});
  CHECK(ended.exit_code == 0);
  const auto said = lines_of(ended.err);
  CHECK(said[0] == "resumed from unbroken-6/checkpoints/step-000004 after step 4");
  CHECK(said[1] == "set aside: unbroken-6/checkpoints/abandoned-step-000005");
  CHECK(said[2] == "set aside: unbroken-6/checkpoints/abandoned-step-000006");
  CHECK(run_bits(folder, "unbroken-6") == whole);
  const std::string aside = "unbroken-6/checkpoints/abandoned-step-000006";
  CHECK(folder.read(aside + "/model.safetensors") == whole.model);

  const Ended twice = run_train(folder, {"--resume", "unbroken-6/checkpoints/step-000005"});
  CHECK(lines_of(twice.err)[1] == "set aside: " + aside + "-2");
  CHECK(folder.has(aside + "/state.json"));

  // Its steps are wrong for the run, which has others of that name by now.
  const Ended refused = run_train(folder, {"--resume", aside});
  CHECK(refused.exit_code == 2);
  CHECK(refused.err ==
        "--resume " + aside +
            ": error: not a checkpoint of a run: it must be in the directory \"checkpoints\" of a "
            "run "
            "directory and be named step-N; `heed eval` and `heed predict` read it where it is\n");
  CHECK(run_bits(folder, "unbroken-6") == whole);

  // Named from inside of the run directory.
  const Folder inside;
  std::filesystem::copy(folder / "unbroken-6", inside / "run",
                        std::filesystem::copy_options::recursive);
  std::filesystem::create_directory_symlink(inside / "run/checkpoints", inside / "checkpoints");
  CHECK(run_train(inside, {"--resume", "run/checkpoints/../checkpoints/step-000005"}).exit_code ==
        0);
  CHECK(run_bits(inside, "run") == whole);
}

TEST_CASE("a run may move, and a checkpoint outside of a run is refused", "[resume]") {
  const Folder folder;
  const RunBits whole = unbroken_bits(folder);
  stop_after_four(folder);
  std::filesystem::create_directory(folder / "elsewhere");
  std::filesystem::rename(folder / "run", folder / "elsewhere/moved");
  train_well(folder, {"--resume", "elsewhere/moved", "--set", "train.steps=6"});
  CHECK(run_bits(folder, "elsewhere/moved") == whole);

  std::filesystem::rename(folder / "elsewhere/moved/checkpoints/step-000006", folder / "alone");
  CHECK(run_train(folder, {"--resume", "alone"}).exit_code == 2);
  const Ended nothing = run_train(folder, {"--resume", "nowhere"});
  CHECK(nothing.exit_code == 2);
  CHECK(nothing.err ==
        "--resume nowhere: error: neither a run directory nor a checkpoint: it has no config.json "
        "and no state.json\n");
}

TEST_CASE("fewer steps end the run with an evaluation where it is", "[resume]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  stop_after_four(folder);
  train_well(folder, to_six);
  std::filesystem::remove_all(folder / "run/checkpoints/step-000006");
  const Ended ended = run_train(folder, {"--resume", "run", "--set", "train.steps=5"});
  CHECK(ended.exit_code == 0);
  CHECK(Json::parse(lines_of(ended.out).back())["steps"] == 5);
  CHECK(Json::parse(lines_of(folder.read("run/metrics.jsonl")).back())["step"] == 5);
  CHECK(Json::parse(lines_of(folder.read("run/metrics.jsonl")).back()).contains("eval_loss"));

  const Ended fewer = run_train(folder, {"--resume", "run", "--set", "train.steps=2"});
  CHECK(fewer.exit_code == 2);
  CHECK(fewer.err == "--resume run: error: train.steps is 2, but the run already has 5 steps\n");
}

TEST_CASE("another key changes only by --set, which is recorded", "[resume]") {
  const Folder folder;
  stop_after_four(folder);
  Json other = Json::parse(resumable_config());
  other["train"]["lr"] = 0.5;
  other["model"]["dropout"] = 0.5;
  folder.write("other.json", other.dump());
  const std::string before = folder.read("run/config.json");
  const Ended refused = run_train(folder, {"other.json", "--resume", "run"});
  CHECK(refused.exit_code == 2);
  const auto lines = lines_of(refused.err);
  REQUIRE(lines.size() == 2);
  CHECK(
      lines[0].ends_with("error: \"model.dropout\" is 0.5 in this file but 0.2 in the run; use "
                         "--set model.dropout=0.5 to change it"));
  CHECK(
      lines[1].ends_with("error: \"train.lr\" is 0.5 in this file but 0.001 in the run; use "
                         "--set train.lr=0.5 to change it"));
  CHECK(folder.read("run/config.json") == before);
  CHECK(!folder.has("run/resumes.jsonl"));

  const Ended ended = run_train(folder, {"other.json", "--resume", "run", "--set", "train.lr=0.5",
                                         "--set", "model.dropout=0.5"});
  CHECK(ended.exit_code == 0);
  const Json record = Json::parse(lines_of(folder.read("run/resumes.jsonl")).back());
  CHECK(record["changes"].size() == 3);
  CHECK(Json::parse(folder.read("run/config.json"))["train"]["lr"] == 0.5);
  CHECK(ended.err.find("changed: train.lr from 0.001 to 0.5\n") != std::string::npos);

  const Ended wider = run_train(folder, {"--resume", "run", "--set", "model.d_model=16"});
  CHECK(wider.exit_code == 2);
  CHECK(wider.err.starts_with("--resume run: error: the parameters of "));
}

TEST_CASE("a run directory belongs to one process", "[resume]") {
  const Folder folder;
  stop_after_four(folder);
  {
    const FolderLock lock(folder / "run", "lock");
    const Ended refused = run_train(folder, to_six);
    CHECK(refused.exit_code == 1);
    CHECK(refused.err == text_of("run/lock: locked by another run, process ", getpid(),
                                 "; wait until it ends or stop it\n"));
  }
  train_well(folder, to_six);
}

std::string checksum(const std::string& text) {
  Crc32 crc;
  crc.add(text);
  return checksum_text(crc.value());
}

TEST_CASE("a data file that has changed anywhere is refused", "[resume]") {
  const Folder folder;
  std::string words;
  for (int i = 0; i < 400; ++i) words += text_of("word ", i * i % 97, ", ");
  for (const bool in_training : {true, false}) {
    folder.write("text.txt", words);
    const std::string run = in_training ? "a" : "b";
    folder.write("text.json", R"({"task": {"type": "text", "path": "text.txt", "length": 8},
      "model": {"d_model": 8, "attention": {"type": "multi_head_attention"}},
      "train": {"steps": 2, "batch_size": 2, "eval_sequences": 5}})");
    train_well(folder, {"text.json", "--out", run});
    std::string changed = words;
    changed[in_training ? words.size() / 2 : words.size() - 40] = 'w';
    REQUIRE(changed != words);
    folder.write("text.txt", changed);
    const Ended ended = run_train(folder, {"--resume", run, "--set", "train.steps=4"});
    CHECK(ended.exit_code == 2);
    CHECK(
        ended.err ==
        "--resume " + run +
            ": error: the task's data has changed: task.path: text.txt has "
            "changed: its checksum is " +
            checksum(changed) + ", not " + checksum(words) +
            "; restore it, or resume with --set task.path=text.txt to continue with what is there "
            "now\n");
  }
}

/// 300 pairs of which line `changed`, if there is one, has another target.
std::string pairs_text(int changed = -1) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    const int target = i == changed ? i + 1 : i;
    text += text_of("a", i % 10, " b", i / 10, "\tc", target % 7, "\n");
  }
  return text;
}

void train_pairs(const Folder& folder) {
  folder.write("pairs.tsv", pairs_text());
  folder.write("pairs.json", R"({"task": {"type": "pairs", "path": "pairs.tsv"},
    "model": {"d_model": 8, "attention": {"type": "multi_head_attention"}},
    "train": {"steps": 2, "batch_size": 2, "eval_sequences": 5}})");
  train_well(folder, {"pairs.json", "--out", "run"});
}

TEST_CASE("a changed pair is refused, whether or not it is evaluated", "[resume]") {
  const Folder folder;
  train_pairs(folder);
  for (int line = 0; line < 300; line += 37) {
    INFO(line);
    folder.write("pairs.tsv", pairs_text(line));
    const Ended ended = run_train(folder, {"--resume", "run", "--set", "train.steps=4"});
    CHECK(ended.exit_code == 2);
    CHECK(ended.err.find("the task's data has changed") != std::string::npos);
  }
  folder.write("pairs.tsv", pairs_text());
  train_well(folder, {"--resume", "run", "--set", "train.steps=4"});
}

TEST_CASE("a checkpoint whose checksum has only the evaluated part still resumes", "[resume]") {
  const Folder folder;
  train_pairs(folder);
  const Experiment experiment = prepare_experiment(builtin_registry(), folder / "run/config.json",
                                                   {"task.path=" + (folder / "pairs.tsv")});
  const std::string path = CheckpointFolder(folder / "run").list().back() + "/state.json";
  CheckpointState state = load_checkpoint_state(CheckpointFolder(folder / "run").list().back());
  state.data = {.checksum = data_checksum(*experiment.task, false), .is_whole = false};
  std::ofstream(path) << to_json(state);
  std::filesystem::remove(folder / "run/run.json");
  train_well(folder, {"--resume", "run", "--set", "train.steps=4"});
  CHECK(load_checkpoint_state(CheckpointFolder(folder / "run").list().back()).data.is_whole);
}

TEST_CASE("a run that diverges keeps its checkpoint and the batch", "[resume]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  const Ended ended = run_train(folder, {"config.json", "--out", "run", "--set", "train.lr=1e30"});
  CHECK(ended.exit_code == 3);
  const std::string message = lines_of(ended.err).back();
  CHECK(message.starts_with("train: the loss is not finite: "));
  CHECK(message.find(" at step 2; linear: made ") != std::string::npos);
  CHECK(message.find(" (in encoder.blocks.0.") != std::string::npos);
  CHECK(message.ends_with("; the batch is in run/diverged-step-2.safetensors"));
  CHECK(lines_of(folder.read("run/log.txt")).back() == message);
  CHECK(checkpoint_names(folder, "run") == std::vector<std::string>{"step-000001"});
  const TensorFile batch = load_safetensors(folder / "run/diverged-step-2.safetensors");
  CHECK(batch.tensors.size() == 2);
  CHECK(batch.metadata.at("reason").starts_with("train: the loss is not finite"));

  // That it cannot be written matters less.
  std::filesystem::remove(folder / "run/diverged-step-2.safetensors");
  std::filesystem::create_directory(folder / "run/diverged-step-2.safetensors");
  const Ended again = run_train(folder, {"--resume", "run"});
  CHECK(again.exit_code == 3);
  CHECK(lines_of(again.err).back().ends_with(
      "; run/diverged-step-2.safetensors: cannot replace: Is a directory"));
}

TEST_CASE("an infinite held-out loss keeps the held-out sequences", "[resume]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  const Ended ended = run_train(folder, {"config.json", "--out", "run", "--set", "train.lr=1e30",
                                         "--set", "train.eval_every=1"});
  CHECK(ended.exit_code == 3);
  CHECK(lines_of(ended.err).back().starts_with("train: the held-out loss is not finite: "));
  CHECK(lines_of(ended.err).back().ends_with("; the batch is in run/diverged-step-1.safetensors"));
  CHECK(checkpoint_names(folder, "run").empty());
  CHECK(load_safetensors(folder / "run/diverged-step-1.safetensors").tensors.size() == 2);
}

TEST_CASE("the last checkpoints are kept and the best one, whenever it was", "[resume]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  train_well(folder, {"config.json", "--out", "run", "--set", "train.lr=0", "--set",
                      "train.checkpoint_every=4", "--set", "train.steps=20", "--set",
                      "train.checkpoints_kept=2"});
  CHECK(checkpoint_names(folder, "run") ==
        std::vector<std::string>{"step-000003", "step-000016", "step-000020"});
}

TEST_CASE("a run with a cool-down is extended from before it, bit-identically", "[resume]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  const std::vector<std::string> cooled = {"--set", "train.cooldown_steps=2"};
  const auto with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), cooled.begin(), cooled.end());
    return arguments;
  };
  train_well(folder, with({"config.json", "--out", "whole", "--set", "train.steps=12"}));
  train_well(folder, with({"config.json", "--out", "run"}));
  const Ended jumping =
      run_train(folder, {"--resume", "run/checkpoints/step-000006", "--set", "train.steps=12"});
  CHECK(jumping.err.find("warning: the learning rate jumps at step 7: it is 0.001 now, 0 by ") !=
        std::string::npos);
  const Ended smooth =
      run_train(folder, {"--resume", "run/checkpoints/step-000004", "--set", "train.steps=12"});
  CHECK(smooth.exit_code == 0);
  CHECK(smooth.err.find("jumps") == std::string::npos);
  CHECK(run_bits(folder, "run").model == run_bits(folder, "whole").model);
  CHECK(run_bits(folder, "run").optimizer == run_bits(folder, "whole").optimizer);
}

TEST_CASE("missing lines of metrics.jsonl are reported", "[resume]") {
  const Folder folder;
  stop_after_four(folder);
  std::filesystem::resize_file(folder / "run/metrics.jsonl", 0);
  const Ended ended = run_train(folder, to_six);
  CHECK(ended.exit_code == 0);
  CHECK(
      lines_of(ended.err)[2].starts_with("warning: run/metrics.jsonl is missing lines: 0 bytes, "));
}

}  // namespace
}  // namespace heed::testing::program_resume_test
