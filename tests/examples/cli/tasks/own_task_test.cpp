// A task that a downstream program registers: its words are checked when it is made.
#include "heed/examples/cli/tasks/drawn_task.h"
#include "heed/examples/cli/tasks/sequence_tasks.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::own_task_test {
namespace {

using Words = std::vector<std::string>;

/// How many of the coins so far show heads: even or odd?
DrawnExamples parity(Words words, Words target_words) {
  constexpr int64_t coins = 8;
  return {.shape = {.symbols = 2, .classes = 2, .length = coins, .attends = Attends::causal},
          .possible = count_sequences(2, coins),
          .size_key = "task.type",
          .sizes = "8 coins",
          .draw = [](Rng& rng) { return draw_sequence(rng, 2, coins); },
          .example =
              [](const Sequence& question) {
                Sequence answer;
                for (const int64_t coin : question) {
                  answer.push_back(((answer.empty() ? 0 : answer.back()) + coin) % 2);
                }
                return Example{question, answer};
              },
          .words = std::move(words),
          .target_words = std::move(target_words)};
}

/// A DrawnTask can be derived from.
class Parity : public DrawnTask {
 public:
  using DrawnTask::DrawnTask;
};

Registry with_parity(const Words& words, const Words& target_words) {
  Registry registry = builtin_registry();
  registry.tasks.add("parity", "even or odd", [=](const TaskSetup& setup) {
    return std::make_unique<Parity>(parity(words, target_words), setup);
  });
  return registry;
}

constexpr const char* config = R"({"task": {"type": "parity"},
  "model": {"d_model": 8, "attention": {"type": "multi_head_attention"}},
  "train": {"steps": 2, "batch_size": 4, "eval_sequences": 20}})";

TEST_CASE("targets may have words of their own", "[program]") {
  const Folder folder;
  folder.write("parity.json", config);
  const Registry registry = with_parity({"tails", "heads"}, {"even", "odd"});
  const Ended trained = run_heed(folder, {"train", "parity.json", "--out", "run"}, registry);
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  const auto shows = [&](const std::string& line) {
    return trained.err.find(line) != std::string::npos;
  };
  CHECK((shows("  input   tails ") || shows("  input   heads ")));
  CHECK((shows("even") || shows("odd")));
  const Ended asked = run_heed(folder, {"predict", "run", "--input", "heads tails"}, registry);
  INFO(asked.err);
  CHECK(asked.exit_code == 0);
  CHECK((asked.out.starts_with("even ") || asked.out.starts_with("odd ")));
}

TEST_CASE("a task with fewer words than symbols or classes is refused before it trains",
          "[program]") {
  const auto refusal = [](const Words& words, const Words& target_words) {
    const Folder folder;
    folder.write("parity.json", config);
    const Registry registry = with_parity(words, target_words);
    const Ended ended = run_heed(folder, {"train", "parity.json", "--out", "run"}, registry);
    CHECK(ended.exit_code == 2);
    CHECK_FALSE(folder.has("run"));
    CHECK(run_heed(folder, {"validate", "parity.json"}, registry).err == ended.err);
    return ended.err;
  };
  CHECK(refusal({"tails", "heads"}, {"even"}) ==
        "parity.json:1:19: error: task.type: \"parity\" has fewer words than classes: 1 for 2\n");
  CHECK(refusal({"tails"}, {"even", "odd"}) ==
        "parity.json:1:19: error: task.type: \"parity\" has fewer words than symbols: 1 for 2\n");
  CHECK(refusal({"tails"}, {}) ==
        "parity.json:1:19: error: task.type: \"parity\" has fewer words than symbols: 1 for 2\n");
}

}  // namespace
}  // namespace heed::testing::own_task_test
