// SweepConfig: the configuration that the runs of a sweep start from, each with its own --set.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/config/config.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {

class SweepConfig {
 public:
  /// Reads CONFIG, once: it may be a pipe. Throws ConfigError if it cannot be read.
  SweepConfig(const Registry& registry, const std::string& path);
  /// The copy that a sweep keeps; `name` is its path.
  SweepConfig(const Registry& registry, std::string name, std::string text);

  /// The file as it was read.
  const std::string& text() const { return text_; }

  /// Throws ConfigError.
  Config read(const std::vector<std::string>& sets) const;
  /// `sets`, and one more for each file that only CONFIG names: relative paths in it start in its
  /// own folder, not in that of a copy.
  std::vector<std::string> with_paths(std::vector<std::string> sets) const;
  /// Builds the task and the shapes of the model, which fails where values do not go together.
  /// Throws ConfigError.
  void check(const std::vector<std::string>& sets) const;

 private:
  const Registry& registry_;
  ConfigTable table_;
  std::string name_;    ///< for messages
  std::string folder_;  ///< where its relative paths start
  std::string text_;
};

}  // namespace heed
