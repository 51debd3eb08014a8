// `heed export --metrics`: what a run measured, for other programs.
#include <filesystem>

#include "heed/examples/cli/inspect/runs/event_file.h"
#include "heed/examples/cli/inspect/runs/metrics_export.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_metrics_export_test {
namespace {

namespace fs = std::filesystem;

/// A run of hand-written metrics.
void write_run(const Folder& folder, const std::string& run) {
  fs::create_directory(folder / run);
  folder.write(run + "/config.json", R"({"task":{"type":"reverse"},"train":{"steps":2}})");
  folder.write(run + "/run.json",
               R"({"sessions":[{"started":"1970-01-01T00:01:40Z","seconds":8,"end":"finished"}]})");
  folder.write(run + "/metrics.jsonl",
               R"({"step":1,"loss":0.1,"lr":0.001,"grad_norm":null,"tokens_per_second":1e20})"
               "\n"
               R"({"step":1,"eval_loss":2,"token_accuracy":0.5,"sequence_accuracy":0,)"
               R"("train_loss":4})"
               "\n"
               R"({"step":2,"loss":0.25})"
               "\n{\"step\":");
}

TEST_CASE("metrics as CSV: a line for each number", "[program][export]") {
  const Folder folder;
  write_run(folder, "a,\"b\"");
  const Ended ended = run_heed(folder, {"export", "a,\"b\"", "--metrics", "csv", "--out", "m.csv"});
  CHECK(ended.exit_code == 0);
  CHECK(ended.err == "warning: a,\"b\"/metrics.jsonl: its last line is cut off\n");
  const std::string run = R"("a,""b""")";
  CHECK(folder.read("m.csv") == "run,step,key,value\n" + run + ",1,loss,0.1\n" + run +
                                    ",1,lr,0.001\n" + run + ",1,tokens_per_second,1e+20\n" + run +
                                    ",1,eval_loss,2\n" + run + ",1,token_accuracy,0.5\n" + run +
                                    ",1,sequence_accuracy,0\n" + run + ",1,train_loss,4\n" + run +
                                    ",2,loss,0.25\n");
  const auto line = json_lines(ended.out).at(0);
  CHECK(line["file"] == "m.csv");
  CHECK(line["steps"] == 2);
  CHECK(line["evaluations"] == 1);
  CHECK(folder.names() == std::vector<std::string>{"a,\"b\"", "m.csv"});
}

TEST_CASE("metrics for TensorBoard: one event file in a directory of its own",
          "[program][export]") {
  const Folder folder;
  write_run(folder, "run");
  const Ended ended =
      run_heed(folder, {"export", "run", "--metrics", "tensorboard", "--out", "board/run/"});
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(json_lines(ended.out).at(0)["directory"] == "board/run");
  // The run took 8 seconds and two steps: one each 4 seconds.
  const std::vector<ScalarEvent> events = {
      {104, 1, {{"train/loss", 0.1}, {"train/lr", 0.001}, {"train/tokens_per_second", 1e20}}},
      {104,
       1,
       {{"held_out/loss", 2},
        {"held_out/token_accuracy", 0.5},
        {"held_out/sequence_accuracy", 0},
        {"training_set/loss", 4}}},
      {108, 2, {{"train/loss", 0.25}}}};
  CHECK(folder.read("board/run/events.out.tfevents.0000000104.heed") == event_file(events));
  CHECK(std::distance(fs::directory_iterator(folder / "board/run"), fs::directory_iterator()) == 1);
}

TEST_CASE("metrics are exported of runs only, and over nothing", "[program][export]") {
  const Folder folder;
  write_run(folder, "run");
  fs::create_directory(folder / "empty");
  folder.write("there", "mine");
  const auto says = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"export", "--metrics", "csv"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return refusal(folder, arguments);
  };
  CHECK(says({"empty", "--out", "m"}) ==
        "RUN|FILE empty: error: not a run directory, which alone has metrics\n");
  CHECK(says({"run", "--out", "there"}) ==
        "--out there: error: already exists; choose another name or remove it\n");
  CHECK(contains(says({"run", "--out", "m", "--best"}), "neither --best nor --set"));
  CHECK(contains(says({"run", "--out", "m", "--pytorch"}), "--pytorch"));
  CHECK(contains(refusal(folder, {"export", "run", "--metrics", "xml", "--out", "m"}),
                 R"(supported: "csv", "tensorboard")"));
  CHECK(folder.read("there") == "mine");
  fs::remove(folder / "run/metrics.jsonl");
  fs::create_symlink("../there", folder / "run/metrics.jsonl");
  const Ended linked = run_heed(folder, {"export", "run", "--metrics", "csv", "--out", "m"});
  CHECK(linked.exit_code == 1);
  CHECK(contains(linked.err, "it is a symbolic link"));
  CHECK(!folder.has("m"));
}

}  // namespace
}  // namespace heed::testing::program_metrics_export_test
