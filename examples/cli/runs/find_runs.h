// Finding run directories.
#pragma once

#include <string>
#include <vector>

namespace heed {

/// Whether `path` is a run directory, a damaged one too: at least two of config.json, run.json,
/// metrics.jsonl and checkpoints are there.
bool is_run(const std::string& path);

/// Every run directory at or below a directory, not through links and not in hidden directories nor
/// in runs; "runs/a-2" before "runs/a-10". A directory below that cannot be read becomes a warning.
/// Throws IoError if `directory` itself cannot be read.
std::vector<std::string> runs_below(const std::string& directory,
                                    std::vector<std::string>* warnings = nullptr);

/// All runs at or below the paths of a command line, each once. Throws ConfigError
/// if a path has none, or cannot be read.
std::vector<std::string> named_runs(const std::vector<std::string>& paths);

}  // namespace heed
