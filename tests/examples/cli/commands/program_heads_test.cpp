// `heed heads`: shows the heads of a trained model, or trains one as `heed train` does.
#include <cmath>
#include <nlohmann/json.hpp>

#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/examples/cli/tasks/answer_task.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_heads_test {
namespace {

using Json = nlohmann::ordered_json;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Ended heads_tiny(std::vector<std::string> arguments) {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  arguments.insert(arguments.begin(), {"heads", "tiny.json", "--set", "model.attention.heads=2"});
  const Ended ended = run_heed(folder, arguments);
  CHECK(folder.names() == std::vector<std::string>{"tiny.json"});  // it writes nothing
  return ended;
}

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> all;
  for (const std::string& line : lines_of(text)) all.push_back(Json::parse(line));
  return all;
}

TEST_CASE("a line of JSON for each head, and one for the whole", "[program]") {
  const Ended ended = heads_tiny({"--json", "--set", "model.layers=2", "--sequences", "12"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const std::vector<Json> lines = json_lines(ended.out);
  REQUIRE(lines.size() == 5);
  for (size_t i = 0; i < 4; ++i) {
    CHECK(lines[i]["attention"] == "encoder.blocks." + std::to_string(i / 2) + ".attention");
    CHECK(lines[i]["head"] == i % 2);
    CHECK(lines[i]["entropy"] > 0);
    CHECK(lines[i]["entropy_share"] <= 1);
    CHECK(lines[i]["importance"] > 0);
    CHECK(lines[i]["similarity"][i % 2] == 1);
    CHECK(lines[i]["qk_singular_values"][0] > 0);
    CHECK(lines[i]["ov_singular_values"].size() > 1);
  }
  const Json& whole = lines[4];
  CHECK(whole["config"] == "tiny.json");
  CHECK(whole["sequences"] == 12);
  CHECK(whole["translation_difference"] < 1e-5);
  CHECK(whole["untranslated"].empty());
  CHECK(whole["pruned"]["difference"] < 1e-5);
  CHECK(whole["pruned"]["parameters_after"] == 4 * 8 * 4);
  CHECK(whole["pruned"]["parameters_before"] == 4 * 8 * 8);
}

TEST_CASE("the text holds a table and a picture for each attention", "[program]") {
  const Ended ended = heads_tiny({});
  INFO(ended.out);
  REQUIRE(ended.exit_code == 0);
  for (const char* part :
       {"tiny.json: 20 held-out sequences: loss ", "scores match, max |difference| ",
        "\nencoder.blocks.0.attention\n  head  entropy   share  importance ", "  head 0   ",
        "┌────┐", "\npruned head ", ": 128 of 256 parameters left\n"}) {
    CHECK(contains(ended.out, part));
  }
  CHECK(contains(ended.err, "step 3/6  ETA "));
  CHECK(contains(ended.err, "step 6/6  ETA 0 s  train loss "));
}

TEST_CASE("encoder, decoder and what joins them are examined", "[program]") {
  Registry registry = builtin_registry();
  add_answer_task(registry);
  const Folder folder;
  folder.write("answer.json", R"({"task": {"type": "answer"},
    "model": {"d_model": 8, "attention": {"type": "multi_head_attention", "heads": 2}},
    "train": {"steps": 3, "batch_size": 4, "eval_every": 3}})");
  const Ended ended = run_heed(folder, {"heads", "answer.json", "--json"}, registry);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const std::vector<Json> lines = json_lines(ended.out);
  REQUIRE(lines.size() == 7);
  const std::vector<std::string> paths{"encoder.blocks.0.attention",
                                       "writer.decoder.blocks.0.attention",
                                       "writer.decoder.blocks.0.cross_attention"};
  for (size_t i = 0; i < 6; ++i) {
    CHECK(lines[i]["attention"] == paths[i / 2]);
    // Hardly trained, it looks at all that it may see: with a causal mask that is less.
    CHECK(lines[i]["entropy_share"] > 0.8);
    CHECK(lines[i]["entropy_share"] <= 1);
  }
  // The decoder's queries see 1, 2 and 3 keys, the others 5.
  CHECK(lines[2]["entropy"] < (std::log(2) + std::log(3)) / 3 + 1e-6);
  CHECK(lines[4]["entropy"] > 0.8 * std::log(5));
  CHECK(lines[6]["pruned"]["difference"] < 1e-5);
}

TEST_CASE("the model of a run directory is analysed, not trained again", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended trained =
      run_heed(folder, {"train", "tiny.json", "--out", "run", "--set", "model.attention.heads=2"});
  REQUIRE(trained.exit_code == 0);
  const Ended ended = run_heed(folder, {"heads", "run", "--json"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(ended.err.empty());
  const Json whole = json_lines(ended.out).back();
  const Json result = json_lines(trained.out).back();
  CHECK(whole["config"] == "run/checkpoints/step-000006");
  // All 20 held-out sequences, in the same batches.
  CHECK(whole["sequences"] == 20);
  CHECK(whole["loss"] == result["loss"]);
  CHECK(whole["token_accuracy"] == result["token_accuracy"]);
  CHECK(ended.out == run_heed(folder, {"heads", "run/", "--json"}).out);
  const Ended earlier = run_heed(folder, {"heads", "run/checkpoints/step-000003", "--json"});
  CHECK(json_lines(earlier.out).back()["loss"] != result["loss"]);
}

TEST_CASE("a model without heads is said to have none, before it is trained", "[program]") {
  const Ended ended = heads_tiny({"--set", "model.attention.type=none"});
  CHECK(ended.exit_code == 2);
  const Folder folder;
  folder.write("none.json", R"({"task": {"type": "reverse"},
    "model": {"attention": {"type": "none"}}})");
  const Ended none = run_heed(folder, {"heads", "none.json"});
  CHECK(none.exit_code == 1);
  CHECK(none.out.empty());
  CHECK(none.err ==
        "none.json: heads: no attention of this model is a multi-head attention; `heed tasks` "
        "lists others; an attention of your own is one by as_multi_head(): "
        "docs/extending/attention.md\n");
}

TEST_CASE("heads has help", "[program]") {
  const Ended help = run_heed(Folder(), {"heads", "--help"});
  for (const char* word : {"--sequences", "--json", "--set", "run directory", "entropy"}) {
    CHECK(contains(help.out, word));
  }
}

}  // namespace
}  // namespace heed::testing::program_heads_test
