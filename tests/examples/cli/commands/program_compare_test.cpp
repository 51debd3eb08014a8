// `heed compare`: settings, seeds, and what it says of a difference.
#include <filesystem>

#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_compare_test {
namespace {

namespace fs = std::filesystem;

struct Made {
  std::string name;
  double lr;
  int seed;
  double loss, accuracy;
};

/// A finished run of one evaluation, written by hand.
void make_run(const Folder& folder, const Made& made, const std::string& task = "reverse",
              const std::string& train = "") {
  fs::create_directories(folder / made.name);
  using Json = nlohmann::ordered_json;
  Json config =
      Json::parse(R"({"task":{"type":")" + task + R"("},"train":{"steps":10)" + train + "}}");
  config["train"]["lr"] = made.lr;
  config["train"]["seed"] = made.seed;
  folder.write(made.name + "/config.json", config.dump());
  folder.write(made.name + "/run.json", R"({"id":"1","sessions":[{"end":"finished"}]})");
  const Json line = {{"step", 10},
                     {"eval_loss", made.loss},
                     {"token_accuracy", made.accuracy},
                     {"sequence_accuracy", made.accuracy}};
  folder.write(made.name + "/metrics.jsonl", line.dump() + "\n");
}

/// Two settings with three seeds; the second has losses that are lower by about 0.5.
void make_settings(const Folder& folder) {
  for (const Made& made : {Made{"a0", 0.1, 0, 1.0, 0.5}, Made{"a1", 0.1, 1, 2.0, 1.0},
                           Made{"a2", 0.1, 2, 3.0, 0.9}, Made{"b0", 0.2, 0, 0.5, 1.0},
                           Made{"b1", 0.2, 1, 1.4, 1.0}, Made{"b2", 0.2, 2, 2.6, 0.995}}) {
    make_run(folder, made);
  }
}

nlohmann::ordered_json compared(const Folder& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "compare");
  arguments.emplace_back("--json");
  const Ended ended = run_heed(folder, arguments);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return nlohmann::ordered_json::parse(ended.out);
}

const std::vector<std::string> all = {"a0", "a1", "a2", "b0", "b1", "b2"};

TEST_CASE("heed compare: settings, seeds and differences", "[program][compare]") {
  const Folder folder;
  make_settings(folder);
  const auto json = compared(folder, all);
  CHECK(json["task"] == "reverse");
  CHECK(json["keys"] == nlohmann::ordered_json{"train.lr"});
  CHECK(json["notes"].empty());
  REQUIRE(json["settings"].size() == 2);
  const auto &a = json["settings"][0], &b = json["settings"][1];
  CHECK(a["setting"] == "A");
  CHECK(a["values"]["train.lr"] == "0.1");
  CHECK(a["runs"] == nlohmann::ordered_json{"a0", "a1", "a2"});
  CHECK(b["values"]["train.lr"] == "0.2");
  CHECK(a["loss"]["n"] == 3);
  CHECK(a["loss"]["mean"] == 2);
  CHECK(a["loss"]["sd"] == 1);
  // 2 ± 4.30265 / √3
  CHECK(a["loss"]["low"].get<double>() == Approx(2 - 2.48414).epsilon(1e-5));
  CHECK(a["loss"]["high"].get<double>() == Approx(2 + 2.48414).epsilon(1e-5));
  CHECK(a["solved"]["k"] == 1);
  CHECK(b["solved"]["k"] == 3);
  CHECK(b["solved"]["n"] == 3);
  CHECK(b["solved"]["low"].get<double>() == Approx(3 / (3 + 3.841459)).epsilon(1e-5));
  REQUIRE(json["differences"].size() == 1);
  const auto& difference = json["differences"][0];
  CHECK(difference["from"] == "A");
  CHECK(difference["to"] == "B");
  CHECK(difference["loss"]["mean"].get<double>() == Approx(-0.5));
  CHECK(difference["loss"]["is_shown"] == true);  // -0.5 ± 0.248
  CHECK(difference["accuracy"]["is_shown"] == false);

  const Ended text = run_heed(folder, {"compare", "a0", "a1", "a2", "b0", "b1", "b2"});
  CHECK(text.exit_code == 0);
  CHECK(contains(text.out, "6 runs of reverse in 2 settings\n"));
  CHECK(contains(text.out, "lower\n"));
  CHECK(contains(text.out, "no difference shown\n"));
  CHECK(contains(text.out, "3 of 3"));
  CHECK(run_heed(folder, {"compare", "."}).out != text.out);  // other paths
  CHECK(compared(folder, {"."})["differences"] == json["differences"]);
}

TEST_CASE("heed compare pairs only the seeds that both have", "[program][compare]") {
  const Folder folder;
  make_settings(folder);
  CHECK(compared(folder, {"a0", "a1", "b1", "b2"})["differences"][0]["loss"]["n"] == 1);
  CHECK(contains(run_heed(folder, {"compare", "a0", "b1"}).out, "no seed in common"));
  CHECK(contains(run_heed(folder, {"compare", "a0", "b0"}).out, "one seed shows nothing"));
  const auto one = compared(folder, {"b2"});
  CHECK(one["settings"].size() == 1);
  CHECK(one["differences"].empty());
  CHECK(one["settings"][0]["loss"]["sd"].is_null());
  CHECK(one["settings"][0]["loss"]["low"].is_null());
}

TEST_CASE("heed compare: a setting that was never evaluated is no measure of others",
          "[program][compare]") {
  const Folder folder;
  make_settings(folder);
  make_run(folder, {"Z", 9, 0, 1, 1});
  folder.write("Z/metrics.jsonl", "");
  const auto json = compared(folder, {"Z", "."});
  CHECK(json["settings"][0]["loss"]["n"] == 0);
  CHECK(json["settings"][0]["loss"]["mean"].is_null());
  REQUIRE(json["differences"].size() == 2);
  CHECK(json["differences"][0]["to"] == "A");
  CHECK(json["differences"][1]["from"] == "B");
  CHECK(json["differences"][1]["loss"]["is_shown"] == true);
}

TEST_CASE("heed compare: the best or the last evaluation, and the run's own stop_at",
          "[program][compare]") {
  const Folder folder;
  make_run(folder, {"a", 0.1, 0, 1.0, 0.9}, "reverse", R"(,"stop_at":0.9)");
  folder.write("a/metrics.jsonl", folder.read("a/metrics.jsonl") +
                                      R"({"step":11,"eval_loss":3,"sequence_accuracy":0.1})"
                                      "\n");
  CHECK(compared(folder, {"a"})["settings"][0]["loss"]["mean"] == 1);
  CHECK(compared(folder, {"a"})["settings"][0]["accuracy"]["mean"] == 0.9);
  CHECK(compared(folder, {"a", "--last"})["settings"][0]["loss"]["mean"] == 3);
  CHECK(compared(folder, {"a", "--last"})["settings"][0]["accuracy"]["mean"] == 0.1);
  CHECK(compared(folder, {"a", "--last"})["settings"][0]["solved"]["k"] == 1);
}

TEST_CASE("heed compare: what does not count is said", "[program][compare]") {
  const Folder folder;
  make_settings(folder);
  fs::copy(folder / "a0", folder / "copy", fs::copy_options::recursive);
  fs::copy(folder / "a0", folder / "damaged", fs::copy_options::recursive);
  folder.write("damaged/run.json", "{");
  folder.write("b1/run.json", R"({"sessions":[{"end":"diverged: loss"}]})");
  folder.write("b1/metrics.jsonl", "{\"step\":3,\"loss\":9}\n");
  const Ended ended = run_heed(folder, {"compare", "a0", "./a0/", "copy", "b0", "b1", "damaged"});
  CHECK(ended.exit_code == 0);
  const auto notes = lines_of(ended.err);
  REQUIRE(notes.size() == 5);
  CHECK(notes[0] == "note: ./a0/: given twice; it counts once");
  CHECK(notes[1].starts_with("note: damaged: does not count: damaged/run.json: damaged: "));
  CHECK(notes[2] ==
        "note: copy and a0: the same configuration and seed, so the same run; only a0 counts");
  CHECK(notes[3] == "note: b1: diverged after 3 steps of 10");
  CHECK(notes[4] == "note: b1: no evaluation, so it is in no mean");
  CHECK(contains(ended.out, "3 runs of reverse in 2 settings"));
  CHECK(contains(ended.out, "1 of 2"));  // a diverged run is not solved
}

TEST_CASE("heed compare refuses what cannot be compared", "[program][compare]") {
  const Folder folder;
  make_settings(folder);
  make_run(folder, {"other", 0.1, 0, 1, 1}, "sort");
  fs::create_directory(folder / "empty");
  CHECK(contains(refusal(folder, {"compare"}), "heed compare: RUN is required"));
  CHECK(refusal(folder, {"compare", "a0", "nowhere"}) ==
        "RUN nowhere: error: no such run directory\n");
  CHECK(refusal(folder, {"compare", "empty"}) ==
        "RUN empty: error: not a run directory, and no runs below it\n");
  CHECK(refusal(folder, {"compare", "a0", "other"}) ==
        "RUN other: error: its task is sort, that of a0 is reverse; only losses on one task can be "
        "compared\n");
  CHECK(contains(refusal(folder, {"compare", "a0", "--md", "--json"}), "exclude each other"));
  folder.write("a0/config.json", "{");
  const Ended damaged = run_heed(folder, {"compare", "a0"});
  CHECK(damaged.exit_code == 1);
  CHECK(damaged.err.starts_with("no run that can be compared\na0: does not count: a0/config.json"));
}

TEST_CASE("heed compare for other programs", "[program][compare]") {
  const Folder folder;
  make_settings(folder);
  const auto lines = lines_of(run_heed(folder, {"compare", ".", "--csv"}).out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("setting,train.lr,loss_n,loss_mean,loss_sd,loss_low,loss_high,accu"));
  CHECK(lines[1].starts_with("A,0.1,3,2,1,-0.48"));
  CHECK(lines[2].starts_with("B,0.2,3,1.5,"));
  CHECK(contains(lines[2], ",3,-0.5,"));
  const std::string table = run_heed(folder, {"compare", ".", "--md"}).out;
  CHECK(contains(table, "**6 runs of reverse in 2 settings**\n\n| setting | run | train.lr |"));
  CHECK(contains(table,
                 "| setting | n | mean | sd | 95 % interval | median | min | max |\n"
                 "| --- | ---: |"));
}

TEST_CASE("heed compare: other data is said to be other data", "[program][compare]") {
  const Folder folder;
  make_settings(folder);
  auto config = nlohmann::ordered_json::parse(folder.read("b0/config.json"));
  config["task"]["length"] = 9;
  folder.write("b0/config.json", config.dump());
  CHECK(run_heed(folder, {"compare", "a0", "b0"}).err ==
        "note: the settings differ in task.length: their held-out sequences are not the same\n");
}

}  // namespace
}  // namespace heed::testing::program_compare_test
