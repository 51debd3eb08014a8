// `heed runs`: a list of runs, damaged and hostile ones too.
#include <filesystem>
#include <map>

#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_runs_test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> first_words(const std::string& text) {
  std::vector<std::string> words;
  for (const std::string& line : lines_of(text)) words.push_back(line.substr(0, line.find(' ')));
  return words;
}

/// Two runs in "runs", which differ in lr and seed.
void make_runs(const Folder& folder) {
  folder.write("config.json", resumable_config());
  train_well(folder, {"config.json", "--out", "runs/slow", "--set", "train.lr=0.00001"});
  train_well(folder, {"config.json", "--out", "runs/fast", "--set", "train.lr=0.03", "--set",
                      "train.seed=5"});
}

TEST_CASE("heed runs lists, sorts and chooses", "[program][runs]") {
  const Folder folder;
  make_runs(folder);
  const Ended plain = run_heed(folder, {"runs"});
  CHECK(plain.exit_code == 0);
  CHECK(plain.err.empty());
  CHECK(first_words(plain.out) == std::vector<std::string>{"run", "runs/fast", "runs/slow"});
  CHECK(contains(plain.out, "reverse  done    6/6"));
  CHECK(contains(plain.out, "train.lr=0.03"));
  CHECK(run_heed(folder, {"runs", "."}).out == run_heed(folder, {"runs", "./"}).out);

  const auto listed = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"runs"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::vector<std::string> words = first_words(run_heed(folder, arguments).out);
    if (!words.empty()) words.erase(words.begin());
    return words;
  };
  const std::vector<std::string> up{"runs/slow", "runs/fast"}, down{"runs/fast", "runs/slow"};
  CHECK(listed({"--sort", "train.lr"}) == up);
  CHECK(listed({"--sort", "train.lr", "--reverse"}) == down);
  CHECK(listed({"--sort", "loss"}) == down);
  CHECK(listed({"--where", "lr=3e-2"}) == std::vector<std::string>{"runs/fast"});
  CHECK(listed({"--where", "state=done", "--where", "task=reverse"}) == down);
  CHECK(listed({"--where", "state=done", "--where", "train.seed=0"}) ==
        std::vector<std::string>{"runs/slow"});
  CHECK(listed({"runs/slow"}) == std::vector<std::string>{"runs/slow"});
  fs::create_directories(folder / "runs/begun");  // which has no loss yet
  fs::copy(folder / "runs/slow/config.json", folder / "runs/begun/config.json");
  folder.write("runs/begun/metrics.jsonl", "");
  CHECK(listed({"--sort", "loss"}).back() == "runs/begun");
  CHECK(listed({"--sort", "loss", "--reverse"}).back() == "runs/begun");
  fs::remove_all(folder / "runs/begun");
  const Ended none = run_heed(folder, {"runs", "--where", "state=running"});
  CHECK(none.exit_code == 0);
  CHECK(none.out.empty());
  CHECK(none.err == "runs: --where holds for none of 2 runs\n");
}

TEST_CASE("heed runs for other programs has exact numbers", "[program][runs]") {
  const Folder folder;
  make_runs(folder);
  const auto runs = json_lines(run_heed(folder, {"runs", "--json", "--sort", "lr"}).out);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0]["run"] == "runs/slow");
  CHECK(runs[0]["state"] == "done");
  CHECK(runs[0]["why"].is_null());
  CHECK(runs[0]["step"] == 6);
  CHECK(runs[1]["seed"] == 5);
  CHECK(runs[1]["changes"]["train.lr"] == 0.03);
  nlohmann::ordered_json best;
  for (const auto& line : json_lines(folder.read("runs/fast/metrics.jsonl"))) {
    const bool is_better =
        line.contains("eval_loss") && (best.is_null() || line["eval_loss"] < best["eval_loss"]);
    if (is_better) best = line;
  }
  CHECK(runs[1]["best"]["loss"] == best["eval_loss"]);
  CHECK(runs[1]["best"]["step"] == best["step"]);

  const auto lines = lines_of(run_heed(folder, {"runs", "--csv"}).out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("run,name,task,state,step,steps,loss,accuracy,solved,seconds,"));
  CHECK(contains(lines[0], ",train.lr"));
  CHECK(contains(lines[1], "," + best["eval_loss"].dump() + ","));
  const auto table = lines_of(run_heed(folder, {"runs", "--md"}).out);
  REQUIRE(table.size() == 4);
  CHECK(table[0].starts_with("| run | task | state | step |"));
  CHECK(table[1].starts_with("| --- | --- | --- | ---: |"));
}

TEST_CASE("heed runs shows damaged and hostile runs as they are", "[program][runs]") {
  const Folder folder;
  make_runs(folder);
  const std::string evil = "runs/\x1b[31m\n|,\"\xff\xe2\x80\xae<script>";
  fs::copy(folder / "runs/fast", folder / evil, fs::copy_options::recursive);
  folder.write("runs/slow/config.json", "{");
  for (const char* form : {"", "--json", "--csv", "--md"}) {
    CAPTURE(form);
    std::vector<std::string> arguments{"runs"};
    if (*form != '\0') arguments.emplace_back(form);
    const Ended ended = run_heed(folder, arguments);
    CHECK(ended.exit_code == 0);
    CHECK(ended.err.empty());
    CHECK(contains(ended.out, "damaged"));
    CHECK(contains(ended.out, "config.json: damaged: not JSON at byte 1"));
    CHECK(!contains(ended.out, "\x1b"));
    CHECK(!contains(ended.out, "\xe2\x80\xae"));
    // The line breaks of a name are cells' own in CSV.
    const size_t count = lines_of(ended.out).size();
    CHECK(
        count ==
        std::map<std::string, size_t>{{"", 4}, {"--json", 3}, {"--csv", 6}, {"--md", 5}}.at(form));
  }
}

TEST_CASE("heed runs refuses what it cannot mean", "[program][runs]") {
  const Folder folder;
  const auto says = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"runs"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return refusal(folder, arguments);
  };
  CHECK(says({}) ==
        "DIR runs: error: no such directory; `heed train` makes it, or name another one\n");
  CHECK(says({"nowhere"}) == "DIR nowhere: error: no such directory\n");
  folder.write("file", "");
  CHECK(says({"file"}) == "DIR file: error: not a directory\n");
  const Ended empty = run_heed(folder, {"runs", "."});
  CHECK(empty.exit_code == 0);
  CHECK(empty.err == ".: no runs in or below it\n");

  make_runs(folder);
  CHECK(says({"--where", "lr"}) ==
        "--where lr: error: must be KEY=VALUE, such as state=done or train.lr=1e-3\n");
  CHECK(contains(says({"--where", "train.lrr=1"}), R"(did you mean "train.lr"?)"));
  CHECK(contains(says({"--sort", "type"}), "several keys end in \"type\": "));
  CHECK(contains(says({"--reverse"}), "--reverse needs --sort KEY"));
  CHECK(contains(says({"--csv", "--json"}), "--csv"));
  CHECK(contains(says({"--md", "--json"}), "exclude each other"));
}

}  // namespace
}  // namespace heed::testing::program_runs_test
