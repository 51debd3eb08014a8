// SweepDirectory: a sweep on disk: config.json, a copy of CONFIG; sweep.json, the plan; a lock; and
// a run directory for each run that has begun.
#pragma once

#include <optional>
#include <string>

#include "heed/examples/cli/sweep/sweep_config.h"
#include "heed/examples/cli/sweep/sweep_plan.h"
#include "heed/framework/io/folder.h"

namespace heed {

/// Whether there is a sweep at `path`; false if nothing is there. Throws ConfigError if it is
/// anything else.
bool has_sweep(const std::string& path);

/// The plan of the sweep at `path`. Throws IoError if it is damaged, ConfigError if its
/// configuration is not that of `source`.
SweepPlan read_plan(const Registry& registry, const std::string& path, const SweepConfig& source);

/// Locked for as long as the object lives.
class SweepDirectory {
 public:
  /// Makes the directory, whole or not at all. Throws ConfigError if there is something at `path`.
  static SweepDirectory create(const std::string& path, const SweepConfig& source,
                               const SweepPlan& plan);
  /// Throws IoError if another process has the lock.
  static SweepDirectory open(const std::string& path);

  const std::string& path() const { return path_; }
  /// The copy of CONFIG, which the runs read.
  std::string config_file() const;
  std::string run(const PlannedRun& run) const { return path_ + "/" + run.name; }
  /// Replaces sweep.json at once.
  void write(const SweepPlan& plan) const;

 private:
  SweepDirectory(std::string path, FolderLock lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  FolderLock lock_;
};

}  // namespace heed
