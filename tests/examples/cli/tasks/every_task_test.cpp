// What holds for every registered task, whatever its keys are.
#include <map>
#include <set>

#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/tasks/drawn_task.h"
#include "heed/tests/examples/cli/entry_sections.h"
#include "heed/tests/examples/cli/tasks/task_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::every_task_test {
namespace {

/// Values of the keys that tasks require.
const std::map<std::string, std::string> data_files{
    {"text", HEED_SOURCE_DIR "/configs/data/attention.txt"},
    {"pairs", HEED_SOURCE_DIR "/configs/data/number_names.tsv"}};

/// Keys that only refuse data, and those that change none if the model kept has the same words.
const std::set<std::string> bounds{"longest", "vocabulary", "unknown"};

std::vector<EntrySection> sections_of_task(const std::string& name, const ConfigTable& keys) {
  nlohmann::json values{{"type", name}};
  if (data_files.contains(name)) values["path"] = data_files.at(name);
  return sections_of(keys, values);
}

/// Calls check(section) for each task with its defaults and with each of its keys changed.
template <class Check>
void for_sections(Check check) {
  const Tasks tasks = builtin_tasks();
  for (const auto& entry : tasks.entries()) {
    for (const EntrySection& section : sections_of_task(entry.name, entry.keys())) {
      INFO(section.values);
      check(section.values.dump());
    }
  }
}

/// The rows of everything that a batch holds, one behind the other, without padding.
std::vector<Symbols> whole(const Batch& batch) {
  std::vector<Symbols> all = rows(batch.inputs);
  const auto targets = rows(batch.targets);
  for (size_t i = 0; i < all.size(); ++i) {
    if (batch.lengths.defined()) {
      all[i].resize(static_cast<size_t>(batch.lengths.to_vector<int64_t>()[i]));
    }
    Symbols target = targets[i];
    while (target.back() == ignored_target) target.pop_back();
    all[i].insert(all[i].end(), target.begin(), target.end());
  }
  return all;
}

void check_batch(const Batch& batch, const TaskShape& shape, int64_t size) {
  const bool is_answer = shape.attends == Attends::encoder_decoder;
  const int64_t length = is_answer ? shape.answer_length : shape.length;
  CHECK(batch.inputs.size(0) == size);
  CHECK(batch.inputs.size(1) <= shape.length);
  CHECK(batch.targets.size(0) == size);
  CHECK(batch.targets.size(1) <= length);
  for (const int64_t symbol : batch.inputs.to_vector<int64_t>()) {
    CHECK((symbol >= 0 && symbol < shape.symbols));
  }
  for (const int64_t symbol : batch.targets.to_vector<int64_t>()) {
    CHECK(((symbol >= 0 && symbol < shape.classes) || symbol == ignored_target));
  }
  REQUIRE(batch.decoder_inputs.defined() == is_answer);
  if (is_answer) {
    CHECK(batch.decoder_inputs.shape() == batch.targets.shape());
    for (const int64_t symbol : batch.decoder_inputs.to_vector<int64_t>()) {
      CHECK((symbol >= 0 && symbol < shape.answer_symbols));
    }
  }
  if (batch.lengths.defined()) {
    for (const int64_t length_of_one : batch.lengths.to_vector<int64_t>()) {
      CHECK((length_of_one > 0 && length_of_one <= batch.inputs.size(1)));
    }
  }
}

TEST_CASE("batches of every task have the shape that the task names", "[program]") {
  for_sections([](const std::string& section) {
    const auto task = make_task(section, 50);
    const TaskShape shape = task->shape();
    check_batch(task->training_batch(3, 40), shape, 40);
    REQUIRE(task->evaluation_size() > 4);
    REQUIRE(task->evaluation_size() <= 50);
    check_batch(task->evaluation_batch(2, task->evaluation_size() - 3), shape,
                task->evaluation_size() - 3);
    check_batch(task->training_set_size() > 0
                    ? task->training_set_batch(0, task->training_set_size())
                    : task->training_batch(1, 1),
                shape, std::max<int64_t>(task->training_set_size(), 1));
    if (dynamic_cast<const DrawnTask*>(task.get()) == nullptr) return;
    CHECK(task->evaluation_size() == 50);
    CHECK(task->training_set_size() == 0);
    CHECK(task->tokenizer().vocabulary().empty());
    for (const Batch& batch : {task->training_batch(3, 40), task->evaluation_batch(10, 40)}) {
      CHECK(batch.inputs.shape() == Shape{40, shape.length});
      CHECK(batch.targets.shape() == Shape{40, shape.length});
      CHECK_FALSE(batch.lengths.defined());
    }
  });
}

TEST_CASE("every task repeats by seed, step and index, and holds out what it evaluates on",
          "[program]") {
  for_sections([](const std::string& section) {
    const auto task = make_task(section, 200, 4);
    const auto batch = whole(task->training_batch(7, 9));
    CHECK(batch == whole(make_task(section, 200, 4)->training_batch(7, 9)));
    CHECK(batch != whole(task->training_batch(8, 9)));
    CHECK(batch != whole(make_task(section, 200, 5)->training_batch(7, 9)));
    const auto large = whole(task->training_batch(7, 20));
    CHECK(batch == std::vector<Symbols>(large.begin(), large.begin() + 9));
    const auto held_out = whole(all_held_out(*task));
    CHECK(whole(task->evaluation_batch(3, 2)) ==
          std::vector<Symbols>(held_out.begin() + 3, held_out.begin() + 5));
    const std::set<Symbols> different(held_out.begin(), held_out.end());
    CHECK(different.size() == held_out.size());
    for (int64_t step = 1; step <= 50; ++step) {
      for (const Symbols& example : whole(task->training_batch(step, 32))) {
        REQUIRE_FALSE(different.contains(example));
      }
    }
  });
}

TEST_CASE("the data checksum of every task changes with its seed and with each of its keys",
          "[program]") {
  const Tasks tasks = builtin_tasks();
  for (const auto& entry : tasks.entries()) {
    std::string before;
    for (const EntrySection& section : sections_of_task(entry.name, entry.keys())) {
      INFO(section.values);
      const auto checksum = [&](uint64_t seed) {
        return data_checksum(*make_task(section.values.dump(), 1000, seed));
      };
      CHECK(checksum(0) == checksum(0));
      CHECK(checksum(0) != checksum(1));
      CHECK((checksum(0) == before) == bounds.contains(section.changed_key));
      before = checksum(0);
    }
  }
}

}  // namespace
}  // namespace heed::testing::every_task_test
