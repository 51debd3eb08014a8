// Makes tasks as a configuration would, and takes their batches apart.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/tasks/task_form.h"
#include "heed/examples/cli/training/registry.h"

namespace heed::testing {

using Symbols = std::vector<int64_t>;

/// The task of a section "task" given as JSON. If it keeps the words of a model, that was trained
/// on the same data.
inline std::unique_ptr<Task> make_task(const std::string& section, int64_t held_out,
                                       uint64_t seed = 0) {
  const Registry registry = builtin_registry();
  const auto made = [&](const std::vector<std::string>& sets, const TaskForm* trained) {
    const Config config =
        read_config_text(registry.table(), R"({"task": )" + section + "}", "task.json", sets);
    const TaskKeys keys{config.section("task"), registry.tasks};
    return keys.type({.seed = seed, .evaluation_sequences = held_out, .trained = trained});
  };
  if (section.find(R"("vocabulary":"keep")") == std::string::npos) return made({}, nullptr);
  const TaskForm trained = form_of("", *made({"task.vocabulary=data"}, nullptr));
  return made({}, &trained);
}

inline std::vector<Symbols> rows(const Tensor& tensor) {
  const auto all = tensor.to_vector<int64_t>();
  std::vector<Symbols> result;
  for (auto at = all.begin(); at != all.end(); at += tensor.size(1)) {
    result.emplace_back(at, at + tensor.size(1));
  }
  return result;
}

inline Batch all_held_out(const Task& task) {
  return task.evaluation_batch(0, task.evaluation_size());
}

}  // namespace heed::testing
