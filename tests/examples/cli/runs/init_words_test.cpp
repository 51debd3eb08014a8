// `heed train --init` from a model whose words have other numbers.
#include <map>
#include <nlohmann/json.hpp>

#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/framework/io/safetensors.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::init_words_test {
namespace {

using Floats = std::vector<float>;

std::map<std::string, Tensor> parameters(const Folder& folder, const std::string& file) {
  const auto tensors = load_safetensors(folder / file).tensors;
  return {tensors.begin(), tensors.end()};
}

Floats row(const Tensor& table, int64_t number) {
  const auto all = table.to_vector<float>();
  const auto width = table.dim() == 1 ? 1 : table.size(1);
  return {all.begin() + number * width, all.begin() + (number + 1) * width};
}

/// Starts a run of `config` with the parameters of `from`; returns what it says.
std::string start(const Folder& folder, const std::string& config, const std::string& from) {
  folder.write("next.json", config);
  const Ended ended = run_heed(folder, {"train", "next.json", "--init", from, "--out", "next",
                                        "--set", "train.checkpoints_kept=9"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return ended.err;
}

const std::string start_file = "next/checkpoints/step-000000/model.safetensors";

std::string text_config(const std::string& file, bool tied = false) {
  return small_config(R"({"type": "text", "length": 4, "path": ")" + file + R"("})",
                      tied ? R"("tied": true, )" : "");
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST_CASE("--init gives each character the rows that it had, however it is numbered", "[program]") {
  for (const bool tied : {false, true}) {
    for (const char* from : {"run", "run.safetensors", "run/checkpoints/step-000006"}) {
      CAPTURE(tied, from);
      const Folder folder;
      folder.write("a.txt", repeated("bcd", 60));
      train_run(folder, "run", text_config("a.txt", tied));
      REQUIRE(run_heed(folder, {"export", "run", "--out", "run.safetensors"}).exit_code == 0);
      // b and d are numbers 0 and 2 there, 1 and 2 here; a is new, c is gone.
      folder.write("b.txt", repeated("abd", 60));
      const std::string said = start(folder, text_config("b.txt", tied), from);
      CHECK(contains(said,
                     "; inputs: 2 of 3 words taken over, 1 with fresh rows (the first: "
                     "\"a\")\n"));
      const auto before = parameters(folder, "run.safetensors");
      const auto after = parameters(folder, start_file);
      for (const char* table : {"tokens.weight", "output.weight", "output.bias"}) {
        if (tied && std::string(table) != "tokens.weight") continue;
        CAPTURE(table);
        CHECK(row(after.at(table), 1) == row(before.at(table), 0));
        CHECK(row(after.at(table), 2) == row(before.at(table), 2));
        CHECK(row(after.at(table), 0) != row(before.at(table), 0));
        CHECK(row(after.at(table), 0) != row(before.at(table), 1));
      }
      CHECK(after.at("encoder.norm.weight").to_vector<float>() ==
            before.at("encoder.norm.weight").to_vector<float>());
    }
  }
}

TEST_CASE("--init of the same words says nothing of them", "[program]") {
  const Folder folder;
  folder.write("a.txt", repeated("bcd", 60));
  train_run(folder, "run", text_config("a.txt"));
  folder.write("b.txt", repeated("ddcb", 60));
  CHECK(contains(start(folder, text_config("b.txt"), "run"),
                 "initial parameters: run/checkpoints/step-000006, with heed's names\n"));
}

TEST_CASE("--init moves the words of both sides of pairs, and the start and end of an answer",
          "[program]") {
  const auto pairs = [](const std::vector<std::string>& sources,
                        const std::vector<std::string>& targets) {
    std::string text;
    for (const auto& source : sources) {
      for (const auto& target : targets) text += source + " " + target + "\t" + target + "\n";
    }
    return text;
  };
  const auto config = [](const std::string& file) {
    return small_config(R"({"type": "pairs", "path": ")" + file + R"("})",
                        R"("positions": "sinusoidal", )");
  };
  const Folder folder;
  folder.write("a.tsv", pairs({"m", "n"}, {"x", "y"}));
  train_run(folder, "run", config("a.tsv"));
  folder.write("b.tsv", pairs({"a", "n"}, {"b", "y", "x"}));
  const std::string said = start(folder, config("b.tsv"), "run");
  CHECK(contains(said,
                 "; inputs: 3 of 5 words taken over, 2 with fresh rows (the first: \"a\"); "
                 "targets: 2 of 3 words taken over, 1 with fresh rows (the first: "
                 "\"b\")\n"));
  const auto before = parameters(folder, "run/checkpoints/step-000006/model.safetensors");
  const auto after = parameters(folder, start_file);
  // Targets x y <end> are b x y <end>; sources m n x y are a b n x y.
  for (const char* table : {"writer.tokens.weight", "output.weight", "output.bias"}) {
    for (int64_t number = 0; number < 3; ++number) {
      CHECK(row(after.at(table), number + 1) == row(before.at(table), number));
    }
  }
  for (int64_t number = 1; number < 4; ++number) {
    CHECK(row(after.at("tokens.weight"), number + 1) == row(before.at("tokens.weight"), number));
  }
}

TEST_CASE("--init between tasks of numbers keeps what the numbers have learned", "[program]") {
  const Folder folder;
  train_run(folder, "run", small_config(R"({"type": "reverse", "symbols": 5, "length": 4})"));
  const std::string said =
      start(folder, small_config(R"({"type": "reverse", "symbols": 7, "length": 4})"), "run");
  CHECK(contains(said,
                 "; inputs: 5 of 7 words taken over, 2 with fresh rows (the first: \"5\"); "
                 "targets: 5 of 7 words taken over, 2 with fresh rows (the first: "
                 "\"5\")\n"));
}

TEST_CASE("--init reads the words of files and runs of earlier versions", "[program]") {
  const Folder folder;
  folder.write("a.txt", repeated("bcd", 60));
  train_run(folder, "run", text_config("a.txt"));
  const std::string model = "run/checkpoints/step-000006/model.safetensors";
  const TensorFile file = load_safetensors(folder / model);
  folder.write("b.txt", repeated("abd", 60));
  const std::string moved = "; inputs: 2 of 3 words taken over, ";
  std::filesystem::remove(folder / "old.safetensors");
  save_safetensors(folder / "old.safetensors", file.tensors,
                   {{"heed.vocabulary", file.metadata.at("heed.vocabulary")}});
  CHECK(contains(start(folder, text_config("b.txt"), "old.safetensors"), moved));
  std::filesystem::remove_all(folder / "next");
  CheckpointState state = load_checkpoint_state(folder / "run/checkpoints/step-000006");
  state.identity.reset();
  folder.write("run/checkpoints/step-000006/state.json", to_json(state));
  std::filesystem::remove(folder / model);
  save_safetensors(folder / model, file.tensors, {{"format", "pt"}});
  CHECK(contains(start(folder, text_config("b.txt"), "run"), moved));
}

}  // namespace
}  // namespace heed::testing::init_words_test
