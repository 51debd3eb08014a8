// RunDirectory: what a run leaves behind: config.json, metrics.jsonl, log.txt, and vocabulary.json
// if its task has one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "heed/examples/cli/evaluation.h"
#include "heed/examples/cli/trainer.h"
#include "heed/framework/io/output_file.h"

namespace heed {

/// Throws RunError when something cannot be written.
class RunDirectory {
 public:
  /// Makes the folder `path`, or else "runs/<task>-<n>" with the first n that is free, and writes
  /// config.json, and vocabulary.json unless `vocabulary` is empty. Throws ConfigError if `path`
  /// exists.
  RunDirectory(const std::optional<std::string>& path, const Config& config,
               const std::string& vocabulary);

  const std::string& path() const { return path_; }

  void add_metrics(const StepReport& report);
  void add_metrics(int64_t step, const Evaluation& evaluation);
  /// Adds a line to log.txt.
  void add_log(std::string_view line);
  /// Closes the files; only then is it sure that all is written.
  void close();

 private:
  std::string path_;
  OutputFile metrics_;
  OutputFile log_;
};

/// Throws ConfigError if there is something at `path` already.
void check_is_free(const std::string& path);

}  // namespace heed
