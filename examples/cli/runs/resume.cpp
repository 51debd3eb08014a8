#include "heed/examples/cli/runs/resume.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/config/overrides.h"
#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/runs/initialise.h"
#include "heed/examples/cli/runs/model_source.h"
#include "heed/examples/cli/runs/snapshot_folder.h"
#include "heed/examples/cli/runs/stored_config.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/read_file.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

/// The overrides together with what a configuration file may change without one: more steps.
std::vector<std::string> sets_of_file(const ConfigTable& table, const Config& run,
                                      const std::string& config_path,
                                      std::vector<std::string> sets) {
  if (config_path.empty()) return sets;
  std::vector<ConfigFault> faults;
  const Config file = read_config_file(table, config_path);
  for (const ChangedKey& change : changes_between(run, file)) {
    if (set_of_key(change.path, sets)) continue;
    if (change.path == "train.steps") {
      sets.push_back("train.steps=" + change.after);
      continue;
    }
    faults.push_back(
        {place_of_key(change.path, {config_path, file.text(), {}}),
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
  warnings.push_back(fmt::format("warning: {} is missing lines: {}, {} at the checkpoint", path,
                                 counted(size, "byte"), state.metrics_bytes));
}

void check_steps(const std::string& place, int64_t taken, int64_t wanted) {
  if (wanted >= taken) return;
  refuse(place, fmt::format("train.steps is {}, but the run already has {}", wanted,
                            counted(taken, "step")));
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

/// Refuses words that have other numbers than those that the model has learned.
void check_vocabulary(const std::string& place, const std::string& run, const Task& task) {
  constexpr size_t most_bytes = size_t{1} << 28;
  const std::string own = task.tokenizer().vocabulary(), path = vocabulary_file(run);
  if ((is_file(path) ? read_file(path, most_bytes, Links::refuse) : "") == own) return;
  refuse(place,
         fmt::format("the vocabulary of the task's data differs from that of {}, so its words have "
                     "other numbers than those learned; --set task.vocabulary=keep keeps those of "
                     "the run, --init starts a new run with the rows of the words that both have",
                     path));
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
  return {config_file(source.run),
          read_file(config_file(source.run), json_size_limit, Links::refuse)};
}

/// Puts the trainer into the state of the checkpoint and sets later checkpoints aside. Returns what
/// keeps the bits from being those of an unbroken run.
std::vector<std::string> restore(const std::string& place, const std::string& run,
                                 const StartingPoint& start, Trainer& trainer) {
  const CheckpointFolder checkpoints(run);
  load_with_hint(checkpoints, *start.checkpoint, [&] {
    load_or_refuse(place, [&] { restore_checkpoint(trainer, *start.checkpoint, start.state); });
  });
  std::vector<std::string> warnings = warnings_for(start.state.origin);
  warn_of_lost_metrics(run, start.state, warnings);
  for (const std::string& name : checkpoints.set_aside_after(*start.checkpoint)) {
    warnings.push_back("set aside: " + name);
  }
  return warnings;
}

/// A run that is to be resumed, as it is on the disk.
struct StoredRun {
  std::string place;  // for messages
  ModelSource source;
  StartingPoint start;
  StoredConfig config;
  RunRecord record;

  /// The data that goes with the configuration; none if it is not known.
  std::optional<DataFingerprint> data() const {
    const auto recorded = source.checkpoint ? std::nullopt : record.data_of(config.text);
    if (recorded || !start.checkpoint) return recorded;
    return start.state.data;
  }
};

/// Refuses data that has changed by itself.
void check_data(const StoredRun& run, const Task& task) {
  const auto before = run.data();
  const auto difference = before ? data_difference(task, *before) : DataDifference();
  if (!difference) return;
  const auto files = task.files();
  const std::string key =
      files.empty() ? "task.KEY=VALUE" : files.front().key + "=" + shown_path(files.front().path);
  refuse(run.place, fmt::format("the task's data has changed: {}; restore it, or resume with --set "
                                "{} to continue with what is there now",
                                difference.text, key));
}

/// What was measured on other held-out sequences cannot be compared with what will be. Returns
/// what to say about it.
std::vector<std::string> start_anew_on_other_data(const ConfigTable& table, StoredRun& run,
                                                  const Experiment& now) {
  const DataDifference difference = data_difference(*now.task, run.start.state.data);
  if (!difference) return {};
  check_vocabulary(run.place, run.source.run, *now.task);
  TrainingState& state = run.start.state.training;
  state.evaluation.reset();
  state.best.reset();
  state.evaluated_step = state.evaluations_since_best = 0;
  const StoredConfig stored{config_place(*run.start.checkpoint), run.start.state.config};
  std::vector<std::string> warnings{
      data_warning(table, now.config, stored.read(table), difference)};
  if (warnings.front().empty()) warnings.clear();
  warnings.emplace_back(
      "the data is not that of the checkpoint: the lowest held-out loss and early stopping start "
      "anew");
  return warnings;
}

/// Tells of a learning rate that is neither what the checkpoint foresaw nor that of its last step.
void warn_of_learning_rate(const StoredRun& run, const TrainingConfig& then, const Trainer& trainer,
                           std::vector<std::string>& warnings) {
  const double before = run.start.state.next_lr, now = trainer.next_lr();
  const auto is_now = [&](double lr) {
    return std::abs(now - lr) <= 1e-9 * std::max(std::abs(now), std::abs(lr));
  };
  if (is_now(before) || is_now(then.lr_at(std::max(int64_t{0}, trainer.state().step - 1)))) return;
  warnings.push_back(
      fmt::format("warning: the learning rate jumps at step {}: it is {:.4g} now, {:.4g} by the "
                  "configuration of the checkpoint",
                  trainer.state().step + 1, now, before));
}

StoredRun stored_run(const std::string& place, const ModelSource& source) {
  RunRecord record = RunRecord::read(source.run);
  StartingPoint start = starting_point(source, CheckpointFolder(source.run));
  StoredConfig config = stored_config(source, start);
  return {place, source, std::move(start), std::move(config), std::move(record)};
}

/// The task whose words a configuration keeps; none if it keeps none, or nothing is trained yet.
std::optional<TaskForm> trained_form(const StoredRun& run, const Config& config) {
  if (!keeps_words(config) || !run.start.checkpoint) return {};
  return read_initial(*run.start.checkpoint).form;
}

/// Puts the experiment where the run was; returns what to say about it.
std::vector<std::string> continue_run(const ConfigTable& table, StoredRun& run,
                                      const Experiment& experiment) {
  if (!run.start.checkpoint) {
    experiment.trainer->initialise();
    return {};
  }
  std::vector<std::string> about_data = start_anew_on_other_data(table, run, experiment);
  std::vector<std::string> warnings =
      restore(run.place, run.source.run, run.start, *experiment.trainer);
  warnings.insert(warnings.end(), about_data.begin(), about_data.end());
  return warnings;
}

}  // namespace

ResumedRun resume_run(const Registry& registry, const std::string& path,
                      const std::string& config_path, const std::vector<std::string>& sets,
                      Team& team) {
  const std::string place = "--resume " + path;
  const ModelSource source = model_source(place, path);
  check_place(place, source);
  FolderLock lock = RunDirectory::lock(source.run);
  RunDirectory::check_files(source.run);
  StoredRun run = stored_run(place, source);
  const ConfigTable table = registry.table();
  const Config before = run.config.read(table);
  const std::vector<std::string> all_sets = sets_of_file(table, before, config_path, sets);
  Config config = run.config.read(table, all_sets);
  const std::optional<TaskForm> trained = trained_form(run, config);
  Experiment experiment =
      build_experiment(registry, std::move(config),
                       {run.config.name, all_sets, trained ? &*trained : nullptr, team});
  check_steps(place, run.start.state.training.step, experiment.training.steps);
  if (!choose_data(table, all_sets)) check_data(run, *experiment.task);
  std::vector<std::string> warnings = continue_run(table, run, experiment);
  if (run.start.checkpoint) {
    warn_of_learning_rate(run, read_training_config(before, registry), *experiment.trainer,
                          warnings);
  }
  CheckpointFolder(source.run).clean();
  SnapshotFolder(source.run).remove_after(run.start.state.training.step);
  RunContents contents = contents_of(experiment);
  contents.record = std::move(run.record);
  if (contents.record.id().empty()) {
    contents.record.set_id(run.start.state.identity ? run.start.state.identity->run : "");
  }
  std::vector<ChangedKey> changes = changes_between(before, experiment.config);
  return {RunDirectory::reopen(source.run, std::move(lock), std::move(contents),
                               run.start.state.metrics_bytes),
          std::move(experiment), run.start.checkpoint.value_or(source.run), std::move(changes),
          std::move(warnings)};
}

}  // namespace heed
