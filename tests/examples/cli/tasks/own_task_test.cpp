// A task that a downstream program registers: what is wrong with it is said in a line.
#include <functional>

#include "heed/examples/cli/tasks/drawn_task.h"
#include "heed/examples/cli/tasks/sequence_tasks.h"
#include "heed/modules/norm.h"
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

TEST_CASE("a rule whose answer has a symbol that the task has not is refused", "[program]") {
  const Folder folder;
  folder.write("a.json", R"({"task": {"type": "beyond", "symbols": 4, "length": 4}})");
  const auto refusal = [&](AnswerRule rule) {
    Registry registry = builtin_registry();
    add_sequence_task(registry.tasks, "beyond", "one symbol again and again", rule);
    return run_heed(folder, {"train", "a.json"}, registry).err;
  };
  CHECK(refusal([](const Sequence& source) { return Sequence(source.size(), 4); }) ==
        "a.json: error: task: an answer has symbol 4; this task's are 0 to 3\n");
  CHECK(refusal([](const Sequence& source) { return Sequence(source.size(), -1); }) ==
        "a.json: error: task: an answer has symbol -1; this task's are 0 to 3\n");
}

/// What a program says that registers by `add`.
Ended registering(const std::function<void(Registry&)>& add) {
  const Folder folder;
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    if (std::freopen((folder / "out").c_str(), "w", stdout) == nullptr ||
        std::freopen((folder / "err").c_str(), "w", stderr) == nullptr) {
      std::_Exit(99);
    }
    const char* const arguments[] = {"mine", "tasks"};
    const int code = run_program(2, arguments, add);
    std::fflush(nullptr);
    std::_Exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          .out = folder.read("out"),
          .err = folder.read("err")};
}

TEST_CASE("a name that is taken is one line, where a function registers it", "[program]") {
  const auto add = [](const std::string& name) {
    return [=](Registry& registry) {
      add_sequence_task(registry.tasks, name, "the same", [](const Sequence& s) { return s; });
    };
  };
  const Ended added = registering(add("same"));
  CHECK(added.exit_code == 0);
  CHECK(added.out.find("  same ") != std::string::npos);
  const Ended taken = registering(add("reverse"));
  CHECK(taken.exit_code == 1);
  CHECK(taken.err == "tasks: \"reverse\" is registered already; choose another name\n");
}

TEST_CASE("a program without the parts of a trained model says so", "[program]") {
  const Folder folder;
  folder.write("a.json", R"({"task": {"type": "parity"},
    "model": {"d_model": 8, "norm": "halved", "attention": {"type": "multi_head_attention"}},
    "train": {"steps": 1, "batch_size": 4, "eval_sequences": 20}})");
  Registry registry = with_parity({}, {});
  registry.norms.add("halved", "layer_norm", [] { return NormFactory(make_layer_norm); });
  REQUIRE(run_heed(folder, {"train", "a.json", "--out", "run"}, registry).exit_code == 0);
  const auto refusal = [](const std::string& part) {
    return part +
           "; the program that trained it may have registered parts that this one does not "
           "have\n";
  };
  const Ended asked = run_heed(folder, {"predict", "run", "--input", "0 1"});
  CHECK(asked.exit_code == 2);
  CHECK(
      asked.err.ends_with(refusal(" (config): error: model.norm: this program has no \"halved\"")));
  CHECK(lines_of(asked.err).size() == 1);
  const Ended evaluated = run_heed(folder, {"eval", "run"});
  CHECK(evaluated.exit_code == 2);
  CHECK(evaluated.err.ends_with(
      refusal(" (config): error: task.type: this program has no \"parity\"")));
  CHECK(lines_of(evaluated.err).size() == 1);
}

}  // namespace
}  // namespace heed::testing::own_task_test
