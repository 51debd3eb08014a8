// `heed sweep` as a program: its runs are processes of the same program.
#include <cstdlib>

#include "heed/examples/cli/config/json.h"
#include "heed/tests/examples/cli/sweep/sweep_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_sweep_test {
namespace {

using namespace sweeps;

std::string weights(const Folder& folder, const std::string& run) {
  return folder.read(run + "/checkpoints/step-000006/model.safetensors");
}

TEST_CASE("each run of a sweep is the run that heed train makes", "[program]") {
  Folder folder;
  const Ended ended = sweep(with_config(folder),
                            "tiny.json --set train.lr=1e-3,3e-3 --seeds 2 "
                            "--jobs 2 --out s");
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(endings(ended).size() == 4);
  const JsonValue plan = read_json(folder.read("s/sweep.json"));
  REQUIRE(plan.find("runs")->children.size() == 4);
  for (const JsonValue& run : plan.find("runs")->children) {
    const std::string name = run.find("name")->text;
    Texts command{"train", "tiny.json", "--out", "one"};
    for (const JsonValue& set : run.find("set")->children) {
      command.insert(command.end(), {"--set", set.text});
    }
    REQUIRE(run_heed(folder, command).exit_code == 0);
    CHECK(folder.read("s/" + name + "/config.json") == folder.read("one/config.json"));
    CHECK_FALSE(weights(folder, "one").empty());
    CHECK(weights(folder, "s/" + name) == weights(folder, "one"));
    std::filesystem::remove_all(folder / "one");
  }
}

TEST_CASE("the processors are divided among the runs", "[program]") {
  Folder folder;
  with_config(folder);
  const auto threads_of = [&](const std::string& options) {
    std::filesystem::remove_all(folder / "s");
    const Ended ended = sweep(folder, "tiny.json --out s " + options);
    CHECK(ended.exit_code == 0);
    const JsonValue record = read_json(folder.read("s/001-seed=0/run.json"));
    return record.find("sessions")->children.front().find("threads")->text;
  };
  setenv("HEED_THREADS", "5", 1);
  CHECK(threads_of("") == "5");
  CHECK(threads_of("--jobs 2") == "2");
  CHECK(threads_of("--jobs 8") == "1");
  CHECK(threads_of("--jobs 2 --threads 3") == "3");
  unsetenv("HEED_THREADS");
}

TEST_CASE("CONFIG may be a pipe, and its relative paths start in its folder", "[program]") {
  Folder folder;
  with_config(folder);
  CHECK(sweep(folder, "- --out s <tiny.json").exit_code == 0);
  CHECK(folder.read("s/config.json") == folder.read("tiny.json"));
  std::filesystem::create_directory(folder / "below");
  folder.write("below/words.txt", std::string(60, 'a') + std::string(400, 'b'));
  folder.write("below/text.json", R"({"task": {"type": "text", "path": "words.txt", "length": 4},
    "model": {"d_model": 8, "attention": {"type": "multi_head_attention"}},
    "train": {"steps": 2, "batch_size": 2, "eval_sequences": 2}})");
  const Ended ended = sweep(folder, "below/text.json --seeds 2 --out t");
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(is_in(folder.read("t/002-seed=1/config.json"), folder / "below/words.txt"));
}

TEST_CASE("the table at the end is also what a sweep that has ended prints", "[program]") {
  Folder folder;
  with_config(folder);
  const std::string command = "tiny.json --set train.lr=1e-3,1e-2 --seeds 2 --out s";
  const Ended first = sweep(folder, command);
  REQUIRE(lines_of(first.out).size() == 4);
  CHECK(lines_of(first.out)[0].starts_with("train.lr  n  "));
  CHECK(lines_of(first.out)[3].starts_with("best: train.lr=0.01: "));
  CHECK(is_in(endings(first)[0], "finished, "));
  CHECK(is_in(endings(first)[0], ", 6 steps: loss "));
  CHECK(sweep(folder, command).out == first.out);
  CHECK(lines_of(sweep(folder, command + " --csv").out).size() == 3);
  CHECK(read_json(sweep(folder, command + " --json").out).find("best")->text == "B");
  CHECK(sweep(folder, command + " --md").out.starts_with("| train.lr | n |"));
  CHECK(sweep(folder, command + " --md --json").exit_code == 2);
  CHECK(sweep(folder, command + " --csv --json").exit_code == 2);
}

TEST_CASE("the same command again trains nothing; more values add runs", "[program]") {
  Folder folder;
  with_config(folder);
  REQUIRE(sweep(folder, "tiny.json --set train.lr=1e-3 --out s").exit_code == 0);
  const std::string record = folder.read("s/001-seed=0/run.json");
  const Ended again = sweep(folder, "tiny.json --set train.lr=1e-3 --out s/");
  CHECK(again.exit_code == 0);
  CHECK(endings(again).empty());
  const Ended more = sweep(folder, "tiny.json --set train.lr=1e-3,1e-2 --seeds 2 --out s");
  CHECK(more.exit_code == 0);
  CHECK(endings(more).size() == 3);
  CHECK(folder.has("s/002-lr=1e-2,seed=0"));
  CHECK(folder.has("s/003-lr=1e-3,seed=1"));
  CHECK(folder.has("s/004-lr=1e-2,seed=1"));
  CHECK(folder.read("s/001-seed=0/run.json") == record);
  // The copy of CONFIG is as good as CONFIG.
  CHECK(endings(sweep(folder, "s/config.json --set train.lr=1e-3 --out s")).empty());
}

TEST_CASE("a run that was interrupted is resumed", "[program]") {
  Folder folder;
  with_config(folder);
  const std::string command = "tiny.json --set train.lr=1e-3,1e-2 --out s";
  REQUIRE(sweep(folder, command).exit_code == 0);
  const std::string whole = weights(folder, "s/001-lr=1e-3,seed=0");
  std::filesystem::remove_all(folder / "s/001-lr=1e-3,seed=0/checkpoints/step-000006");
  std::string record = folder.read("s/001-lr=1e-3,seed=0/run.json");
  record.replace(record.find("\"finished\""), 10, "\"running\"");
  folder.write("s/001-lr=1e-3,seed=0/run.json", record);
  const Ended ended = sweep(folder, command);
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(is_in(ended.err, "001-lr=1e-3,seed=0  to be resumed"));
  CHECK(endings(ended).size() == 1);
  CHECK(weights(folder, "s/001-lr=1e-3,seed=0") == whole);
  CHECK(lines_of(folder.read("s/001-lr=1e-3,seed=0/resumes.jsonl")).size() == 1);
}

TEST_CASE("a dry run prints the plan and writes nothing", "[program]") {
  Folder folder;
  const Ended ended = run_heed(with_config(folder), {"sweep", "tiny.json", "--set", "train.lr=1,2",
                                                     "--seeds", "2", "--dry-run", "--out", "s"});
  CHECK(ended.exit_code == 0);
  CHECK(ended.err.empty());
  CHECK(lines_of(ended.out).size() == 5);
  CHECK(lines_of(ended.out).front() == "4 runs, 2 settings:");
  CHECK(is_in(ended.out, "-lr=2,seed=1  new  --set train.lr=2 --set train.seed=1\n"));
  CHECK(folder.names() == Texts{"tiny.json"});
}

TEST_CASE("a wrong value starts nothing", "[program]") {
  Folder folder;
  const Ended ended =
      run_heed(with_config(folder), {"sweep", "tiny.json", "--set", "train.lr=1,x", "--out", "s"});
  CHECK(ended.exit_code == 2);
  CHECK(ended.err ==
        "--set train.lr=x: error: train.lr: must be a number, at least 0: found the "
        "string \"x\"\n");
  CHECK(folder.names() == Texts{"tiny.json"});
}

TEST_CASE("a run that diverges is a result, others go on", "[program]") {
  Folder folder;
  const Ended ended =
      sweep(with_config(folder), "tiny.json --set train.lr=1e30,1e-3 --seeds 2 --out s");
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(endings(ended).size() == 4);
  CHECK(is_in(ended.err, "-lr=1e30,seed=1: diverged, "));
  CHECK(is_in(ended.err, "the loss is not finite"));
  CHECK(endings(sweep(folder, "tiny.json --set train.lr=1e30,1e-3 --seeds 2 --out s")).empty());
}

TEST_CASE("a run that fails is told at once with its last line; others go on", "[program]") {
  Folder folder;
  with_config(folder);
  const std::string command = "tiny.json --set train.lr=1e-3,1e-2,1e-1 --out s";
  REQUIRE(sweep(folder, command).exit_code == 0);
  // Where a directory should be there is a file.
  const std::string first = "001-lr=1e-3,seed=0";
  REQUIRE(folder.has("s/" + first));
  std::filesystem::remove_all(folder / ("s/" + first));
  folder.write("s/" + first, "");
  const Ended failed = sweep(folder, command);
  CHECK(failed.exit_code == 1);
  CHECK(endings(failed).size() == 1);
  CHECK(is_in(failed.err, first + ": failed: s/" + first + ": cannot read: it is not a directory"));
  CHECK(lines_of(failed.err).back() ==
        "s: 1 of 3 runs failed: " + first + "; the same command tries them again");
  // A process that fails by itself: its checkpoint is damaged.
  std::filesystem::remove_all(folder / ("s/" + first));
  REQUIRE(sweep(folder, command).exit_code == 0);
  std::string record = folder.read("s/" + first + "/run.json");
  record.replace(record.find("\"finished\""), 10, "\"running\"");
  folder.write("s/" + first + "/run.json", record);
  folder.write("s/" + first + "/checkpoints/step-000006/state.json", "{}");
  const Ended damaged = sweep(folder, command);
  CHECK(damaged.exit_code == 1);
  CHECK(
      is_in(damaged.err, first + ": failed: exit code 1: s/" + first + "/checkpoints/step-000006"));
}

TEST_CASE("--stop-on-failure starts no more runs", "[program]") {
  Folder folder;
  with_config(folder);
  const std::string command = "tiny.json --set train.lr=1e-3,1e-2,1e-1 --out s";
  REQUIRE(sweep(folder, command).exit_code == 0);
  for (const char* name : {"001-lr=1e-3,seed=0", "003-lr=1e-1,seed=0", "002-lr=1e-2,seed=0",
                           "003-lr=1e-2,seed=0", "002-lr=1e-1,seed=0"}) {
    std::filesystem::remove_all(folder / (std::string("s/") + name));
  }
  folder.write("s/001-lr=1e-3,seed=0", "");
  const Ended ended = sweep(folder, command + " --stop-on-failure");
  CHECK(ended.exit_code == 1);
  CHECK(endings(ended).size() == 1);
  CHECK(endings(sweep(folder, command)).size() == 3);
}

TEST_CASE("a directory that is no sweep, or that of another one, is refused", "[program]") {
  Folder folder;
  with_config(folder);
  std::filesystem::create_directory(folder / "other");
  CHECK(sweep(folder, "tiny.json --out other").err ==
        "--out other: error: already exists and is not a sweep: it has no sweep.json; choose "
        "another name or remove it\n");
  REQUIRE(sweep(folder, "tiny.json --out s").exit_code == 0);
  const std::string plan = folder.read("s/sweep.json");
  folder.write("second.json", R"({"task": {"type": "sort", "symbols": 4, "length": 4},
    "model": {"d_model": 8, "dropout": 0.1},
    "train": {"steps": 6, "batch_size": 4, "eval_every": 3, "eval_sequences": 20}})");
  const Ended other = sweep(folder, "second.json --out s");
  CHECK(other.exit_code == 2);
  CHECK(
      other.err.starts_with("--out s: error: is a sweep of another configuration: task.type was "
                            "\"reverse\" and is \"sort\""));
  CHECK(folder.read("s/sweep.json") == plan);
  CHECK(sweep(folder, "second.json").err ==
        "heed sweep: --out DIR is required; see heed sweep --help\n");
}

TEST_CASE("a damaged plan is refused", "[program]") {
  Folder folder;
  with_config(folder);
  REQUIRE(sweep(folder, "tiny.json --out s").exit_code == 0);
  const auto refused = [&](const std::string& plan, const std::string& why) {
    folder.write("s/sweep.json", plan);
    const Ended ended = sweep(folder, "tiny.json --out s");
    INFO(ended.err);
    CHECK(ended.exit_code == 1);
    CHECK(ended.err == "s/sweep.json: damaged: " + why + "\n");
    CHECK(folder.read("s/sweep.json") == plan);
  };
  refused("", "not JSON at byte 0: the text is empty; it must hold an object");
  refused("[]", "\"runs\" is missing or not an array");
  refused(R"({"runs": []})", "it has no runs");
  refused(R"({"runs": [{"name": "../001-a", "set": []}]})",
          "a run has no name like \"001-seed=0\"");
  refused(R"({"runs": [{"name": "001-a", "set": []}]})", "\"001-a\" has no train.seed");
  refused(R"({"runs": [{"name": "001-a", "set": [1]}]})", "\"001-a\" has a set that is not a text");
  refused(R"({"runs": [{"name": "001-a", "set": ["train.seed=1"]},
                       {"name": "001-a", "set": ["train.seed=2"]}]})",
          "\"001-a\" is there twice");
}

}  // namespace
}  // namespace heed::testing::program_sweep_test
