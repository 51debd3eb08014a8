// `heed predict`: which symbols are chosen, where a continuation stops, and answers searched for.
#include <algorithm>
#include <set>

#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_sampling_test {
namespace {

using Json = nlohmann::ordered_json;

/// A run of a language model of "ab c" lines, in `folder`.
void train_text(const Folder& folder) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ab c\n";
  folder.write("a.txt", text);
  train_run(folder, "run", small_config(R"({"type": "text", "path": "a.txt", "length": 8})"),
            {"--set", "train.steps=300", "--set", "model.d_model=32", "--set",
             "train.batch_size=16", "--set", "train.eval_every=300"});
}

Ended continued(const Folder& folder, std::vector<std::string> more) {
  more.insert(more.begin(), {"predict", "run", "--prompt", "b c"});
  return run_heed(folder, more);
}

}  // namespace

TEST_CASE("a continuation ends before its stop, a symbol or several", "[program]") {
  const Folder folder;
  train_text(folder);
  CHECK(continued(folder, {"--tokens", "9"}).out == "\nab c\nab \n");
  CHECK(continued(folder, {"--stop", "c"}).out == "\nab \n");
  CHECK(continued(folder, {"--stop", "c\na"}).out == "\nab \n");
  CHECK(continued(folder, {"--stop", "\n"}).out == "\n");
  CHECK(continued(folder, {"--stop", "cc", "--tokens", "9"}).out == "\nab c\nab \n");
  // The prompt's own end does not count.
  CHECK(continued(folder, {"--stop", " c\n", "--tokens", "30"}).out == "\nab\n");
  const Ended ended = continued(folder, {"--stop", "x"});
  CHECK(ended.exit_code == 2);
  CHECK(
      ended.err ==
      "--stop \"x\": error: character 1 is not a symbol of the task: \"x\"; symbols: ⏎ ␣ a b c\n");
  CHECK(continued(folder, {"--stop", ""}).err ==
        "--stop \"\": error: it is empty; at least one symbol is needed\n");
}

TEST_CASE("top-p and a repetition penalty change what is sampled", "[program]") {
  const Folder folder;
  train_text(folder);
  const std::string greedy = continued(folder, {"--tokens", "40"}).out;
  const auto sampled = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--tokens", "40", "--temperature", "5"});
    return continued(folder, more).out;
  };
  CHECK(sampled({"--top-p", "0.000001"}) == greedy);
  CHECK(sampled({"--top-p", "1"}) == sampled({}));
  CHECK(sampled({"--top-p", "0.5"}) != sampled({}));
  CHECK(sampled({"--top-p", "0.5", "--seed", "3"}) == sampled({"--top-p", "0.5", "--seed", "3"}));
  CHECK(continued(folder, {"--tokens", "40", "--repetition-penalty", "1"}).out == greedy);
  CHECK(sampled({"--repetition-penalty", "1000"}) != sampled({}));
}

TEST_CASE("beams find answers that are at least as likely as the greedy one", "[program]") {
  const Folder folder;
  folder.write("pairs.tsv", "1 2\tone two\n2 1\ttwo one\n1\tone\n2\ttwo\n2 2\ttwo two\n");
  train_run(folder, "run", small_config(R"({"type": "pairs", "path": "pairs.tsv"})"),
            {"--set", "train.steps=20"});
  const auto answered = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all{"predict", "run", "--input", "1", "--input", "2 2", "--json"};
    all.insert(all.end(), more.begin(), more.end());
    const Ended ended = run_heed(folder, all);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return json_lines(ended.out);
  };
  const auto greedy = answered({}), one = answered({"--beams", "1"}),
             all = answered({"--beams", "50"});
  for (size_t i = 0; i < greedy.size(); ++i) {
    CHECK(one[i]["answer"] == greedy[i]["answer"]);
    CHECK(one[i]["beams"].size() == 1);
    const Json& beams = all[i]["beams"];
    CHECK(all[i]["answer"] == beams[0]["answer"]);
    CHECK(beams.size() > 5);
    std::set<std::string> different;
    for (size_t k = 0; k < beams.size(); ++k) {
      different.insert(beams[k]["answer"].get<std::string>());
      if (k > 0) CHECK(beams[k]["score"] <= beams[k - 1]["score"]);
    }
    // One answer read in batches of two sizes: equal but for rounding.
    const double best = beams[0]["score"], first = one[i]["beams"][0]["score"];
    CHECK(best >= first - 1e-6);
    CHECK(different.size() > 5);
  }
  const auto likeliest = answered({"--beams", "50", "--length-penalty", "0"});
  for (const Json& line : likeliest) {
    for (const Json& beam : line["beams"]) CHECK(beam["score"] == beam["log_probability"]);
  }
  const Ended text = run_heed(folder, {"predict", "run", "--input", "1", "--beams", "50"});
  CHECK(text.out == all[0]["answer"].get<std::string>() + "\n");
}

}  // namespace heed::testing::program_sampling_test
