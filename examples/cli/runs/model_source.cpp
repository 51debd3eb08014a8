#include "heed/examples/cli/runs/model_source.h"

#include <filesystem>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/read_file.h"

namespace heed {
namespace {

/// "runs/a/" is "runs/a".
std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

ModelSource model_source(const std::string& place, const std::string& path) {
  const std::string named = without_slash(path);
  if (is_file(state_file(named))) {
    const auto run = (std::filesystem::path(named) / "../..").lexically_normal();
    return {without_slash(run.string()), named};
  }
  if (is_file(config_file(named))) return {named, {}};
  refuse(place,
         "neither a run directory nor a checkpoint: it has no config.json and no state.json");
}

bool is_trained_model(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored) || path.ends_with(".safetensors")) return true;
  if (!is_file(path)) return false;
  // Eight bytes of a size, then the JSON of a header: no configuration begins like that.
  try {
    const std::string start = read_start(path, 9);
    return start.size() == 9 && start[8] == '{' && start[7] == '\0';
  } catch (const IoError&) {
    return false;
  }
}

std::string chosen_checkpoint(const std::string& place, const ModelSource& source,
                              WhichCheckpoint which) {
  const CheckpointFolder checkpoints(source.run);
  if (which == WhichCheckpoint::newest) {
    if (source.checkpoint) return *source.checkpoint;
    if (const auto newest = checkpoints.newest()) return *newest;
    refuse(place, "this run has no checkpoint yet");
  }
  if (source.checkpoint) refuse(place, "--best chooses among those of a run; this is a checkpoint");
  if (const auto best = checkpoints.best()) return *best;
  refuse(place,
         "this run has no checkpoint of its lowest held-out loss; without --best the newest "
         "one is taken");
}

std::string config_place(const std::string& checkpoint) {
  return state_file(checkpoint) + " (config)";
}

}  // namespace heed
