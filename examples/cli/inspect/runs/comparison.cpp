#include "heed/examples/cli/inspect/runs/comparison.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/base/error.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

/// 0 → "A", 25 → "Z", 26 → "AA".
std::string setting_name(size_t index) {
  std::string name;
  for (size_t left = index + 1; left > 0; left = (left - 1) / 26) {
    name.insert(name.begin(), static_cast<char>('A' + (left - 1) % 26));
  }
  return name;
}

/// The runs that are whole, each once, with notes on the others.
std::vector<RunSummary> whole_runs(const std::vector<RunSummary>& runs,
                                   std::vector<std::string>& notes) {
  std::set<std::string> places;
  std::vector<RunSummary> whole;
  for (const RunSummary& run : runs) {
    std::error_code ignored;
    if (!places.insert(std::filesystem::weakly_canonical(run.path, ignored).string()).second) {
      notes.push_back(run.path + ": given twice; it counts once");
    } else if (run.state == RunState::damaged) {
      notes.push_back(run.path + ": does not count: " + run.why);
    } else {
      whole.push_back(run);
    }
  }
  return whole;
}

void check_tasks(const std::vector<RunSummary>& runs) {
  for (const RunSummary& run : runs) {
    if (run.task == runs.front().task) continue;
    refuse("RUN " + run.path, "its task is " + run.task + ", that of " + runs.front().path +
                                  " is " + runs.front().task +
                                  "; only losses on one task can be compared");
  }
}

/// Of runs that are the same but for how far they came, the one that came farthest.
std::vector<RunSummary> without_repeats(const std::vector<RunSummary>& runs,
                                        std::vector<std::string>& notes) {
  std::map<FlatConfig, size_t> places;
  std::vector<RunSummary> kept;
  for (const RunSummary& run : runs) {
    FlatConfig config = run.values;
    std::sort(config.begin(), config.end());
    const auto [place, is_new] = places.emplace(std::move(config), kept.size());
    if (is_new) {
      kept.push_back(run);
      continue;
    }
    RunSummary& other = kept[place->second];
    const bool is_farther = run.step > other.step;
    notes.push_back(text_of(run.path, " and ", other.path,
                            ": the same configuration and seed, so the same run; only ",
                            is_farther ? run.path : other.path, " counts"));
    if (is_farther) other = run;
  }
  return kept;
}

void add_progress_notes(const std::vector<RunSummary>& runs, std::vector<std::string>& notes) {
  for (const RunSummary& run : runs) {
    // A run that stopped early did what it was to do.
    if (run.state != RunState::done) {
      notes.push_back(text_of(run.path, ": ", name_of(run.state), " after ",
                              counted(run.step, "step"),
                              run.steps ? text_of(" of ", *run.steps) : ""));
    }
    if (!run.last) notes.push_back(run.path + ": no evaluation, so it is in no mean");
  }
}

struct Measured {
  std::optional<double> loss, accuracy;
};

Measured measured_of(const RunSummary& run, Compared compared) {
  const auto finite = [](double value) {
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  };
  const auto& of_loss = compared == Compared::best ? run.best : run.last;
  const auto& of_accuracy = compared == Compared::best ? run.most_accurate : run.last;
  return {of_loss ? finite(of_loss->held_out.loss) : std::nullopt,
          of_accuracy ? finite(of_accuracy->held_out.sequence_accuracy) : std::nullopt};
}

/// The keys in which the runs differ, but for the seed, with their values.
std::vector<DifferingKey> setting_keys(const std::vector<RunSummary>& runs) {
  std::vector<FlatConfig> configs;
  for (const RunSummary& run : runs) configs.push_back(run.values);
  std::vector<DifferingKey> keys = differing_keys(configs);
  std::erase_if(keys, [](const DifferingKey& key) { return key.path == "train.seed"; });
  return keys;
}

void add_settings(Comparison& comparison, Compared compared) {
  const std::vector<DifferingKey> keys = setting_keys(comparison.runs);
  for (const DifferingKey& key : keys) comparison.keys.push_back(key.path);
  for (const RunGroup& group : group_by_seed(comparison.runs)) {
    Setting setting{.name = setting_name(comparison.settings.size()),
                    .values = {},
                    .runs = group,
                    .losses = {},
                    .accuracies = {}};
    for (const DifferingKey& key : keys) setting.values.push_back(key.values[group.front()]);
    for (const size_t index : group) {
      const RunSummary& run = comparison.runs[index];
      const auto [loss, accuracy] = measured_of(run, compared);
      const int64_t seed = run.seed().value_or(0);
      if (loss) setting.losses[seed] = *loss;
      if (accuracy) setting.accuracies[seed] = *accuracy;
      if (run.solved) ++setting.solved;
    }
    comparison.settings.push_back(std::move(setting));
  }
}

void add_differences(Comparison& comparison) {
  const auto& settings = comparison.settings;
  const auto evaluated = std::find_if(settings.begin(), settings.end(), [](const Setting& setting) {
    return !setting.losses.empty();
  });
  const Setting& first = evaluated == settings.end() ? settings.front() : *evaluated;
  for (const Setting& setting : settings) {
    if (&setting == &first) continue;
    comparison.differences.push_back({first.name, setting.name,
                                      paired_difference(first.losses, setting.losses),
                                      paired_difference(first.accuracies, setting.accuracies)});
  }
}

/// A key of the task changes the data, or how much there is to learn.
void add_data_note(Comparison& comparison) {
  std::string keys;
  for (const std::string& key : comparison.keys) {
    if (key.starts_with("task.")) keys += (keys.empty() ? "" : ", ") + key;
  }
  if (keys.empty()) return;
  comparison.notes.push_back("the settings differ in " + keys +
                             ": their held-out sequences are not the same");
}

}  // namespace

Comparison compare_runs(const std::vector<RunSummary>& runs, Compared compared) {
  Comparison comparison;
  const std::vector<RunSummary> whole = whole_runs(runs, comparison.notes);
  if (whole.empty()) {
    std::string text = "no run that can be compared";
    for (const std::string& note : comparison.notes) text += "\n" + note;
    throw RunError(text);
  }
  check_tasks(whole);
  comparison.runs = without_repeats(whole, comparison.notes);
  add_progress_notes(comparison.runs, comparison.notes);
  add_settings(comparison, compared);
  add_data_note(comparison);
  add_differences(comparison);
  return comparison;
}

}  // namespace heed
