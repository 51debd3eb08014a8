// `heed predict`: answers in the task's own words, and continued prompts.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "heed/tests/examples/cli/runs/small_run.h"
#include "heed/tests/examples/cli/tasks/answer_task.h"

namespace heed::testing::program_predict_test {
namespace {

using Json = nlohmann::ordered_json;

const char* const reverse_task = R"({"type": "reverse", "symbols": 4, "length": 4})";

/// Text whose next character is known from the last two.
std::string text_to_learn() {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ab c\n";
  return text;
}

Ended predict(const Folder& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "predict");
  return run_heed(folder, arguments);
}

/// `heed predict run` with a file of the folder as stdin.
Ended predict_from(const Folder& folder, const std::string& name) {
  const int original = dup(STDIN_FILENO);
  REQUIRE(std::freopen((folder / name).c_str(), "r", stdin) != nullptr);
  const Ended ended = predict(folder, {"run"});
  REQUIRE(dup2(original, STDIN_FILENO) == STDIN_FILENO);
  close(original);
  return ended;
}

/// The same with these lines.
Ended predict_lines(const Folder& folder, const std::string& input) {
  folder.write("stdin", input);
  return predict_from(folder, "stdin");
}

TEST_CASE("a trained model answers in its task's words", "[program]") {
  const Folder folder;
  train_run(folder, "run", small_config(reverse_task),
            {"--set", "train.steps=400", "--set", "train.batch_size=32", "--set",
             "train.eval_every=50", "--set", "model.d_model=32", "--set", "train.stop_at=1"});
  const Ended ended = predict(folder, {"run", "--input", "3 1 2 0", "--input", " 0\t0 1  3 "});
  CHECK(ended.exit_code == 0);
  CHECK(ended.out == "0 2 1 3\n3 1 0 0\n");
  CHECK(ended.err.empty());
  CHECK(predict_lines(folder, "3 1 2 0\r\n0 0 1 3").out == ended.out);
  CHECK(predict_lines(folder, "").out.empty());
  const Ended wrong = predict_lines(folder, "3 1 2 0\n4 4 4 4\n0 0 0 0\n");
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.out == "0 2 1 3\n0 0 0 0\n");
  CHECK(wrong.err ==
        "stdin:2: error: word 1 is not a symbol of the task: \"4\"; symbols: 0 1 2 3\n"
        "stdin: error: not answered: 1 of 3 lines\n");
  const Ended longest = predict_lines(folder, std::string(1 << 21, ' ') + "\n0 0 0 0\n\n");
  CHECK(longest.exit_code == 2);
  CHECK(longest.out == "0 0 0 0\n");
  CHECK(longest.err ==
        "stdin:1: error: a line of more than 1048576 bytes\n"
        "stdin:3: error: it is empty; at least one symbol is needed\n"
        "stdin: error: not answered: 2 of 3 lines\n");
  const Ended unreadable = predict_from(folder, "run");
  CHECK(unreadable.exit_code == 1);
  CHECK(unreadable.out.empty());
  CHECK(unreadable.err == "stdin: cannot read: Is a directory\n");
  const Ended is_short = predict(folder, {"run", "--input", "3 1"});
  CHECK(is_short.exit_code == 0);
  CHECK(is_short.err ==
        "--input \"3 1\": note: 2 symbols; the sequences of the task have 4; the model was only "
        "trained on longer inputs\n");
}

TEST_CASE("scores and weights as JSON agree with the answer", "[program]") {
  const Folder folder;
  train_run(folder, "run", small_config(reverse_task, R"("layers": 2, )"));
  const Ended ended =
      predict(folder, {"run", "--input", "3 1 2 0", "--json", "--scores", "--attention"});
  REQUIRE(ended.exit_code == 0);
  const Json line = json_lines(ended.out).at(0);
  CHECK(line["input"] == "3 1 2 0");
  std::string answer;
  for (const auto& row : line["scores"]) {
    const auto scores = row.get<std::vector<double>>();
    REQUIRE(scores.size() == 4);
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    answer += (answer.empty() ? "" : " ") + std::to_string(best);
  }
  CHECK(line["answer"] == answer);
  REQUIRE(line["attention"].size() == 2);
  CHECK(line["attention"][1]["path"] == "encoder.blocks.1.attention");
  for (const auto& attention : line["attention"]) {
    CHECK(attention["queries"] == Json({"3", "1", "2", "0"}));
    CHECK(attention["keys"] == attention["queries"]);
    REQUIRE(attention["weights"].size() == 2);
    for (const auto& head : attention["weights"]) {
      REQUIRE(head.size() == 4);
      for (const auto& row : head) {
        const auto weights = row.get<std::vector<double>>();
        CHECK(std::abs(std::accumulate(weights.begin(), weights.end(), 0.0) - 1) < 1e-5);
      }
    }
  }
  const Ended text = predict(folder, {"run", "--input", "3 1 2 0", "--attention"});
  const std::vector<std::string> lines = lines_of(text.out);
  REQUIRE(lines.size() == 1 + 2 * (1 + 2 * 6));
  CHECK(lines[0] == answer);
  CHECK(lines[1] == "encoder.blocks.0.attention: queries downwards, keys to the right, in percent");
  CHECK(lines[2] == "  head 0");
  CHECK(lines[3] == "        3   1   2   0");
  CHECK(lines[4].starts_with("    3 "));
}

TEST_CASE("an encoder-decoder writes its answer, and shows what it read", "[program]") {
  const Folder folder;
  folder.write("pairs.tsv", "1 2\tone two\n2 1\ttwo one\n1\tone\n2\ttwo\n2 2\ttwo two\n");
  train_run(
      folder, "run", small_config(R"({"type": "pairs", "path": "pairs.tsv"})"),
      {"--set", "train.steps=300", "--set", "model.d_model=32", "--set", "train.eval_every=300"});
  const Ended ended =
      predict(folder, {"run", "--input", "1", "--input", "2 2", "--json", "--attention"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const std::vector<Json> lines = json_lines(ended.out);
  REQUIRE(lines.size() == 2);
  for (const Json& line : lines) {
    const Json& attention = line["attention"];
    REQUIRE(attention.size() == 3);
    CHECK(attention[1]["path"] == "writer.decoder.blocks.0.attention");
    CHECK(attention[1]["queries"][0] == "<start>");
    CHECK(attention[1]["keys"] == attention[1]["queries"]);
    CHECK(attention[2]["path"] == "writer.decoder.blocks.0.cross_attention");
    CHECK(attention[2]["keys"] == attention[0]["keys"]);
    // The decoder has read its own answer.
    std::string read;
    for (size_t i = 1; i < attention[2]["queries"].size(); ++i) {
      read += (read.empty() ? "" : " ") + attention[2]["queries"][i].get<std::string>();
    }
    CHECK(line["answer"].get<std::string>() == read);
    CHECK(attention[2]["weights"][0].size() == attention[2]["queries"].size());
  }
  CHECK(contains(refusal(folder, {"predict", "run", "--input", "1 one"}),
                 "word 2 is not a symbol of the task: \"one\"; symbols: 1 2\n"));
}

TEST_CASE("pairs of characters are read and written as in their file", "[program]") {
  const Folder folder;
  folder.write("pairs.tsv", "a b\tb a\nab\tba\nb\tb\na\ta\n");
  train_run(folder, "run",
            small_config(R"({"type": "pairs", "path": "pairs.tsv", "tokens": "characters"})"));
  const Ended ended = predict(folder, {"run", "--input", "a b", "--json", "--attention"});
  REQUIRE(ended.exit_code == 0);
  const Json line = json_lines(ended.out).at(0);
  CHECK(line["attention"][0]["keys"] == Json({"a", "␣", "b"}));
  const std::string answer = line["answer"];
  CHECK(answer.find_first_not_of("ab ") == std::string::npos);
  CHECK(contains(refusal(folder, {"predict", "run", "--input", "abc"}),
                 "character 3 is not a symbol of the task: \"c\"; symbols: ␣ a b\n"));
}

TEST_CASE("a dot marks positions that are not scored", "[program]") {
  const Folder folder;
  train_run(folder, "run", small_config(R"({"type": "addition", "digits": 1})"));
  const Ended ended = predict(folder, {"run", "--input", "3 + 4 = 7"});
  CHECK(ended.exit_code == 0);
  CHECK(ended.out.starts_with(". . . "));
  CHECK(std::count(ended.out.begin(), ended.out.end(), '.') == 3);
  CHECK(lines_of(ended.out).size() == 1);
}

TEST_CASE("a language model continues a prompt, also beyond what it sees", "[program]") {
  const Folder folder;
  folder.write("a.txt", text_to_learn());
  train_run(folder, "run", small_config(R"({"type": "text", "path": "a.txt", "length": 8})"),
            {"--set", "train.steps=300", "--set", "model.d_model=32", "--set",
             "train.batch_size=16", "--set", "train.eval_every=300"});
  const Ended greedy = predict(folder, {"run", "--prompt", "b c", "--tokens", "22"});
  CHECK(greedy.exit_code == 0);
  CHECK(greedy.out == "\nab c\nab c\nab c\nab c\na\n");
  CHECK(greedy.out ==
        predict(folder, {"run", "--prompt", "b c", "--tokens", "22", "--temperature", "0"}).out);
  // The beginning of a long prompt is out of sight, so that it changes nothing.
  const std::string seen = "b c\nab c";
  const Ended from_end = predict(folder, {"run", "--prompt", seen, "--tokens", "12"});
  for (const char* before : {"a", "aaaaaaaaaaaaaaaaaaaaaaa"}) {
    CHECK(predict(folder, {"run", "--prompt", before + seen, "--tokens", "12"}).out ==
          from_end.out);
  }
  const Json line =
      json_lines(
          predict(folder, {"run", "--prompt", "b c", "--tokens", "3", "--json", "--attention"}).out)
          .at(0);
  CHECK(line["answer"] == "\nab");
  CHECK(line["attention"][0]["keys"] == Json({"b", "␣", "c", "⏎", "a", "b"}));
  CHECK(contains(
      refusal(folder, {"predict", "run", "--prompt", "ab?"}),
      "--prompt \"ab?\": error: character 3 is not a symbol of the task: \"?\"; symbols: ⏎ ␣ "
      "a b c\n"));
}

TEST_CASE("sampling is a function of the seed", "[program]") {
  const Folder folder;
  folder.write("a.txt", text_to_learn());
  train_run(folder, "run", small_config(R"({"type": "text", "path": "a.txt", "length": 8})"));
  const auto sampled = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"run", "--prompt", "a", "--tokens", "40", "--temperature", "2"});
    return predict(folder, more).out;
  };
  CHECK(sampled({}) == sampled({"--seed", "0"}));
  CHECK(sampled({"--seed", "1"}) == sampled({"--seed", "1"}));
  CHECK(sampled({"--seed", "1"}) != sampled({"--seed", "2"}));
  CHECK(sampled({"--top-k", "1"}) ==
        predict(folder, {"run", "--prompt", "a", "--tokens", "40"}).out);
}

TEST_CASE("a task from outside answers in its numbers", "[program]") {
  Registry registry = builtin_registry();
  add_answer_task(registry);
  const Folder folder;
  folder.write("answer.json", R"({"task": {"type": "answer"}, "model": {"d_model": 8, "attention":
    {"type": "multi_head_attention", "heads": 2}}, "train": {"steps": 2, "batch_size": 4}})");
  REQUIRE(run_heed(folder, {"train", "answer.json", "--out", "run"}, registry).exit_code == 0);
  const Ended ended =
      run_heed(folder, {"predict", "run", "--input", "0 1 2 3 0", "--json", "--scores"}, registry);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const Json line = json_lines(ended.out).at(0);
  std::string answer;
  for (const auto& row : line["scores"]) {
    const auto scores = row.get<std::vector<double>>();
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    answer += (answer.empty() ? "" : " ") + std::to_string(best);
  }
  CHECK(line["answer"] == answer);
  CHECK(line["scores"].size() == 3);
}

}  // namespace
}  // namespace heed::testing::program_predict_test
