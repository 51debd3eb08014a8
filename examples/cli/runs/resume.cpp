#include "heed/examples/cli/runs/resume.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/config/text.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/read_file.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

/// "runs/a/" is "runs/a".
std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// A run directory, and one of its checkpoints if that is what was named.
struct Source {
  std::string run;
  std::optional<std::string> checkpoint;
};

std::optional<Source> source_at(const std::string& given) {
  const std::string path = without_slash(given);
  if (is_file(state_file(path))) {
    return Source{without_slash((fs::path(path) / "../..").lexically_normal().string()), path};
  }
  if (is_file(config_file(path))) return Source{path, {}};
  return {};
}

Source source_or_refuse(const std::string& place, const std::string& path) {
  if (const auto source = source_at(path)) return *source;
  refuse(place,
         "neither a run directory nor a checkpoint: it has no config.json and no state.json");
}

/// A configuration that a run or a checkpoint has: in a file of its own, or as text.
struct StoredConfig {
  std::string name;                 // for messages; the path of the file
  std::optional<std::string> text;  // none: in the file

  Config read(const Registry& registry, const std::vector<std::string>& sets = {}) const {
    return text ? read_config_text(registry.table(), *text, name, sets)
                : read_config_file(registry.table(), name, sets);
  }
};

/// What messages call the configuration in a checkpoint.
std::string config_place(const std::string& checkpoint) {
  return state_file(checkpoint) + " (config)";
}

std::string value_text(const Config& config, const std::string& path) {
  for (const auto& [name, value] : config.values()) {
    if (name == path) return value.index() == 0 ? "unset" : config_text(value);
  }
  return "unset";
}

std::vector<ChangedKey> changes_between(const Config& before, const Config& after) {
  std::vector<std::string> paths;
  for (const Config* config : {&before, &after}) {
    for (const auto& [path, value] : config->values()) {
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
    }
  }
  std::vector<ChangedKey> changes;
  for (const std::string& path : paths) {
    ChangedKey change{path, value_text(before, path), value_text(after, path)};
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  return changes;
}

bool is_set(const std::string& path, const std::vector<std::string>& sets) {
  return std::any_of(sets.begin(), sets.end(),
                     [&](const std::string& set) { return set.starts_with(path + "="); });
}

/// The overrides together with what a configuration file may change without one: more steps.
std::vector<std::string> sets_of_file(const Registry& registry, const Config& run,
                                      const std::string& config_path,
                                      std::vector<std::string> sets) {
  if (config_path.empty()) return sets;
  std::vector<ConfigFault> faults;
  for (const ChangedKey& change :
       changes_between(run, read_config_file(registry.table(), config_path))) {
    if (is_set(change.path, sets)) continue;
    if (change.path == "train.steps") {
      sets.push_back("train.steps=" + change.after);
      continue;
    }
    faults.push_back(
        {place_of_key(change.path, config_path, {}),
         fmt::format("\"{}\" is {} in this file but {} in the run; use --set {}={} to change it",
                     change.path, change.after, change.before, change.path, change.after)});
  }
  if (!faults.empty()) throw ConfigError(faults);
  return sets;
}

/// Whether the task's data may differ from what the run had.
bool changes_data(const ConfigTable& table, const std::vector<ChangedKey>& changes) {
  return std::any_of(changes.begin(), changes.end(),
                     [&](const ChangedKey& change) { return table.changes_data(change.path); });
}

std::vector<std::string> warnings_for(const Origin& before) {
  std::vector<std::string> warnings;
  const auto compare = [&](const char* what, const std::string& then, const std::string& now) {
    if (then == now) return;
    warnings.push_back(
        fmt::format("warning: the checkpoint was made with {} {}, this is {}: results may not be "
                    "bit-identical to those of an uninterrupted run",
                    what, then, now));
  };
  const Origin now = this_origin();
  compare("heed", before.version, now.version);
  compare("vector instructions", before.simd, now.simd);
  compare("BLAS kernels", before.blas, now.blas);
  return warnings;
}

void warn_of_lost_metrics(const std::string& run, const CheckpointState& state,
                          std::vector<std::string>& warnings) {
  const std::string path = metrics_file(run);
  std::error_code ignored;
  const int64_t size = is_file(path) ? static_cast<int64_t>(fs::file_size(path, ignored)) : 0;
  if (size >= state.metrics_bytes) return;
  warnings.push_back(fmt::format("warning: {} is missing lines: {} bytes, {} at the checkpoint",
                                 path, size, state.metrics_bytes));
}

void check_steps(const std::string& place, int64_t taken, int64_t wanted) {
  if (wanted >= taken) return;
  refuse(place, fmt::format("train.steps is {}, but the run already has {} steps", wanted, taken));
}

/// A checkpoint that was set aside, or copied elsewhere, has no place among those of the run.
void check_place(const std::string& place, const Source& source) {
  if (!source.checkpoint || CheckpointFolder(source.run).holds(*source.checkpoint)) return;
  refuse(place,
         "not a checkpoint of a run: it must be in the directory \"checkpoints\" of a run "
         "directory and "
         "be named step-N; `heed eval` and `heed predict` read it where it is");
}

/// Loads a checkpoint; that it does not fit is the fault of a changed configuration, not of the
/// file.
template <class Read>
void load_or_refuse(const std::string& place, const Read& read) {
  try {
    read();
  } catch (const ModuleError& error) {
    refuse(place, error.what());
  }
}

std::string chosen_checkpoint(const std::string& place, const Source& source,
                              WhichCheckpoint which) {
  const CheckpointFolder checkpoints(source.run);
  if (which == WhichCheckpoint::newest) {
    if (source.checkpoint) return *source.checkpoint;
    if (const auto newest = checkpoints.newest()) return *newest;
    refuse(place, "this run has no checkpoint yet");
  }
  if (source.checkpoint) refuse(place, "--best chooses among those of a run; this is a checkpoint");
  if (const auto best = checkpoints.best()) return *best;
  refuse(place,
         "this run has no checkpoint of its lowest held-out loss; without --best the newest "
         "one is taken");
}

/// Refuses words that have other numbers than those the model has learned.
void check_vocabulary(const std::string& place, const std::string& run, const Task& task) {
  constexpr size_t most_bytes = size_t{1} << 28;
  const std::string own = task.vocabulary(), path = vocabulary_file(run);
  if (own.empty() || (is_file(path) && read_file(path, most_bytes) == own)) return;
  refuse(place, fmt::format("the vocabulary of the task's data differs from that of {}, so its "
                            "words have other numbers than those learned",
                            path));
}

/// What a warning says if the task's data or held-out sequences are not those of the run.
std::string data_warning(const ConfigTable& table, const Experiment& now, const Config& before,
                         bool is_other) {
  if (is_other && !changes_data(table, changes_between(before, now.config))) {
    return "warning: the task's data has changed since the run: a file that it reads is different";
  }
  if (is_other || now.training.eval_sequences > before.get<int64_t>("train.eval_sequences")) {
    return "warning: the held-out sequences differ from the run's: some may have been trained on";
  }
  return "";
}

TrainedModel load_checkpoint(const Registry& registry, const std::string& place,
                             const Source& source, const std::vector<std::string>& sets) {
  const std::string& checkpoint = *source.checkpoint;
  const CheckpointState state = load_checkpoint_state(checkpoint);
  const StoredConfig stored{config_place(checkpoint), state.config};
  Experiment experiment =
      build_experiment(registry, stored.read(registry, sets), stored.name, sets);
  const bool is_other = !has_data_of(*experiment.task, state);
  if (is_other) check_vocabulary(place, source.run, *experiment.task);
  std::vector<std::string> warnings;
  const std::string warning =
      data_warning(registry.table(), experiment, stored.read(registry), is_other);
  if (!warning.empty()) warnings.push_back(warning);
  load_or_refuse(place, [&] { load_model(*experiment.model, checkpoint); });
  return {std::move(experiment), checkpoint, state.training.step, std::move(warnings)};
}

/// Where a resumed run starts: a checkpoint, or nothing if it has none yet.
struct StartingPoint {
  std::optional<std::string> checkpoint;
  CheckpointState state;
};

/// Calls `load`; names the checkpoint before this one if it fails.
template <class Load>
auto load_with_hint(const CheckpointFolder& checkpoints, const std::string& checkpoint,
                    const Load& load) {
  try {
    return load();
  } catch (const IoError& error) {
    const auto earlier = checkpoints.before(checkpoint);
    throw IoError(error.what(), earlier ? "; the checkpoint before it: --resume " + *earlier
                                        : "; there is no checkpoint before it");
  }
}

StartingPoint starting_point(const Source& source, const CheckpointFolder& checkpoints) {
  auto checkpoint = source.checkpoint ? source.checkpoint : checkpoints.newest();
  if (!checkpoint) return {};
  CheckpointState state =
      load_with_hint(checkpoints, *checkpoint, [&] { return load_checkpoint_state(*checkpoint); });
  return {std::move(checkpoint), std::move(state)};
}

/// A run continues with the configuration it had last, a checkpoint with the one it was made with.
StoredConfig stored_config(const Source& source, const StartingPoint& start) {
  if (source.checkpoint) return {config_place(*source.checkpoint), start.state.config};
  return {config_file(source.run), {}};
}

/// Puts the trainer into the state of the checkpoint and sets later checkpoints aside. Returns what
/// keeps the bits from being those of an unbroken run.
std::vector<std::string> restore(const std::string& place, const std::string& run,
                                 const StartingPoint& start, Trainer& trainer) {
  const CheckpointFolder checkpoints(run);
  load_with_hint(checkpoints, *start.checkpoint, [&] {
    load_or_refuse(place,
                   [&] { restore_checkpoint(trainer, *start.checkpoint, start.state.training); });
  });
  std::vector<std::string> warnings = warnings_for(start.state.origin);
  warn_of_lost_metrics(run, start.state, warnings);
  for (const std::string& name : checkpoints.set_aside_after(*start.checkpoint)) {
    warnings.push_back("set aside: " + name);
  }
  return warnings;
}

}  // namespace

ResumedRun resume_run(const Registry& registry, const std::string& path,
                      const std::string& config_path, const std::vector<std::string>& sets) {
  const std::string place = "--resume " + path;
  const Source source = source_or_refuse(place, path);
  check_place(place, source);
  FileLock lock = RunDirectory::lock(source.run);
  const CheckpointFolder checkpoints(source.run);
  const StartingPoint start = starting_point(source, checkpoints);
  const StoredConfig stored = stored_config(source, start);
  const Config before = stored.read(registry);
  const std::vector<std::string> all_sets = sets_of_file(registry, before, config_path, sets);
  Experiment experiment =
      build_experiment(registry, stored.read(registry, all_sets), stored.name, all_sets);
  std::vector<ChangedKey> changes = changes_between(before, experiment.config);
  check_steps(place, start.state.training.step, experiment.training.steps);
  if (start.checkpoint && !changes_data(registry.table(), changes) &&
      !has_data_of(*experiment.task, start.state)) {
    refuse(place,
           "the task's data has changed: a file that it reads is different; --set task.KEY=VALUE "
           "chooses other data");
  }
  std::vector<std::string> warnings;
  if (start.checkpoint) {
    warnings = restore(place, source.run, start, *experiment.trainer);
  } else {
    experiment.trainer->initialise();
  }
  checkpoints.clean();
  return {RunDirectory::reopen(source.run, std::move(lock), experiment.config,
                               start.state.metrics_bytes),
          std::move(experiment), start.checkpoint.value_or(source.run), std::move(changes),
          std::move(warnings)};
}

TrainedModel load_trained(const Registry& registry, const std::string& path, WhichCheckpoint which,
                          const std::vector<std::string>& sets) {
  const Source source = source_or_refuse(path, path);
  while (true) {
    const std::string checkpoint = chosen_checkpoint(path, source, which);
    try {
      return load_checkpoint(registry, path, {source.run, checkpoint}, sets);
    } catch (const IoError&) {
      // A run that is still training replaces its checkpoints.
      std::error_code ignored;
      if (source.checkpoint || fs::exists(checkpoint, ignored)) throw;
    }
  }
}

}  // namespace heed
