// A bad configuration ends the program with exit code 2, every fault told at its place, and nothing
// written.
#include <set>

#include "heed/examples/cli/attentions.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/tests/examples/bad_configs/program_build.h"
#include "heed/tests/examples/bad_configs/program_read.h"
#include "heed/tests/examples/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing {
namespace {

/// The names that the expected messages list; more may come to the built-in registry.
Registry fixed_registry() {
  Registry registry;
  add_copy_task(registry);
  add_reverse_task(registry);
  add_sort_task(registry);
  add_cross_reverse_task(registry);
  add_my_mha(registry);
  add_no_attention(registry);
  return registry;
}

void check_class(const BadConfigClass& bad_class) {
  CHECK(bad_class.cases.size() >= 5);
  for (const BadConfig& bad : bad_class.cases) {
    INFO(bad_class.name << ": " << bad.title);
    const Folder folder;
    folder.write("bad.json", bad.text);
    std::vector<std::string> arguments{"train", "bad.json"};
    for (const std::string& set : bad.sets) {
      arguments.insert(arguments.end(), {"--set", set});
    }
    const Ended ended = run_heed(folder, arguments, fixed_registry());
    CHECK(ended.exit_code == 2);
    CHECK(ended.out.empty());
    CHECK(lines_of(ended.err) == bad.lines);
    CHECK(folder.names() == std::vector<std::string>{"bad.json"});
  }
}

TEST_CASE("there are at least 12 classes and 60 cases of bad configurations", "[program]") {
  std::set<std::string> names;
  size_t cases = 0;
  for (const auto* table : {&bad_for_program, &bad_together}) {
    for (const BadConfigClass& bad_class : *table) {
      names.insert(bad_class.name);
      cases += bad_class.cases.size();
    }
  }
  CHECK(names.size() >= 12);
  CHECK(cases >= 60);
}

TEST_CASE("what the reader refuses leaves nothing behind", "[program]") {
  for (const BadConfigClass& bad_class : bad_for_program) check_class(bad_class);
}

TEST_CASE("values that do not go together are refused at the place of one", "[program]") {
  for (const BadConfigClass& bad_class : bad_together) check_class(bad_class);
}

TEST_CASE("a fault of an override is told at the override", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended ended = run_heed(
      folder, {"train", "tiny.json", "--set", "train.momentum=0.9", "--set", "train.seed=1"});
  CHECK(ended.exit_code == 2);
  CHECK(ended.err ==
        "--set train.momentum=0.9: error: train.momentum: means nothing with train.optimizer "
        "\"adamw\"; leave it out\n");
}

TEST_CASE("what a registered attention refuses is bad input too", "[program]") {
  Registry registry = builtin_registry();
  registry.add_attention({"picky", "refuses", {}},
                         [](const Slot&, const AttentionWidths& widths,
                            const Section&) -> std::unique_ptr<AttentionLayer> {
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
}  // namespace heed::testing
