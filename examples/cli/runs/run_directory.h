// RunDirectory: keeps a run on disk: config.json, run.json, metrics.jsonl, log.txt, checkpoints,
// and vocabulary.json if its task has one. docs/runs.md has the promises for each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/runs/run_files.h"
#include "heed/examples/cli/runs/run_record.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/output_file.h"

namespace heed {

/// What is kept of a run besides its metrics and checkpoints.
struct RunContents {
  std::string config;      ///< as JSON: see to_json
  std::string vocabulary;  ///< see Tokenizer::vocabulary
  DataFingerprint data;
  TaskForm form;
  RunRecord record{};  ///< of the processes before this one
};
RunContents contents_of(const Experiment& experiment);

/// Locked for as long as the object lives. Throws IoError when something cannot be written.
class RunDirectory : public TrainingObserver {
 public:
  /// Makes the folder `path`, or else "runs/<task>-<n>" with the first n that is free, with
  /// config.json, run.json, vocabulary.json if there is a vocabulary, and a checkpoint of `initial`
  /// if there is one: all of them or nothing. Throws ConfigError if `path` exists.
  static RunDirectory create(const std::optional<std::string>& path, const Experiment& experiment,
                             const std::vector<std::string>& command,
                             const Trainer* initial = nullptr);
  /// Throws IoError if a file that is changed when a run continues is a link or no regular file, or
  /// the folder of the snapshots no folder; changes nothing.
  static void check_files(const std::string& path);
  /// Continues one whose lock is taken: metrics.jsonl is cut off after `metrics_bytes`.
  static RunDirectory reopen(const std::string& path, FolderLock lock, RunContents contents,
                             int64_t metrics_bytes);
  /// Takes the lock of the run directory `path`. Throws IoError if another process has it.
  static FolderLock lock(const std::string& path) { return FolderLock(path, lock_name); }

  const std::string& path() const { return path_; }

  /// A line of metrics.jsonl each.
  void on_step(const StepReport& report) override;
  void on_evaluation(int64_t step, const Evaluation& evaluation) override;
  /// Writes a checkpoint; all metrics so far are on the disk before it.
  void on_checkpoint(const Trainer& trainer) override;

  /// Adds a line to log.txt.
  void add_log(std::string_view line);
  /// Adds a process to run.json and a line to resumes.jsonl; only then config.json becomes the
  /// configuration of this run.
  void add_resume(SessionStart session, std::string_view line);
  /// Writes to run.json how this process ends, after `step`.
  void end(std::string_view how, int64_t step);
  /// Writes the batch on which training failed; returns the file's path.
  std::string add_diverged_batch(const Trainer& trainer, const std::string& reason);
  /// Closes the files; only then is it sure that all is written.
  void close();
  /// Throws IoError if the folder that is locked has another name now: whatever is at its old one
  /// belongs to somebody else.
  void check_place() const;

 private:
  RunDirectory(std::string path, FolderLock lock, RunContents contents, int64_t metrics_bytes);

  /// Gives a file of the run directory another content, at once.
  void replace(const std::string& name, const std::string& text) const;

  std::string path_;
  FolderLock lock_;
  RunContents contents_;
  OutputFile metrics_;
  OutputFile log_;
};

/// Throws ConfigError if there is something at `path` already.
void check_is_free(const std::string& path);
/// The same for the directory of a new run: where a run is, the message says how to go on with it.
void check_run_is_free(const std::string& path);

}  // namespace heed
