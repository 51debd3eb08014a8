#include "heed/examples/cli/runs/run_directory.h"

#include <filesystem>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/runs/evaluation_json.h"
#include "heed/examples/cli/runs/snapshot_folder.h"
#include "heed/examples/cli/runs/trained_model.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/safetensors.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_exists(const std::string& path, const std::string& instead) {
  refuse("--out " + path, "already exists; choose another name or remove it" + instead);
}

[[noreturn]] void fail_run_exists(const std::string& path) {
  const std::string run = without_tail(path);
  const bool is_resumable = is_file(record_file(run));
  fail_exists(path,
              is_resumable ? "; `heed train --resume " + run + "` goes on with this run" : "");
}

/// `state`: all but the seed and the learning rate.
void save_checkpoint(const std::string& run, const Trainer& trainer, CheckpointState state,
                     const TaskForm& form) {
  state.seed = trainer.config().random_seed();
  state.next_lr = trainer.next_lr();
  CheckpointFolder(run).save(state,
                             {.model = trainer.model().state_dict(),
                              .metadata = model_metadata(state.config, form, state.training.step),
                              .optimizer = trainer.optimizer_state()},
                             trainer.config().checkpoints_kept,
                             trainer.config().checkpoint_at_start);
}

void write_contents(const std::string& run, const RunContents& contents) {
  write_file(config_file(run), contents.config);
  write_file(record_file(run), contents.record.to_json());
  if (!contents.vocabulary.empty()) write_file(vocabulary_file(run), contents.vocabulary);
}

/// The parts of a batch by name.
NamedTensors named(const Batch& batch) {
  NamedTensors tensors = {{"inputs", batch.inputs}, {"targets", batch.targets}};
  if (batch.decoder_inputs.defined()) tensors.emplace_back("decoder_inputs", batch.decoder_inputs);
  if (batch.lengths.defined()) tensors.emplace_back("lengths", batch.lengths);
  return tensors;
}

}  // namespace

void check_is_free(const std::string& path) {
  if (path.empty()) refuse("--out", "the name of the run directory is empty");
  if (!is_free(path)) fail_exists(path, "");
  const std::string name = fs::path(without_tail(path)).filename().string();
  if (name.empty() || name == "..") refuse("--out " + path, "names no new directory");
}

void check_run_is_free(const std::string& path) {
  if (!path.empty() && !is_free(path)) fail_run_exists(path);
  check_is_free(path);
}

RunContents contents_of(const Experiment& experiment) {
  return {.config = to_json(experiment.config),
          .vocabulary = experiment.task->tokenizer().vocabulary(),
          .data = fingerprint_of(*experiment.task),
          .form = form_of(task_name(experiment.config), *experiment.task)};
}

RunDirectory RunDirectory::create(const std::optional<std::string>& path,
                                  const Experiment& experiment,
                                  const std::vector<std::string>& command, const Trainer* initial) {
  const auto name = [&](int64_t n) {
    return path ? without_tail(*path) : text_of("runs/", task_name(experiment.config), "-", n);
  };
  RunContents contents = contents_of(experiment);
  contents.record = RunRecord::of_new_run();
  contents.record.begin({.command = command,
                         .config = contents.config,
                         .data = contents.data,
                         .ranks = experiment.trainer->team().size()});
  make_folders_above(name(1));
  const std::string partial = partial_name(name(1));
  remove_folder(partial);
  make_folder(partial);
  try {
    FolderLock lock = RunDirectory::lock(partial);
    write_contents(partial, contents);
    if (initial != nullptr) {
      save_checkpoint(partial, *initial,
                      {.training = initial->state(),
                       .data = contents.data,
                       .config = contents.config,
                       .identity = CheckpointIdentity{.run = contents.record.id()}},
                      contents.form);
    }
    sync_folder(partial);
    int64_t n = 1;
    while (!path && !is_free(name(n))) ++n;
    while (!publish(partial, name(n))) {
      if (path) fail_run_exists(name(n));
      ++n;
    }
    return {name(n), std::move(lock), std::move(contents), 0};
  } catch (...) {
    remove_folder(partial);
    throw;
  }
}

void RunDirectory::check_files(const std::string& path) {
  for (const std::string& file : {metrics_file(path), log_file(path), resumes_file(path)}) {
    check_own_file(file, "open");
  }
  SnapshotFolder(path).check();
}

RunDirectory RunDirectory::reopen(const std::string& path, FolderLock lock, RunContents contents,
                                  int64_t metrics_bytes) {
  return {path, std::move(lock), std::move(contents), metrics_bytes};
}

RunDirectory::RunDirectory(std::string path, FolderLock lock, RunContents contents,
                           int64_t metrics_bytes)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      contents_(std::move(contents)),
      metrics_(metrics_file(path_), metrics_bytes),
      log_(log_file(path_), INT64_MAX) {}

void RunDirectory::on_step(const StepReport& report) {
  const JsonValue line = {{"step", report.step},
                          {"loss", report.loss},
                          {"lr", report.lr},
                          {"grad_norm", report.grad_norm},
                          {"tokens_per_second", report.tokens_per_second}};
  metrics_.write(json_line(line));
}

void RunDirectory::on_evaluation(int64_t step, const Evaluation& evaluation) {
  JsonValue line = {{"step", step}};
  add_evaluation(line, evaluation, "eval_loss");
  metrics_.write(json_line(line));
}

void RunDirectory::add_log(std::string_view line) {
  log_.write(without_controls(line) + "\n");
}

void RunDirectory::replace(const std::string& name, const std::string& text) const {
  const std::string partial = partial_file(path_, name);
  remove_folder(partial);
  write_file(partial, text);
  publish_over(partial, path_ + "/" + name);
}

void RunDirectory::add_resume(SessionStart session, std::string_view line) {
  check_place();
  session.config = contents_.config;
  session.data = contents_.data;
  contents_.record.begin(session);
  // It has the data of both configurations, that before and that after this resume: whenever the
  // process ends, config.json is one of the two.
  replace("run.json", contents_.record.to_json());
  if (contents_.vocabulary.empty()) remove_folder(vocabulary_file(path_));
  if (!contents_.vocabulary.empty()) replace("vocabulary.json", contents_.vocabulary);
  OutputFile file(resumes_file(path_), INT64_MAX);
  file.write(std::string(line) + "\n");
  file.sync();
  file.close();
  replace("config.json", contents_.config);
}

void RunDirectory::end(std::string_view how, int64_t step) {
  if (!lock_.is_at(path_)) return;  // whatever is there now belongs to somebody else
  contents_.record.end(how, step);
  replace("run.json", contents_.record.to_json());
}

void RunDirectory::on_checkpoint(const Trainer& trainer) {
  check_place();
  metrics_.sync();
  save_checkpoint(path_, trainer,
                  {.training = trainer.state(),
                   .data = contents_.data,
                   .metrics_bytes = metrics_.size(),
                   .config = contents_.config,
                   .identity = CheckpointIdentity{.run = contents_.record.id()}},
                  contents_.form);
}

void RunDirectory::check_place() const {
  if (!lock_.is_at(path_)) throw IoError(path_, ": was moved or replaced since this run began");
}

std::string RunDirectory::add_diverged_batch(const Trainer& trainer, const std::string& reason) {
  check_place();
  const int64_t step = trainer.state().step + (trainer.state().evaluation_due ? 0 : 1);
  std::string path = diverged_batch_file(path_, step);
  const std::string partial = partial_file(path_, "diverged");
  remove_folder(partial);
  save_safetensors(partial, named(trainer.failed_batch()), {{"reason", reason}});
  publish_over(partial, path);
  return path;
}

void RunDirectory::close() {
  metrics_.close();
  log_.close();
}

}  // namespace heed
