// `heed eval`: the numbers that training measured, from its checkpoints.
#include "heed/examples/cli/runs/trained_model.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_eval_test {
namespace {

using Json = nlohmann::ordered_json;

/// The evaluations of a run by their step.
Json measured(const Folder& folder, const std::string& run, int64_t step) {
  for (const Json& line : json_lines(folder.read(run + "/metrics.jsonl"))) {
    if (line.contains("eval_loss") && line["step"] == step) return line;
  }
  FAIL("no evaluation at that step");
  return {};
}

void check_equal(const Json& got, const Json& want) {
  CHECK(got["loss"] == want["eval_loss"]);
  CHECK(got["token_accuracy"] == want["token_accuracy"]);
  CHECK(got["sequence_accuracy"] == want["sequence_accuracy"]);
  CHECK(got.contains("train_loss") == want.contains("train_loss"));
  for (const char* key : {"train_loss", "train_token_accuracy", "train_sequence_accuracy"}) {
    if (want.contains(key)) CHECK(got[key] == want[key]);
  }
}

Json evaluated(const Folder& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "eval");
  const std::vector<std::string> before = folder.names();
  const Ended ended = run_heed(folder, arguments);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(contains(ended.err, "held-out examples, errors marked:\n  input "));
  CHECK(folder.names() == before);
  const std::vector<Json> lines = json_lines(ended.out);
  REQUIRE(lines.size() == 1);
  return lines[0];
}

TEST_CASE("eval gives to the bit what training has measured at that step", "[program]") {
  for (const char* task : {R"({"type": "reverse", "symbols": 4, "length": 4})",
                           R"({"type": "seq2seq_reverse", "symbols": 4, "length": 4})",
                           R"({"type": "modular_addition", "modulus": 7})"}) {
    CAPTURE(task);
    const Folder folder;
    train_run(folder, "run", small_config(task, R"("dropout": 0.1, )"));
    const Json last = evaluated(folder, {"run"});
    CHECK(last["step"] == 6);
    CHECK(last["checkpoint"] == "run/checkpoints/step-000006");
    check_equal(last, measured(folder, "run", 6));
    const Json earlier = evaluated(folder, {"run/checkpoints/step-000003"});
    CHECK(earlier["step"] == 3);
    check_equal(earlier, measured(folder, "run", 3));
    CHECK(earlier["loss"] != last["loss"]);
  }
}

TEST_CASE("--best takes the lowest held-out loss, not the newest", "[program]") {
  const Folder folder;
  // A rate that makes it worse with every step.
  train_run(folder, "run", tiny_config(),
            {"--set", "train.lr=2", "--set", "train.steps=12", "--set", "train.checkpoints_kept=9",
             "--set", "train.eval_every=1"});
  double least = 1e30;
  int64_t best = 0;
  for (const Json& line : json_lines(folder.read("run/metrics.jsonl"))) {
    if (!line.contains("eval_loss") || line["eval_loss"] >= least) continue;
    least = line["eval_loss"];
    best = line["step"];
  }
  REQUIRE(best < 12);
  const Json line = evaluated(folder, {"run", "--best"});
  CHECK(line["step"] == best);
  CHECK(line["loss"] == least);
  CHECK(evaluated(folder, {"run"})["step"] == 12);
  std::filesystem::remove_all(folder / ("run/checkpoints/step-0000" +
                                        std::string(best < 10 ? "0" : "") + std::to_string(best)));
  CHECK(refusal(folder, {"eval", "run", "--best"}) ==
        "run: error: this run has no checkpoint of its lowest held-out loss; without --best "
        "the newest one is taken\n");
}

TEST_CASE("eval with other settings", "[program]") {
  const Folder folder;
  train_run(folder, "run", tiny_config());
  const Json more = evaluated(folder, {"run", "--set", "train.eval_sequences=40"});
  CHECK(more["sequences"] == 40);
  const auto warns = [&](const char* set) {
    return contains(run_heed(folder, {"eval", "run", "--set", set}).err,
                    "some may have been trained on");
  };
  CHECK(warns("train.eval_sequences=40"));
  CHECK(warns("task.seed=1"));
  CHECK(!warns("train.seed=1"));
  CHECK(!warns("train.eval_sequences=10"));
  CHECK(!warns("train.batch_size=7"));
}

TEST_CASE("a file of the task that has changed is noticed", "[program]") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 40; ++i) text += "abcab cab";
  folder.write("a.txt", text);
  train_run(folder, "run", small_config(R"({"type": "text", "path": "a.txt", "length": 4})"));
  CHECK(run_heed(folder, {"eval", "run"}).exit_code == 0);
  folder.write("a.txt", "bbb" + text);
  const Ended changed = run_heed(folder, {"eval", "run"});
  CHECK(changed.exit_code == 0);
  CHECK(lines_of(changed.err)[0].starts_with(
      "run: warning: the data is not what the run had: task.path: a.txt has changed: its checksum "
      "is "));
  folder.write("b.txt", "bbb" + text);
  const Ended chosen = run_heed(folder, {"eval", "run", "--set", "task.path=b.txt"});
  CHECK(chosen.exit_code == 0);
  CHECK(
      lines_of(chosen.err)[0] ==
      "run: warning: the held-out sequences differ from the run's: some may have been trained on");
  std::filesystem::create_directory(folder / "moved");
  folder.write("moved/a.txt", text);
  folder.write("a.txt", "");
  const Ended moved = run_heed(folder, {"eval", "run", "--set", "task.path=moved/a.txt"});
  CHECK(moved.exit_code == 0);
  CHECK(!contains(moved.err, "warning"));
  // As many characters, but others: the numbers do not mean what the model has learned.
  for (char& c : text) {
    if (c == 'a') c = 'z';
  }
  folder.write("c.txt", text);
  CHECK(
      refusal(folder, {"eval", "run", "--set", "task.path=c.txt"}) ==
      "run: error: the vocabulary of the task's data differs from that of the model, so its words "
      "have other numbers than those learned\n");
}

TEST_CASE("a checkpoint finds its run from wherever it is named", "[program]") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 40; ++i) text += "abcab cab";
  const std::string file = folder / "a.txt";
  folder.write("a.txt", text);
  train_run(folder, "run",
            small_config(R"({"type": "text", "path": ")" + file + R"(", "length": 4})"));
  const auto before = std::filesystem::current_path();
  const std::vector<std::pair<std::string, std::string>> ways = {
      {"", "run/checkpoints/step-000006/"},
      {"run", "./checkpoints/step-000006"},
      {"run/checkpoints", "step-000006"},
      {"run/checkpoints/step-000006", "."},
      {"run/checkpoints/step-000003", "../step-000006"}};
  for (const auto& [from, path] : ways) {
    CAPTURE(path);
    std::filesystem::current_path(folder / from);
    CHECK(load_trained_model(path).step == 6);
  }
  std::filesystem::current_path(before);
}

TEST_CASE("what is damaged fails", "[program]") {
  const Folder folder;
  train_run(folder, "run", tiny_config());
  const std::string model = "run/checkpoints/step-000006/model.safetensors";
  std::string bytes = folder.read(model);
  bytes.back() ^= 1;
  folder.write(model, bytes);
  const Ended damaged = run_heed(folder, {"eval", "run"});
  CHECK(damaged.exit_code == 1);
  CHECK(damaged.out.empty());
  CHECK(damaged.err.starts_with(model + ": "));
  CHECK(contains(damaged.err, "checksum"));
}

}  // namespace
}  // namespace heed::testing::program_eval_test
