// What `heed train` shows and keeps beyond losses: examples in words, the vocabulary, the training
// set.
#include <nlohmann/json.hpp>

#include "heed/examples/cli/config/text.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_result_test {
namespace {

using Json = nlohmann::ordered_json;

/// A configuration of a masked model that trains in milliseconds.
std::string masked_config(const std::string& task, int64_t steps = 2) {
  return R"({"task": )" + task + R"(, "model": {"d_model": 16,
      "attention": {"type": "multi_head_attention"}},
    "train": {"steps": )" +
         std::to_string(steps) +
         R"(, "batch_size": 8, "lr": 0.02, "eval_every": 1000, "eval_sequences": 20}})";
}

/// The lines below "held-out examples" on stderr.
std::vector<std::string> examples_of(const Ended& ended) {
  const auto lines = lines_of(ended.err);
  const auto title = std::find(lines.begin(), lines.end(), "held-out examples, errors marked:");
  REQUIRE(title != lines.end());
  return {title + 1, lines.end()};
}

TEST_CASE("examples of a decoder stand below their source, in words", "[program]") {
  const Folder folder;
  folder.write("a.tsv", "ein\tone\n日\tsun\n");
  folder.write("a.json", masked_config(R"({"type": "pairs", "path": "a.tsv"})", 60));
  const Ended ended = run_heed(folder, {"train", "a.json", "--out", "run"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  // The one source that was never seen gets the answer of the other.
  const auto lines = examples_of(ended);
  REQUIRE(lines.size() == 4);
  const bool sun = lines[0] == "  input   日";
  CHECK((sun || lines[0] == "  input   ein"));
  CHECK(lines[1] == (sun ? "  target  sun <end>" : "  target  one <end>"));
  CHECK(lines[2] == (sun ? "  model   one <end>" : "  model   sun <end>"));
  CHECK(lines[3] == "            ^");
  CHECK(Json::parse(folder.read("run/vocabulary.json")) ==
        Json::parse(R"({"source": ["ein", "日"], "target": ["one", "sun"]})"));
}

TEST_CASE("examples stand in columns, whatever their letters are", "[program]") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 40; ++i) text += "日a\ne\u0301 ";
  folder.write("a.txt", text);
  folder.write("a.json", masked_config(R"({"type": "text", "path": "a.txt", "length": 6})", 80));
  const Ended ended = run_heed(folder, {"train", "a.json", "--out", "run"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const auto lines = examples_of(ended);
  REQUIRE(lines.size() >= 3);
  CHECK(lines[0] == "  input   日 a ⏎ e  \u0301  ␣");
  CHECK(lines[1] == "  target   a ⏎ e  \u0301 ␣ 日");
  CHECK(lines[2] == "  model    a ⏎ e  \u0301 ␣ 日");
  CHECK(Json::parse(folder.read("run/vocabulary.json")) ==
        Json::array({"\n", " ", "a", "e", "\u0301", "日"}));
}

TEST_CASE("what does not count is a dot", "[program]") {
  const Folder folder;
  folder.write("a.json", masked_config(R"({"type": "addition", "digits": 1})"));
  const Ended ended = run_heed(folder, {"train", "a.json", "--out", "run"});
  REQUIRE(ended.exit_code == 0);
  const auto lines = examples_of(ended);
  CHECK(lines[0].size() == std::string("  input   1 + 2 = 3").size());
  CHECK(lines[0].substr(11, 3) == " + ");
  CHECK(lines[0].substr(15, 3) == " = ");
  CHECK(lines[1].starts_with("  target  . . . "));
  CHECK_FALSE(folder.has("run/vocabulary.json"));
}

TEST_CASE("a fixed training set is evaluated besides the held-out one", "[program]") {
  const Folder folder;
  folder.write("a.json", masked_config(R"({"type": "modular_addition", "modulus": 5})", 400));
  const Ended ended = run_heed(folder, {"train", "a.json", "--out", "run", "--set",
                                        "train.lr=0.005", "--set", "train.seed=1"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const Json line = Json::parse(lines_of(ended.out).back());
  CHECK(line["train_sequence_accuracy"] == 1.0);
  CHECK(line["sequence_accuracy"] < 0.9);
  const Json last = Json::parse(lines_of(folder.read("run/metrics.jsonl")).back());
  CHECK(last["train_sequence_accuracy"] == 1.0);
  CHECK(last["train_token_accuracy"] == 1.0);
  CHECK(last["train_loss"] < last["eval_loss"]);
  CHECK(ended.err.find("  training set 1.0000  ") != std::string::npos);
}

TEST_CASE("a task's file that is missing is reported at its key", "[program]") {
  const Folder folder;
  folder.write("a.json", masked_config(R"({"type": "text", "path": "b.txt"})"));
  const Ended ended = run_heed(folder, {"train", "a.json"});
  CHECK(ended.exit_code == 2);
  CHECK(ended.err ==
        "a.json:1:35: error: task.path: b.txt: cannot read it: No such file or directory\n");
  CHECK(folder.names() == std::vector<std::string>{"a.json"});
}

TEST_CASE("an attention without masks is refused where a mask is needed", "[program]") {
  const Folder folder;
  for (const auto& [task, why] :
       {std::pair("noise", "the task may not see later symbols"),
        std::pair("seq2seq_reverse", "the decoder may not see later symbols")}) {
    folder.write("a.json", R"({"task": {"type": ")" + std::string(task) + R"("}})");
    const Ended ended = run_heed(folder, {"train", "a.json"});
    CHECK(ended.exit_code == 2);
    CHECK(ended.err ==
          "a.json:1:1: error: model.attention.type: this attention does not support masks, but " +
              std::string(why) + "; `heed tasks` lists those that do\n");
  }
}

TEST_CASE("the displayed width counts columns, not bytes", "[config]") {
  CHECK(displayed_width("") == 0);
  CHECK(displayed_width("abc") == 3);
  CHECK(displayed_width("é") == 1);
  CHECK(displayed_width("e\u0301") == 1);
  CHECK(displayed_width("⏎␣⇥…") == 4);
  CHECK(displayed_width("日本") == 4);
  CHECK(displayed_width("ｱ한") == 3);
  CHECK(displayed_width("😀") == 2);
}

TEST_CASE("code points are cut off a text one by one", "[config]") {
  std::string_view text = "aé日😀";
  std::vector<std::string> all;
  while (!text.empty()) all.emplace_back(take_code_point(text));
  CHECK(all == std::vector<std::string>{"a", "é", "日", "😀"});
}

}  // namespace
}  // namespace heed::testing::program_result_test
