// Custom data: several files, a file to evaluate on, and the vocabulary of a trained model.
#include <nlohmann/json.hpp>
#include <set>

#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/examples/cli/runs/small_run.h"
#include "heed/tests/examples/cli/tasks/task_support.h"

namespace heed::testing::own_data_test {
namespace {

using Json = nlohmann::ordered_json;

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// A section "task" of this type with files in a folder.
std::string section(const Folder& folder, const std::string& type, const std::string& path,
                    const std::string& held_out = "", Json more = Json::object()) {
  more["type"] = type;
  more["path"] = folder / path;
  if (!held_out.empty()) more["held_out_path"] = folder / held_out;
  return more.dump();
}

TEST_CASE("a text is evaluated on a file of its own", "[program]") {
  const Folder folder;
  folder.write("train.txt", repeated("abc", 20));
  folder.write("valid.txt", repeated("bd", 9));
  const auto task =
      make_task(section(folder, "text", "train.txt", "valid.txt", {{"length", 4}}), 99);
  CHECK(task->tokenizer().inputs == std::vector<std::string>{"a", "b", "c", "d"});
  REQUIRE(task->evaluation_size() == 4);  // of 18 characters, the last of which are one too few
  CHECK(rows(all_held_out(*task).inputs) == std::vector<Symbols>(4, Symbols{1, 3, 1, 3}));
  std::set<int64_t> trained;
  for (int64_t step = 1; step < 30; ++step) {
    for (const Symbols& row : rows(task->training_batch(step, 8).targets)) {
      trained.insert(row.begin(), row.end());
    }
  }
  CHECK(trained == std::set<int64_t>{0, 1, 2});
  REQUIRE(task->files().size() == 2);
  CHECK(task->files()[1].key == "task.held_out_path");
  CHECK(task->warnings() ==
        std::vector<std::string>{"4 of 4 held-out sequences have characters that no training "
                                 "sequence has (the first: \"d\"): a model cannot predict what it "
                                 "has never seen"});
}

TEST_CASE("a pattern names several texts, in the order of their names", "[program]") {
  const Folder folder;
  std::filesystem::create_directory(folder / "books");
  folder.write("books/2.txt", repeated("b", 40));
  folder.write("books/1.txt", repeated("a", 40));
  folder.write("books/10.md", repeated("z", 40));
  folder.write("books/.hidden.txt", repeated("h", 40));
  const auto task = make_task(section(folder, "text", "books/*.txt", "", {{"length", 4}}), 99);
  CHECK(task->tokenizer().inputs == std::vector<std::string>{"a", "b"});
  CHECK(rows(all_held_out(*task).inputs).back() == Symbols{1, 1, 1, 1});
  REQUIRE(task->files().size() == 2);
  CHECK(task->files()[0].path == folder / "books/1.txt");
  // A file of that very name is meant itself.
  folder.write("books/*.txt", repeated("xy", 40));
  CHECK(make_task(section(folder, "text", "books/*.txt", "", {{"length", 4}}), 99)
            ->tokenizer()
            .inputs == std::vector<std::string>{"x", "y"});
  CHECK_THROWS_WITH(make_task(section(folder, "text", "books/?.csv"), 9),
                    "task.path: " + (folder / "books/?.csv") + ": no file has such a name");
}

TEST_CASE("pairs are evaluated on a file of their own, and never trained on its sources",
          "[program]") {
  const Folder folder;
  folder.write("train.tsv", "a\tx\nb\ty\nc\tx\nb\tx\n");
  folder.write("valid.tsv", "b\ty\nd\tz\n");
  const auto task = make_task(section(folder, "pairs", "train.tsv", "valid.tsv"), 99);
  CHECK(task->evaluation_size() == 2);
  CHECK(task->training_set_size() == 2);
  CHECK(task->tokenizer().targets == std::vector<std::string>{"x", "y", "z"});
  CHECK(task->warnings().at(0) ==
        "2 of 4 lines of task.path are not trained on: their sources are in task.held_out_path");
  folder.write("valid.tsv", "a\tx\nb\tx\nc\tx\n");
  CHECK_THROWS_WITH(
      make_task(section(folder, "pairs", "train.tsv", "valid.tsv"), 99),
      "task.held_out_path: it holds out every source of task.path: nothing is left to train on");
}

TEST_CASE("a changed file is named by its key", "[resume]") {
  const Folder folder;
  folder.write("train.txt", repeated("abc", 60));
  folder.write("valid.txt", repeated("bca", 20));
  train_run(folder, "run", small_config(R"({"type": "text", "length": 4, "path": "train.txt",
                                            "held_out_path": "valid.txt"})"));
  folder.write("valid.txt", repeated("cab", 20));
  const std::string said = refusal(folder, {"train", "--resume", "run"});
  CHECK(contains(said, ": error: the task's data has changed: task.held_out_path: "));
  CHECK(contains(said, "valid.txt has changed: its checksum is "));
}

/// Trains on "abc", then starts from that model on another text with its vocabulary.
struct Kept {
  Folder folder;
  explicit Kept(const std::string& text) {
    folder.write("a.txt", repeated("abc", 60));
    train_run(folder, "first", config("a.txt", "data"));
    folder.write("b.txt", text);
    folder.write("next.json", config("b.txt", "keep"));
  }
  static std::string config(const std::string& file, const std::string& vocabulary) {
    return small_config(R"({"type": "text", "length": 4, "path": ")" + file +
                            R"(", "vocabulary": ")" + vocabulary + R"("})",
                        R"("dropout": 0.1, )");
  }
  Ended start(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"train", "next.json", "--init", "first", "--out", "run"});
    return run_heed(folder, more);
  }
};

TEST_CASE("a vocabulary that is kept fits a text with fewer characters", "[resume]") {
  const Kept kept(repeated("cb", 90));
  const Ended ended = kept.start();
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(kept.folder.read("run/vocabulary.json") == "[\"a\", \"b\", \"c\"]\n");
  CHECK(!contains(ended.err, "words"));
  // It can be asked, measured and resumed bit-identically.
  CHECK(run_heed(kept.folder, {"eval", "run"}).exit_code == 0);
  train_well(kept.folder,
             {"next.json", "--init", "first", "--out", "whole", "--set", "train.steps=9"});
  train_well(kept.folder, {"--resume", "run", "--set", "train.steps=9"});
  CHECK(run_bits(kept.folder, "run").model == run_bits(kept.folder, "whole").model);
}

TEST_CASE("characters that a kept vocabulary does not have are refused or left out", "[program]") {
  const Kept kept(repeated("cb!", 90));
  const Ended refused = kept.start();
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.err,
                 "error: task.path: it has \"!\", which is not in the vocabulary that is kept; "
                 "task.unknown=skip leaves such symbols out, task.vocabulary=data adds them to the "
                 "model\n"));
  const Ended skipped = kept.start({"--set", "task.unknown=skip"});
  CHECK(skipped.exit_code == 0);
  CHECK(contains(skipped.err,
                 "warning: 90 characters are left out, for the vocabulary that is kept does not "
                 "have their symbols (the first: \"!\")\n"));
  const Ended alone = run_heed(kept.folder, {"train", "next.json"});
  CHECK(alone.exit_code == 2);
  CHECK(
      contains(alone.err,
               "task.vocabulary: \"keep\" needs a trained model whose symbols are kept: --init or "
               "--resume\n"));
}

TEST_CASE("a run is resumed on another text with the vocabulary that it has", "[resume]") {
  const Kept kept(repeated("cb", 90));
  const std::vector<std::string> other{"train",           "--resume", "first",        "--set",
                                       "task.path=b.txt", "--set",    "train.steps=9"};
  CHECK(contains(refusal(kept.folder, other), "the vocabulary of the task's data differs"));
  std::vector<std::string> keeping = other;
  keeping.insert(keeping.end(), {"--set", "task.vocabulary=keep"});
  const Ended ended = run_heed(kept.folder, keeping);
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(run_heed(kept.folder, {"train", "--resume", "first"}).exit_code == 0);
}

TEST_CASE("pairs with words that a kept vocabulary does not have are left out", "[program]") {
  const Folder folder;
  const auto pairs = [](const std::vector<std::string>& words) {
    std::string text;
    for (const auto& a : words) {
      for (const auto& b : words) text += a + " " + b + "\t" + b + " " + a + "\n";
    }
    return text;
  };
  folder.write("a.tsv", pairs({"m", "n", "o"}));
  train_run(folder, "first", small_config(R"({"type": "pairs", "path": "a.tsv"})"));
  folder.write("b.tsv", pairs({"n", "o", "p"}));
  folder.write("next.json", small_config(R"({"type": "pairs", "path": "b.tsv",
                                             "vocabulary": "keep", "unknown": "skip"})"));
  const Ended ended = run_heed(folder, {"train", "next.json", "--init", "first", "--out", "run"});
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(contains(ended.err,
                 "warning: 5 lines are left out, for the vocabulary that is kept does "
                 "not have their symbols (the first: \"p\")\n"));
  CHECK(folder.read("run/vocabulary.json") == folder.read("first/vocabulary.json"));
}

}  // namespace
}  // namespace heed::testing::own_data_test
