// `heed init`: a configuration to start from, for every task.
#include <nlohmann/json.hpp>

#include "heed/examples/cli/tasks/sequence_tasks.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_init_test {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> task_names() {
  const ConfigTable table = builtin_registry().table();
  std::vector<std::string> names;
  for (const Alternative& task : table.choosers().front().alternatives) names.push_back(task.name);
  return names;
}

/// Takes the notes out; each object must have some that fit a screen.
void strip_notes(Json& object) {
  REQUIRE(object.at("about").size() >= 2);
  for (const Json& line : object["about"]) CHECK(line.get<std::string>().size() <= 110);
  object.erase("about");
  for (auto& [name, value] : object.items()) {
    if (value.is_object()) strip_notes(value);
  }
}

void drop_notes(Json& object) {
  object.erase("about");
  object.erase("$schema");
  for (auto& [name, value] : object.items()) {
    if (value.is_object()) drop_notes(value);
  }
}

struct TurnKeys : Keys {
  Value<int64_t> turn{this, {.path = "turn", .minimum = 3, .help = "how far"}};
  Value<std::string> side{this, {.path = "side", .choices = {"left", "right"}, .help = "where to"}};
  Value<double> force{
      this, {.path = "force", .minimum = 0.0, .exclusive_minimum = true, .help = "how hard"}};
  Value<bool> loud{this, {.path = "loud", .fallback = false, .help = "whether it is heard"}};
};

struct OtherKeys : Keys {
  Value<int64_t> width{this, {.path = "width", .fallback = 7, .help = "how wide"}};
};

/// Only the keys of the task matter here.
template <class OwnKeys>
std::unique_ptr<Task> no_task(const OwnKeys&, const TaskSetup&) {
  return nullptr;
}

TEST_CASE("init writes what configs/ has for every task, with notes, and it is valid",
          "[program]") {
  REQUIRE(task_names().size() >= 12);
  for (const std::string& task : task_names()) {
    INFO(task);
    const Folder folder;
    link_configs(folder);
    const Ended printed = run_heed(folder, {"init", task});
    CHECK(printed.exit_code == 0);
    CHECK(printed.err.empty() == (task != "text" && task != "pairs"));
    const Ended written = run_heed(folder, {"init", task, "--out", "mine.json"});
    CHECK(written.exit_code == 0);
    CHECK(written.out.empty());
    CHECK(folder.read("mine.json") == printed.out);
    CHECK(run_heed(folder, {"validate", "mine.json"}).exit_code == 0);
    Json starter = Json::parse(printed.out);
    strip_notes(starter);
    Json shipped = Json::parse(folder.read("configs/" + task + ".json"));
    drop_notes(shipped);
    CHECK(starter.dump() == shipped.dump());
  }
}

TEST_CASE("what init writes trains, from wherever it is read", "[program]") {
  for (const char* task : {"copy", "pairs", "text"}) {
    INFO(task);
    const Folder folder;
    std::filesystem::create_directory(folder / "mine");
    CHECK(run_heed(folder, {"init", task, "--out", "mine/one.json"}).exit_code == 0);
    const Ended trained = run_heed(folder, {"train", "mine/one.json", "--out", "run", "--set",
                                            "train.steps=2", "--set", "train.eval_sequences=10"});
    INFO(trained.err);
    CHECK(trained.exit_code == 0);
    CHECK(lines_of(trained.out).size() == 1);
  }
}

TEST_CASE("init writes example data beside the configuration, over nothing", "[program]") {
  const Folder folder;
  const Ended text = run_heed(folder, {"init", "text", "--out", "mine.json"});
  CHECK(text.exit_code == 0);
  CHECK(text.err == "heed init: wrote data/attention.txt, an example to train on\n");
  folder.write("data/attention.txt", "mine");
  const Ended again = run_heed(folder, {"init", "text", "--out", "other.json"});
  CHECK(again.err.empty());
  CHECK(folder.read("data/attention.txt") == "mine");
  CHECK(run_heed(folder, {"init", "pairs"}).err ==
        "heed init: it reads data/number_names.tsv in its own folder; --out FILE writes both\n");
  CHECK(folder.names() == std::vector<std::string>{"data", "mine.json", "other.json"});
}

TEST_CASE("init explains a key by its help and range", "[program]") {
  const Ended ended = run_heed(Folder(), {"init", "reverse"});
  for (const char* line :
       {R"json("symbols: number of different symbols (an integer, from 2 to 65536)")json",
        R"json("type: \"reverse\", reverse the sequence (heed tasks lists the others)")json",
        R"("Keys left at their defaults: d_qk, d_v.")"}) {
    INFO(line);
    CHECK(ended.out.find(line) != std::string::npos);
  }
}

TEST_CASE("init knows a task from outside, whose every key has its default or a stand-in",
          "[program]") {
  Registry registry = builtin_registry();
  registry.tasks = {};
  registry.tasks.add<TurnKeys>("turn", "turn it", no_task<TurnKeys>);
  const Folder folder;
  const Ended ended = run_heed(folder, {"init", "turn"}, registry);
  CHECK(ended.exit_code == 0);
  CHECK(lines_of(ended.err) ==
        std::vector<std::string>{"heed init: task.turn has no default: set it before you train",
                                 "heed init: task.side has no default: set it before you train",
                                 "heed init: task.force has no default: set it before you train"});
  Json starter = Json::parse(ended.out);
  strip_notes(starter);
  CHECK(starter["task"].dump() ==
        R"({"type":"turn","turn":3,"side":"left","force":1,"loud":false,"seed":0})");
  CHECK(starter["train"]["steps"] == 1000);
}

TEST_CASE("a registered task that shares a name with another one has its own keys", "[program]") {
  Registry registry = builtin_registry();
  registry.tasks = {};
  registry.tasks.add<OtherKeys>("reverse", "another one", no_task<OtherKeys>);
  Json starter = Json::parse(run_heed(Folder(), {"init", "reverse"}, registry).out);
  strip_notes(starter);
  CHECK(starter["task"].dump() == R"({"type":"reverse","width":7,"seed":0})");
}

TEST_CASE("a sequence task from outside starts and validates", "[program]") {
  Registry registry = builtin_registry();
  add_sequence_task(registry.tasks, "same", "say it again",
                    [](const Sequence& source) { return source; });
  const Folder folder;
  CHECK(run_heed(folder, {"init", "same", "--out", "same.json"}, registry).exit_code == 0);
  const Ended valid = run_heed(folder, {"validate", "same.json"}, registry);
  INFO(valid.err);
  CHECK(valid.exit_code == 0);
}

TEST_CASE("init writes over nothing", "[program]") {
  const Folder folder;
  folder.write("mine.json", "mine");
  const Ended ended = run_heed(folder, {"init", "copy", "--out", "mine.json"});
  CHECK(ended.exit_code == 2);
  CHECK(ended.err == "--out mine.json: error: already exists; choose another name or remove it\n");
  CHECK(folder.read("mine.json") == "mine");
  std::filesystem::create_symlink("nowhere", folder / "link.json");
  CHECK(run_heed(folder, {"init", "copy", "--out", "link.json"}).exit_code == 2);
  const Ended missing = run_heed(folder, {"init", "copy", "--out", "no/such.json"});
  CHECK(missing.exit_code == 1);
  CHECK(missing.err == "no/such.json: cannot create: No such file or directory\n");
  CHECK(folder.names() == std::vector<std::string>{"link.json", "mine.json"});
}

}  // namespace
}  // namespace heed::testing::program_init_test
