// Which files a path means: a run directory, or one of its checkpoints.
#pragma once

#include <optional>
#include <string>

namespace heed {

/// Which checkpoint of a run is meant.
enum class WhichCheckpoint { newest, best };

/// A run directory, and one of its checkpoints if that is what was named.
struct ModelSource {
  std::string run;
  std::optional<std::string> checkpoint;
};

/// Throws ConfigError for `place` if the path is neither.
ModelSource model_source(const std::string& place, const std::string& path);
/// Whether a path names a trained model: a directory or a safetensors file. Other files are
/// configurations.
bool is_trained_model(const std::string& path);
/// The checkpoint that was named, or is chosen. Throws ConfigError if there is none.
std::string chosen_checkpoint(const std::string& place, const ModelSource& source,
                              WhichCheckpoint which);

/// What messages call the configuration in a checkpoint.
std::string config_place(const std::string& checkpoint);

}  // namespace heed
