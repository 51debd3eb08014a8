#include "heed/examples/cli/runs/trained_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/runs/config_changes.h"
#include "heed/examples/cli/runs/stored_config.h"
#include "heed/examples/cli/runs/terminal.h"

namespace heed {
namespace {

StoredConfig config_of(const StoredModel& stored) {
  return {stored.config_place, stored.config};
}

Config stored_config_of(const ConfigTable& table, const StoredModel& stored,
                        const std::vector<std::string>& sets) {
  Config config = config_of(stored).read(table, sets);
  for (const std::string& warning : config.warnings()) {
    say(warning);
  }
  return config;
}

/// Refuses words that have other numbers than those that the model has learned.
void check_words(const StoredModel& stored, const Tokenizer& now) {
  if (!stored.form || !now.is_collected) return;
  if (stored.form->tokenizer.vocabulary() == now.vocabulary()) return;
  refuse(stored.place,
         "the vocabulary of the task's data differs from that of the model, so its words have "
         "other numbers than those learned");
}

bool names_task(const std::string& set) {
  return set.starts_with("task.") || set.starts_with("task=");
}

}  // namespace

TrainedTask open_task(const Registry& registry, StoredModel& stored,
                      const std::vector<std::string>& sets) {
  const ConfigTable table = registry.table();
  Config config = stored_config_of(table, stored, sets);
  TrainedTask opened = made_from({stored.config_place, "", sets}, [&] {
    const TrainingConfig training = read_training_config(config, registry);
    const TaskForm* trained = stored.form ? &*stored.form : nullptr;
    auto task = make_task(registry, config, training, trained);
    return TrainedTask{std::move(config), training, std::move(task), {}};
  });
  check_words(stored, opened.task->tokenizer());
  if (stored.state) {
    std::string warning = data_warning(table, opened.config, config_of(stored).read(table),
                                       data_difference(*opened.task, stored.state->data));
    if (!warning.empty()) opened.warnings.push_back(std::move(warning));
  }
  stored.form = form_of(task_name(opened.config), *opened.task);
  stored.config = to_json(opened.config);
  stored.sets = sets;
  return opened;
}

void change_config(const Registry& registry, StoredModel& stored,
                   const std::vector<std::string>& sets) {
  if (!stored.form || std::any_of(sets.begin(), sets.end(), names_task)) {
    open_task(registry, stored, sets);
    return;
  }
  if (sets.empty()) return;
  stored.config = to_json(stored_config_of(registry.table(), stored, sets));
  stored.sets = sets;
}

}  // namespace heed
