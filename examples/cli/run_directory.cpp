#include "heed/examples/cli/run_directory.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/experiment.h"
#include "heed/examples/cli/failure.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_exists(const std::string& path) {
  throw ConfigError(
      {ConfigFault{"--out " + path, "already exists; choose another name or remove it"}});
}

/// Makes the folder and those above it; false if it exists.
bool make_folder(const std::string& path) {
  std::error_code error;
  const fs::path above = fs::path(path).parent_path();
  if (!above.empty()) fs::create_directories(above, error);
  if (!error && mkdir(path.c_str(), 0777) != 0) error.assign(errno, std::generic_category());
  if (error.value() == EEXIST) return false;
  if (error) throw RunError(path, ": cannot create the run directory: ", error.message());
  return true;
}

std::string make_run_folder(const std::optional<std::string>& path, const std::string& task) {
  if (path) {
    const size_t end = path->find_last_not_of('/');  // "runs/a/" is "runs/a"
    std::string folder = path->substr(0, end == std::string::npos ? 1 : end + 1);
    if (!make_folder(folder)) fail_exists(folder);
    return folder;
  }
  for (int64_t n = 1;; ++n) {
    std::string numbered = text_of("runs/", task, "-", n);
    if (make_folder(numbered)) return numbered;
  }
}

void write_file(const std::string& path, std::string_view text) {
  OutputFile file(path);
  file.write(text);
  file.close();
}

}  // namespace

void check_is_free(const std::string& path) {
  if (path.empty())
    throw ConfigError({ConfigFault{"--out", "the name of the run directory is empty"}});
  std::error_code error;
  if (fs::exists(fs::symlink_status(path, error))) fail_exists(path);
}

RunDirectory::RunDirectory(const std::optional<std::string>& path, const Config& config,
                           const std::string& vocabulary)
    : path_(make_run_folder(path, task_name(config))),
      metrics_(path_ + "/metrics.jsonl"),
      log_(path_ + "/log.txt") {
  write_file(path_ + "/config.json", to_json(config));
  if (!vocabulary.empty()) write_file(path_ + "/vocabulary.json", vocabulary);
}

void RunDirectory::add_metrics(const StepReport& report) {
  const nlohmann::ordered_json line = {{"step", report.step},
                                       {"loss", report.loss},
                                       {"lr", report.lr},
                                       {"grad_norm", report.grad_norm},
                                       {"tokens_per_second", report.tokens_per_second}};
  metrics_.write(line.dump() + "\n");
}

void RunDirectory::add_metrics(int64_t step, const Evaluation& evaluation) {
  nlohmann::ordered_json line = {{"step", step},
                                 {"eval_loss", evaluation.loss},
                                 {"token_accuracy", evaluation.token_accuracy},
                                 {"sequence_accuracy", evaluation.sequence_accuracy}};
  if (evaluation.training) {
    line["train_loss"] = evaluation.training->loss;
    line["train_token_accuracy"] = evaluation.training->token_accuracy;
    line["train_sequence_accuracy"] = evaluation.training->sequence_accuracy;
  }
  metrics_.write(line.dump() + "\n");
}

void RunDirectory::add_log(std::string_view line) {
  log_.write(std::string(line) + "\n");
}

void RunDirectory::close() {
  metrics_.close();
  log_.close();
}

}  // namespace heed
