// Runs whose data changes, by itself or on purpose.
#include <fstream>
#include <nlohmann/json.hpp>

#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::changed_data_test {
namespace {

using Json = nlohmann::ordered_json;

/// The run T of six steps, evaluated after the third and the last.
constexpr const char* tiny = R"({"task": {"type": "reverse", "symbols": 4, "length": 4},
  "model": {"d_model": 8, "dropout": 0.1},
  "train": {"steps": 6, "batch_size": 4, "eval_every": 3, "eval_sequences": 60,
            "checkpoints_kept": 10}})";

/// Resumes a run with overrides; returns what it says.
std::string resumed(const Folder& folder, const std::vector<std::string>& sets,
                    const std::string& from = "run") {
  std::vector<std::string> arguments{"--resume", from};
  for (const std::string& set : sets) arguments.insert(arguments.end(), {"--set", set});
  const Ended ended = run_train(folder, arguments);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return ended.err;
}

Json state_of(const Folder& folder, const std::string& checkpoint) {
  return Json::parse(folder.read("run/checkpoints/" + checkpoint + "/state.json"))["state"];
}

constexpr const char* starts_anew =
    "the data is not that of the checkpoint: the lowest held-out loss and early stopping start "
    "anew\n";
constexpr const char* differ =
    "warning: the held-out sequences differ from the run's: some may have been trained on\n";

TEST_CASE("a run whose data was changed on purpose can be resumed again at once", "[resume]") {
  for (const char* set : {"train.eval_sequences=30", "train.eval_sequences=90", "task.seed=3",
                          "train.seed=3", "task.type=sort"}) {
    CAPTURE(set);
    const Folder folder;
    train_run(folder, "run", tiny);
    // The end of a run: nothing is trained any more, so there is no later checkpoint.
    resumed(folder, {set});
    const std::string metrics = folder.read("run/metrics.jsonl");
    resumed(folder, {});
    CHECK(folder.read("run/metrics.jsonl") == metrics);
    resumed(folder, {"train.steps=9"});
    resumed(folder, {"train.steps=12"});
    CHECK(checkpoint_names(folder, "run").back() == "step-000012");
  }
}

TEST_CASE("what is compared starts anew with other data", "[resume]") {
  const Folder folder;
  train_run(folder, "run", tiny, {"--set", "train.early_stopping=2", "--set", "train.lr=0.01"});
  CHECK(!contains(resumed(folder, {"train.lr=0", "train.seed=1"}), starts_anew));
  // Nothing learns any more: the first evaluation on other data is the best one of it.
  const std::string said = resumed(folder, {"train.steps=60", "train.lr=0", "task.seed=1"});
  CHECK(contains(said, differ));
  CHECK(contains(said, starts_anew));
  const Json state = state_of(folder, "step-000012");
  CHECK(state["best"]["step"] == 6);
  CHECK(state["evaluations_since_best"] == 2);
  CHECK(checkpoint_names(folder, "run").back() == "step-000012");
}

TEST_CASE("the same data at another place or fewer held-out sequences are no other split",
          "[resume]") {
  const Folder folder;
  train_run(folder, "run", tiny);
  const std::string fewer = resumed(folder, {"train.eval_sequences=30", "train.steps=9"});
  CHECK(!contains(fewer, differ));
  CHECK(contains(fewer, starts_anew));
  CHECK(contains(resumed(folder, {"train.eval_sequences=60", "train.steps=12"}), differ));

  std::string text;
  for (int i = 0; i < 90; ++i) text += "abcab cab";
  folder.write("a.txt", text);
  train_run(folder, "text", small_config(R"({"type": "text", "path": "a.txt", "length": 4})"));
  folder.write("b.txt", text);
  std::filesystem::remove(folder / "a.txt");
  const std::string moved = resumed(folder, {"task.path=b.txt", "train.steps=9"}, "text");
  CHECK(!contains(moved, differ));
  CHECK(!contains(moved, starts_anew));
}

TEST_CASE("a run is killed between the change of its data and its next checkpoint", "[resume]") {
  // What is on the disk then: run.json and config.json of the resume, or only the first.
  for (const bool has_config : {true, false}) {
    const Folder folder;
    train_run(folder, "run", tiny);
    const std::string config = folder.read("run/config.json");
    resumed(folder, {"task.seed=3", "train.steps=7"});
    std::filesystem::remove_all(folder / "run/checkpoints/step-000007");
    if (!has_config) folder.write("run/config.json", config);
    const std::string said = resumed(folder, {"train.steps=9"});
    CHECK(contains(said, starts_anew) == has_config);
    CHECK(Json::parse(folder.read("run/config.json"))["task"]["seed"] == (has_config ? 3 : 0));
  }
}

/// Pairs of which the last hundred have another target, or the first word another name.
std::string pairs_text(bool changed = false, const std::string& word = "a0") {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    const std::string first = i % 10 == 0 ? word : text_of("a", i % 10);
    text += text_of(first, " b", i / 10, "\tc", (i + (changed && i > 200 ? 1 : 0)) % 7, "\n");
  }
  return text;
}

TEST_CASE("changed pairs are refused by name, and taken on purpose", "[resume]") {
  const Folder folder;
  folder.write("pairs.tsv", pairs_text());
  train_run(folder, "run", small_config(R"({"type": "pairs", "path": "pairs.tsv"})"));
  folder.write("pairs.tsv", pairs_text(true));
  const Ended refused = run_train(folder, {"--resume", "run", "--set", "train.steps=9"});
  CHECK(refused.exit_code == 2);
  CHECK(refused.err.starts_with("--resume run: error: the task's data has changed: task.path: "));
  CHECK(contains(refused.err, "pairs.tsv has changed: its checksum is "));
  CHECK(!folder.has("run/resumes.jsonl"));

  CHECK(contains(resumed(folder, {"task.path=pairs.tsv", "train.steps=9"}), starts_anew));
  CHECK(!contains(resumed(folder, {"train.steps=12"}), starts_anew));

  folder.write("pairs.tsv", pairs_text(true, "new"));
  const std::string vocabulary = folder.read("run/vocabulary.json");
  const Ended words = run_train(folder, {"--resume", "run", "--set", "task.path=pairs.tsv"});
  CHECK(words.exit_code == 2);
  CHECK(words.err.starts_with("--resume run: error: the vocabulary of the task's data differs"));
  CHECK(folder.read("run/vocabulary.json") == vocabulary);
  folder.write("pairs.tsv", pairs_text(true));
  resumed(folder, {"train.steps=15"});
}

TEST_CASE("a run without a checkpoint starts over with the words of other data", "[resume]") {
  const Folder folder;
  folder.write("pairs.tsv", pairs_text());
  train_run(folder, "run", small_config(R"({"type": "pairs", "path": "pairs.tsv"})"));
  std::filesystem::remove_all(folder / "run/checkpoints");
  folder.write("pairs.tsv", pairs_text(false, "new"));
  CHECK(run_train(folder, {"--resume", "run"}).exit_code == 2);
  resumed(folder, {"task.path=pairs.tsv"});
  CHECK(contains(folder.read("run/vocabulary.json"), "\"new\""));
  resumed(folder, {"train.steps=9"});
}

TEST_CASE("held-out words that are never trained on are reported at the start", "[program]") {
  const Folder folder;
  std::string pairs;
  for (int i = 0; i < 40; ++i) pairs += text_of("a", i, "\tb", i, "\n");
  folder.write("pairs.tsv", pairs);
  const std::string config = small_config(R"({"type": "pairs", "path": "pairs.tsv", )"
                                          R"("tokens": "words"})");
  folder.write("pairs.json", config);
  const Ended ended = run_heed(folder, {"train", "pairs.json", "--out", "run"});
  CHECK(contains(ended.err,
                 "warning: 4 of 4 held-out sequences have targets that no training sequence has "
                 "(the first: \"b"));
  CHECK(contains(ended.err,
                 "): a model cannot predict what it has never seen; task.tokens=characters splits "
                 "words\n"));
  CHECK(contains(ended.err,
                 "warning: 4 of 4 held-out sequences have inputs that no training sequence has "));
  CHECK(contains(run_heed(folder, {"train", "pairs.json", "--dry-run"}).err,
                 "warning: 4 of 4 held-out sequences have targets that no training sequence has "));
  const Ended characters =
      run_heed(folder, {"train", "pairs.json", "--set", "task.tokens=characters"});
  CHECK(!contains(characters.err, "warning"));
  folder.write("text.txt", std::string(200, 'a') + "b" + std::string(19, 'a'));
  folder.write("text.json", small_config(R"({"type": "text", "path": "text.txt", "length": 4})"));
  CHECK(contains(run_heed(folder, {"train", "text.json"}).err,
                 "warning: 1 of 5 held-out sequences have characters that no training sequence has "
                 "(the first: \"b\"): a model cannot predict what it has never seen\n"));
}

TEST_CASE("a resumed schedule that jumps says where and how far", "[resume]") {
  const Folder folder;
  train_run(folder, "run", tiny, {"--set", "train.schedule=cosine", "--set", "train.lr=0.01"});
  const std::string said = resumed(folder, {"train.steps=12"});
  CHECK(contains(said,
                 "warning: the learning rate jumps at step 7: it is 0.005 now, 0 by the "
                 "configuration of the checkpoint\n"));
  CHECK(!contains(resumed(folder, {}), "learning rate"));
  train_run(folder, "flat", tiny);
  CHECK(!contains(resumed(folder, {"train.steps=9"}, "flat"), "learning rate"));
}

}  // namespace
}  // namespace heed::testing::changed_data_test
