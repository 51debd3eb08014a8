#include "heed/examples/cli/runs/resume.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/runs/model_source.h"
#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

/// A configuration that a run or a checkpoint has: in a file of its own, or as text.
struct StoredConfig {
  std::string name;                 // for messages; the path of the file
  std::optional<std::string> text;  // none: in the file

  Config read(const ConfigTable& table, const std::vector<std::string>& sets = {}) const {
    return text ? read_config_text(table, *text, name, sets) : read_config_file(table, name, sets);
  }
};

bool is_set(const std::string& path, const std::vector<std::string>& sets) {
  return std::any_of(sets.begin(), sets.end(),
                     [&](const std::string& set) { return set.starts_with(path + "="); });
}

/// The overrides together with what a configuration file may change without one: more steps.
std::vector<std::string> sets_of_file(const ConfigTable& table, const Config& run,
                                      const std::string& config_path,
                                      std::vector<std::string> sets) {
  if (config_path.empty()) return sets;
  std::vector<ConfigFault> faults;
  for (const ChangedKey& change : changes_between(run, read_config_file(table, config_path))) {
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
void check_place(const std::string& place, const ModelSource& source) {
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

StartingPoint starting_point(const ModelSource& source, const CheckpointFolder& checkpoints) {
  auto checkpoint = source.checkpoint ? source.checkpoint : checkpoints.newest();
  if (!checkpoint) return {};
  CheckpointState state =
      load_with_hint(checkpoints, *checkpoint, [&] { return load_checkpoint_state(*checkpoint); });
  return {std::move(checkpoint), std::move(state)};
}

/// A run continues with the configuration it had last, a checkpoint with the one it was made with.
StoredConfig stored_config(const ModelSource& source, const StartingPoint& start) {
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
  const ModelSource source = model_source(place, path);
  check_place(place, source);
  FileLock lock = RunDirectory::lock(source.run);
  const CheckpointFolder checkpoints(source.run);
  const StartingPoint start = starting_point(source, checkpoints);
  const StoredConfig stored = stored_config(source, start);
  const ConfigTable table = registry.table();
  const Config before = stored.read(table);
  const std::vector<std::string> all_sets = sets_of_file(table, before, config_path, sets);
  Experiment experiment =
      build_experiment(registry, stored.read(table, all_sets), stored.name, all_sets);
  std::vector<ChangedKey> changes = changes_between(before, experiment.config);
  check_steps(place, start.state.training.step, experiment.training.steps);
  if (start.checkpoint && !changes_data(table, changes) &&
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

}  // namespace heed
