// `heed train --dry-run`: what a run would be, and nothing on the disk.
#include <array>
#include <cstdio>

#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_dry_run_test {
namespace {

using Json = nlohmann::ordered_json;

Ended dry_run_of(const Folder& folder, std::vector<std::string> more) {
  more.insert(more.begin(), {"train", "--dry-run"});
  return run_heed(folder, more);
}

TEST_CASE("a dry run says what a run would be and writes nothing", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended ended = dry_run_of(folder, {"tiny.json", "--set", "train.schedule=linear"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(ended.err.empty());
  CHECK(folder.names() == std::vector<std::string>{"tiny.json"});
  const std::vector<std::string> lines = lines_of(ended.out);
  const auto line_at = [&](const std::string& start) {
    for (const std::string& line : lines) {
      if (line.starts_with(start)) return line;
    }
    return std::string();
  };
  CHECK(lines[0] == "tiny.json: task reverse, 20 held-out sequences; nothing is written");
  const Ended valid = run_heed(folder, {"validate", "tiny.json"});
  const std::string count = line_at("parameters ").substr(13);
  CHECK(contains(valid.out, " " + count + " parameters,"));
  int64_t sum = 0;
  for (const char* part : {"tokens", "positions", "encoder", "output"}) {
    const std::string line = line_at(std::string("  ") + part);
    REQUIRE(!line.empty());
    sum += std::stoll(line.substr(line.rfind(' ')));
  }
  CHECK(std::to_string(sum) == count);
  CHECK(line_at("memory").ends_with(" at the peak of one step"));
  CHECK(line_at("  gradients").substr(13) == line_at("  parameters").substr(13));
  CHECK(line_at("schedule") == "schedule     6 steps of 4 sequences; evaluation every 3");
  CHECK(line_at("  step 1 ") == "  step 1       lr 0.001, 4 sequences seen");
  CHECK(line_at("  step 3 ").ends_with(", 12 sequences seen"));
  CHECK(line_at("  step 6 ").ends_with(", 24 sequences seen"));
}

TEST_CASE("the loss of a dry run is that of the first step", "[program]") {
  const Folder folder;
  train_run(folder, "run",
            small_config(R"({"type": "seq2seq_reverse", "symbols": 4, "length": 4})",
                         R"("dropout": 0.2, )"));
  const Json step = json_lines(folder.read("run/metrics.jsonl")).at(0);
  const Ended ended = dry_run_of(folder, {"run.json"});
  REQUIRE(ended.exit_code == 0);
  std::array<char, 64> loss{};
  std::snprintf(loss.data(), loss.size(), "first step   loss %.6f, gradient %.4f,",
                step["loss"].get<double>(), step["grad_norm"].get<double>());
  CHECK(contains(ended.out, loss.data()));
  // An input line and, below it, what is to be said.
  const size_t first = ended.out.find("first batch\n");
  REQUIRE(first != std::string::npos);
  const std::vector<std::string> rows = lines_of(ended.out.substr(first));
  REQUIRE(rows.size() == 7);
  for (size_t i = 1; i < 7; i += 2) {
    REQUIRE(rows[i].starts_with("  input   "));
    REQUIRE(rows[i + 1].starts_with("  target  "));
    const std::string input = rows[i].substr(10), target = rows[i + 1].substr(10);
    CHECK(std::string(input.rbegin(), input.rend()) == target);
  }
}

TEST_CASE("gradients that add up need less memory, and the dry run shows it", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const auto peak_of = [&](const char* parts) {
    const Ended ended = dry_run_of(
        folder, {"tiny.json", "--set", "model.d_model=64", "--set", "task.length=64", "--set",
                 "train.batch_size=64", "--set", std::string("train.micro_batches=") + parts});
    REQUIRE(ended.exit_code == 0);
    const std::string line = ended.out.substr(ended.out.find("memory "));
    REQUIRE(contains(lines_of(line)[0], " MiB"));
    return std::stod(line.substr(line.find_first_of("0123456789")));
  };
  CHECK(peak_of("16") < 0.5 * peak_of("1"));
}

TEST_CASE("a dry run is a new run that writes nothing", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  CHECK(run_heed(folder, {"train", "tiny.json", "--dry-run", "--set", "train.optimizer=sgd",
                          "--set", "train.lr=1e30"})
            .exit_code == 0);
}

}  // namespace
}  // namespace heed::testing::program_dry_run_test
