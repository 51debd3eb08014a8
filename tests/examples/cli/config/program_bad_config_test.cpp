// A bad configuration or command line ends the program with exit code 2, every error reported at
// its place, and nothing written.
#include <map>

#include "heed/tests/examples/cli/config/bad_configs.h"
#include "heed/tests/examples/cli/runs/small_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_bad_config_test {
namespace {

/// The names that the expected messages list; more may come to the built-in registry.
Registry fixed_registry() {
  Registry all = builtin_registry();
  Registry registry = all;
  registry.tasks = {};
  registry.attentions = {};
  for (const char* name : {"copy", "reverse", "sort", "cross_reverse"}) {
    registry.tasks.add(all.tasks.at(name));
  }
  for (const char* name : {"my_mha", "none"}) registry.attentions.add(all.attentions.at(name));
  return registry;
}

/// Everything below a folder with its content, links as links.
std::map<std::string, std::string> content_of(const Folder& folder) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> content;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    const std::string name = fs::relative(entry.path(), folder.path()).string();
    content[name] = entry.is_regular_file() ? folder.read(name) : "";
  }
  return content;
}

void check_refused(const Folder& folder, const std::vector<std::string>& arguments,
                   const std::vector<std::string>& lines, const Registry& registry) {
  const auto before = content_of(folder);
  const Ended ended = run_heed(folder, arguments, registry);
  CHECK(ended.exit_code == 2);
  CHECK(ended.out.empty());
  CHECK(lines_of(ended.err) == lines);
  CHECK(content_of(folder) == before);
}

void check_class(const BadConfigClass& bad_class, const Registry& registry) {
  for (const BadConfig& bad : bad_class.cases) {
    INFO(bad_class.name << ": " << bad.title);
    const Folder folder;
    folder.write("bad.json", bad.text);
    for (const auto& [name, content] : bad.files) folder.write(name, content);
    std::vector<std::string> arguments{"train", "bad.json"};
    for (const std::string& set : bad.sets) {
      arguments.insert(arguments.end(), {"--set", set});
    }
    for (const std::string& line : bad.lines) {
      CHECK((line.starts_with("bad.json:") || line.starts_with("--set ")));
    }
    check_refused(folder, arguments, bad.lines, registry);
  }
}

void check_table(const char* table, const Registry& registry) {
  for (const BadConfigClass& bad_class : bad_configs(table)) check_class(bad_class, registry);
}

TEST_CASE("there are 34 classes and 200 cases of bad configurations and command lines",
          "[program]") {
  std::map<std::string, size_t> cases;
  for (const char* table :
       {"program_read", "program_build", "program_values", "program_rules", "command_lines"}) {
    for (const BadConfigClass& bad_class : bad_configs(table)) {
      cases[bad_class.name] = bad_class.cases.size();
    }
  }
  size_t all = 0;
  for (const auto& [name, count] : cases) {
    INFO(name);
    CHECK(count >= 5);
    all += count;
  }
  CHECK(cases.size() >= 34);
  CHECK(all >= 200);
}

TEST_CASE("what the reader refuses leaves nothing behind", "[program]") {
  check_table("program_read", fixed_registry());
  check_table("program_values", builtin_registry());
}

TEST_CASE("values that do not go together are refused at the place of one", "[program]") {
  check_table("program_build", fixed_registry());
}

TEST_CASE("what only the model or the task can refuse leaves nothing behind", "[program]") {
  check_table("program_rules", builtin_registry());
}

void check_command_lines(const char* table) {
  for (const BadConfigClass& bad_class : bad_configs(table)) {
    INFO(bad_class.name);
    const Folder folder;
    folder.write("ok.json", tiny_config());
    folder.write("small.json", small_config(R"({"type": "reverse", "symbols": 4, "length": 4})"));
    std::filesystem::create_directory(folder / "taken");
    std::filesystem::create_symlink("nothing", folder / "nowhere.json");
    for (const auto& [name, content] : bad_class.files) {
      std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
      folder.write(name, content);
    }
    for (const auto& arguments : bad_class.commands) {
      REQUIRE(run_heed(folder, arguments).exit_code == 0);
    }
    for (const BadConfig& bad : bad_class.cases) {
      INFO(bad.title);
      check_refused(folder, bad.arguments, bad.lines, builtin_registry());
    }
  }
}

TEST_CASE("a bad command line does nothing", "[program]") {
  check_command_lines("command_lines");
}

TEST_CASE("a command that is asked for what a run cannot give does nothing", "[program]") {
  check_command_lines("commands");
}

TEST_CASE("a former name of a key is accepted with a warning", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended ended =
      run_heed(folder, {"train", "tiny.json", "--dry-run", "--set", "model.norm_kind=rms_norm"});
  CHECK(ended.exit_code == 0);
  CHECK(ended.err.starts_with("warning: \"model.norm_kind\" is now called \"model.norm\"\n"));
}

TEST_CASE("a fault of an override is reported at the override", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended ended = run_heed(
      folder, {"train", "tiny.json", "--set", "train.momentum=0.9", "--set", "train.seed=1"});
  CHECK(ended.exit_code == 2);
  CHECK(ended.err ==
        "--set train.momentum=0.9: error: \"train.momentum\" belongs to train.optimizer \"sgd\", "
        "\"rmsprop\" or \"muon\", not \"adamw\"\n");
}

TEST_CASE("what a registered attention refuses is bad input too", "[program]") {
  Registry registry = builtin_registry();
  registry.attentions.add("picky", "refuses",
                          [](const Slot&, const AttentionWidths& widths) -> AnyAttention {
                            throw ValueError("picky: never that wide: ", widths.D_1);
                          });
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended ended =
      run_heed(folder, {"train", "tiny.json", "--set", "model.attention.type=picky"}, registry);
  CHECK(ended.exit_code == 2);
  CHECK(ended.err.starts_with("tiny.json: error: picky: never that wide: 8"));
  CHECK(folder.names() == std::vector<std::string>{"tiny.json"});
}

}  // namespace
}  // namespace heed::testing::program_bad_config_test
