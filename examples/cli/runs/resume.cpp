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
  if (is_file(path + "/state.json")) {
    return Source{without_slash((fs::path(path) / "../..").lexically_normal().string()), path};
  }
  if (is_file(path + "/config.json")) return Source{path, {}};
  return {};
}

Source source_or_refuse(const std::string& place, const std::string& path) {
  if (const auto source = source_at(path)) return *source;
  refuse(place,
         "neither a run directory nor a checkpoint: it has no config.json and no state.json");
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
         fmt::format("\"{}\" is {} here, {} in the run that is resumed; --set {}={} "
                     "changes it",
                     change.path, change.after, change.before, change.path, change.after)});
  }
  if (!faults.empty()) throw ConfigError(faults);
  return sets;
}

/// Whether the task's data may differ from what the run had.
bool changes_data(const std::vector<ChangedKey>& changes) {
  return std::any_of(changes.begin(), changes.end(), [](const ChangedKey& change) {
    return change.path.starts_with("task.") || change.path == "train.seed" ||
           change.path == "train.eval_sequences";
  });
}

std::vector<std::string> warnings_for(const Origin& before) {
  std::vector<std::string> warnings;
  const auto compare = [&](const char* what, const std::string& then, const std::string& now) {
    if (then == now) return;
    warnings.push_back(fmt::format(
        "warning: the checkpoint was made with {} {}, this is {}: the bits may differ from those "
        "of an unbroken run",
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
  const std::string path = run + "/metrics.jsonl";
  std::error_code ignored;
  const int64_t size = is_file(path) ? static_cast<int64_t>(fs::file_size(path, ignored)) : 0;
  if (size >= state.metrics_bytes) return;
  warnings.push_back(fmt::format("warning: {} has lost lines: {} bytes, {} at the checkpoint", path,
                                 size, state.metrics_bytes));
}

void check_steps(const std::string& place, int64_t taken, int64_t wanted) {
  if (wanted >= taken) return;
  refuse(place, fmt::format("train.steps is {}, but {} steps are taken already", wanted, taken));
}

/// A checkpoint that was set aside, or copied elsewhere, has no place among those of the run.
void check_place(const std::string& place, const Source& source) {
  if (!source.checkpoint || CheckpointFolder(source.run).holds(*source.checkpoint)) return;
  refuse(place,
         "no checkpoint of a run: it must be in the folder \"checkpoints\" of a run directory and "
         "be named step-N; `heed eval` and `heed predict` read it where it is");
}

/// Reads parameters, telling a configuration that was changed too much from a damaged file.
template <class Read>
void fit(const std::string& place, const std::string& checkpoint, const Read& read) {
  try {
    read();
  } catch (const ModuleError& error) {
    refuse(place, fmt::format("the parameters of {} do not fit the configuration: {}", checkpoint,
                              error.what()));
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
         "this run has kept no checkpoint of its lowest held-out loss; without --best the newest "
         "one is taken");
}

/// Refuses words that have other numbers than those the model has learned.
void check_vocabulary(const std::string& place, const std::string& run, const Task& task) {
  constexpr size_t most_bytes = size_t{1} << 28;
  const std::string own = task.vocabulary(), path = run + "/vocabulary.json";
  if (own.empty() || (is_file(path) && read_file(path, most_bytes) == own)) return;
  refuse(place, fmt::format("the vocabulary of the task's data is not that of {}, so that its "
                            "words have other numbers than those learned",
                            path));
}

TrainedModel load_checkpoint(const Registry& registry, const std::string& place,
                             const std::string& run, const std::string& checkpoint,
                             const std::vector<std::string>& sets) {
  const CheckpointState state = load_checkpoint_state(checkpoint);
  const std::string config_name = checkpoint + "/state.json (config)";
  const Config before = read_config_text(registry.table(), state.config, config_name);
  Experiment experiment = build_experiment(
      registry, read_config_text(registry.table(), state.config, config_name, sets), config_name,
      sets);
  std::vector<std::string> warnings;
  const bool is_other = data_checksum(*experiment.task) != state.data_checksum;
  if (is_other) check_vocabulary(place, run, *experiment.task);
  if (is_other && !changes_data(changes_between(before, experiment.config))) {
    warnings.push_back(
        "warning: the data of the task is not what the run had: a file that it reads has changed");
  } else if (is_other ||
             experiment.training.eval_sequences > read_training_config(before).eval_sequences) {
    warnings.push_back(
        "warning: these are not the held-out sequences of the run: some may have been trained on");
  }
  fit(place, checkpoint, [&] { load_model(*experiment.model, checkpoint); });
  return {std::move(experiment), checkpoint, state.training.step, std::move(warnings)};
}

}  // namespace

ResumedRun resume_run(const Registry& registry, const std::string& path,
                      const std::string& config_path, const std::vector<std::string>& sets) {
  const std::string place = "--resume " + path;
  const Source source = source_or_refuse(place, path);
  check_place(place, source);
  FileLock lock = RunDirectory::lock(source.run);
  const CheckpointFolder checkpoints(source.run);
  const auto checkpoint = source.checkpoint ? source.checkpoint : checkpoints.newest();
  const auto with_hint = [&](const auto& load) {
    try {
      return load();
    } catch (const IoError& error) {
      const auto earlier = checkpoints.before(*checkpoint);
      throw IoError(error.what(), earlier ? "; the checkpoint before it: --resume " + *earlier
                                          : "; there is no checkpoint before it");
    }
  };
  const CheckpointState state = checkpoint
                                    ? with_hint([&] { return load_checkpoint_state(*checkpoint); })
                                    : CheckpointState();

  // A run goes on with what it was told last, a checkpoint with what it was made with.
  const std::string config_name =
      source.checkpoint ? *checkpoint + "/state.json (config)" : source.run + "/config.json";
  const Config before = source.checkpoint
                            ? read_config_text(registry.table(), state.config, config_name)
                            : read_config_file(registry.table(), config_name);
  const std::vector<std::string> all_sets = sets_of_file(registry, before, config_path, sets);
  Config config = read_config_text(registry.table(), to_json(before), config_name, all_sets);
  std::vector<ChangedKey> changes = changes_between(before, config);
  Experiment experiment = build_experiment(registry, std::move(config), config_name, all_sets);
  check_steps(place, state.training.step, experiment.training.steps);
  const std::string data = data_checksum(*experiment.task);
  std::vector<std::string> warnings;
  if (checkpoint) {
    if (!changes_data(changes) && data != state.data_checksum) {
      refuse(place,
             "the data of the task is not what it was: a file that it reads has changed; "
             "--set task.KEY=VALUE takes other data");
    }
    with_hint([&] {
      fit(place, *checkpoint,
          [&] { restore_checkpoint(*experiment.trainer, *checkpoint, state.training); });
    });
    warnings = warnings_for(state.origin);
    warn_of_lost_metrics(source.run, state, warnings);
    for (const std::string& name : checkpoints.set_aside_after(*checkpoint)) {
      warnings.push_back("set aside: " + name);
    }
  } else {
    experiment.trainer->initialise();
  }
  checkpoints.clean();
  const Config effective = experiment.config;
  return {std::move(experiment),
          RunDirectory::go_on(source.run, std::move(lock), effective, state.metrics_bytes, data),
          checkpoint.value_or(source.run), std::move(changes), std::move(warnings)};
}

TrainedModel load_trained(const Registry& registry, const std::string& path, WhichCheckpoint which,
                          const std::vector<std::string>& sets) {
  const Source source = source_or_refuse(path, path);
  while (true) {
    const std::string checkpoint = chosen_checkpoint(path, source, which);
    try {
      return load_checkpoint(registry, path, source.run, checkpoint, sets);
    } catch (const IoError&) {
      // A run that goes on meanwhile replaces its checkpoints.
      std::error_code ignored;
      if (source.checkpoint || fs::exists(checkpoint, ignored)) throw;
    }
  }
}

}  // namespace heed
