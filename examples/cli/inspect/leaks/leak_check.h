// A leak check: the maps of a model on inputs of the form of its task, with what they say together.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "heed/examples/cli/inspect/leaks/leak_meter.h"
#include "heed/examples/cli/tasks/task_form.h"

namespace heed {

struct LeakCheck {
  std::vector<LeakMap> maps;
  int64_t outputs = 0, pairs = 0, leaks = 0, unused = 0;
  std::optional<PositionPair> worst = {};
  std::string tokens = {};  ///< of the worst

  std::string failure_text() const;  ///< of the worst; there is one
};

/// The sequences and what is asked of them, before the work.
struct LeakQuestion {
  Batch batch;
  std::string rules;  ///< what the model must not do, in words
};

/// How many outputs a check has, and how many pairs of an output and a token.
std::pair<int64_t, int64_t> leak_sizes(const TaskShape& shape);

/// Two random sequences; part of the first is padding if the attention can hide it. Puts the model
/// into evaluation mode in f64. `seed`: of that padding.
LeakQuestion leak_question(Model& model, const TaskForm& form, uint64_t seed);
/// See measure_leaks.
LeakCheck check_leaks(Model& model, const Batch& batch, const std::function<void()>& before_each);

/// The maps as pictures, with what the signs mean.
std::string leak_pictures(const std::vector<LeakMap>& maps);

}  // namespace heed
