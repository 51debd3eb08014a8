#include "heed/examples/cli/sweep/planned_state.h"

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/runs/config_changes.h"
#include "heed/examples/cli/runs/run_files.h"
#include "heed/examples/cli/runs/run_record.h"
#include "heed/examples/cli/runs/stored_config.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/read_file.h"

namespace heed {
namespace {

/// A later version of heed may have keys that the stored configuration lacks: values are compared.
void check_is_as_planned(const ConfigTable& table, const std::string& path, const PlannedRun& run) {
  const std::string file = config_file(path);
  const Config stored =
      StoredConfig{file, read_file(file, json_size_limit, Links::refuse)}.read(table);
  const std::vector<ChangedKey> changes = changes_between(run.config, stored);
  if (changes.empty()) return;
  const ChangedKey& first = changes.front();
  throw RunError(path, ": is not the planned run: ", first.path, " is ", first.after, ", not ",
                 first.before, "; remove or rename the directory to train it again");
}

}  // namespace

std::string text_of_state(PlannedState state) {
  switch (state) {
    case PlannedState::absent:
      return "new";
    case PlannedState::unfinished:
      return "to be resumed";
    case PlannedState::finished:
      return "finished";
    case PlannedState::diverged:
      return "diverged";
  }
  return "";
}

PlannedState state_of_run(const ConfigTable& table, const std::string& path,
                          const PlannedRun& run) {
  if (!has_folder(path)) return PlannedState::absent;
  check_is_as_planned(table, path, run);
  const std::vector<Session> sessions = RunRecord::read(path).sessions();
  const std::string end = sessions.empty() ? "" : sessions.back().end;
  if (end == "finished") return PlannedState::finished;
  return end.starts_with("diverged") ? PlannedState::diverged : PlannedState::unfinished;
}

}  // namespace heed
