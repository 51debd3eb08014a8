// The tasks say what they should, and hold out what they evaluate on.
#include <algorithm>
#include <set>

#include "heed/tests/examples/cli/tasks/task_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_task_test {
namespace {

std::unique_ptr<Task> sequence_task(const std::string& type, int64_t symbols, int64_t length,
                                    int64_t held_out, uint64_t seed = 0) {
  return make_task(R"({"type": ")" + type + R"(", "symbols": )" + std::to_string(symbols) +
                       R"(, "length": )" + std::to_string(length) + "}",
                   held_out, seed);
}

/// The answer of a task, found in the dullest way.
Symbols expected(const std::string& type, const Symbols& source) {
  Symbols target = source;
  if (type.ends_with("reverse")) {
    for (size_t i = 0; i < source.size(); ++i) target[i] = source[source.size() - 1 - i];
  }
  if (type == "sort") {
    for (size_t i = 0; i < target.size(); ++i) {
      for (size_t j = 0; j + 1 < target.size(); ++j) {
        if (target[j] > target[j + 1]) std::swap(target[j], target[j + 1]);
      }
    }
  }
  return target;
}

TEST_CASE("every task gives the right targets", "[program]") {
  for (const std::string type : {"copy", "reverse", "sort", "cross_reverse", "seq2seq_reverse"}) {
    for (const int64_t length : {1, 2, 7, 16}) {
      INFO(type << " " << length);
      const auto task = sequence_task(type, 10, length, 50);
      std::set<int64_t> seen;
      for (const Batch& batch : {task->training_batch(1, 40), task->training_batch(2, 40),
                                 task->evaluation_batch(0, task->evaluation_size())}) {
        const auto inputs = rows(batch.inputs);
        const auto targets = rows(batch.targets);
        REQUIRE(inputs.size() == targets.size());
        for (size_t i = 0; i < inputs.size(); ++i) {
          CHECK(targets[i] == expected(type, inputs[i]));
          seen.insert(inputs[i].begin(), inputs[i].end());
        }
      }
      CHECK(task->shape().length == length);
      CHECK(*seen.begin() == 0);
      CHECK(*seen.rbegin() == 9);
    }
  }
}

TEST_CASE("no held-out sequence is ever trained on", "[program]") {
  struct Space {
    int64_t symbols, length, wanted, held_out;
  };
  for (const Space& space : {Space{2, 2, 2000, 1}, Space{4, 3, 2000, 16}, Space{2, 8, 50, 50},
                             Space{10, 3, 2000, 250}, Space{10, 16, 2000, 2000}}) {
    const auto task = sequence_task("reverse", space.symbols, space.length, space.wanted, 3);
    REQUIRE(task->evaluation_size() == space.held_out);
    const auto held_out = rows(task->evaluation_batch(0, space.held_out).inputs);
    const std::set<Symbols> held_out_set(held_out.begin(), held_out.end());
    CHECK(held_out_set.size() == held_out.size());
    for (int64_t step = 1; step <= 200; ++step) {
      for (const Symbols& source : rows(task->training_batch(step, 32).inputs)) {
        REQUIRE_FALSE(held_out_set.contains(source));
      }
    }
  }
}

TEST_CASE("sequences are drawn evenly", "[program]") {
  const auto task = sequence_task("copy", 5, 10, 100);
  std::vector<int> counts(5);
  for (int64_t step = 1; step <= 100; ++step) {
    for (const int64_t symbol : task->training_batch(step, 20).inputs.to_vector<int64_t>()) {
      ++counts[static_cast<size_t>(symbol)];
    }
  }
  // 20,000 draws: the deviation of a count is 57.
  for (const int count : counts) CHECK(std::abs(count - 4000) < 5 * 57);
}

}  // namespace
}  // namespace heed::testing::program_task_test
