#include "heed/examples/cli/snapshots/checkpoint_snapshots.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "heed/examples/cli/inspect/heads/head_lab.h"
#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/runs/trained_task.h"
#include "heed/examples/cli/snapshots/take_snapshot.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/examples/cli/training/signals.h"

namespace heed {
namespace {

/// None if the model has no heads.
std::optional<Snapshot> snapshot_of(const Registry& registry, const std::string& checkpoint,
                                    std::vector<std::string>& warnings) {
  constexpr int64_t most_sequences = 64, most_left_out = 16;
  StoredModel stored = read_stored_model(checkpoint);
  const TrainedTask opened = open_task(registry, stored, {});
  const TrainedModel trained = trained_model(std::move(stored), registry);
  if (!has_heads(*trained.model)) return {};
  for (const std::string& warning : opened.warnings) {
    if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) {
      warnings.push_back(warning);
    }
  }
  const int64_t size = opened.task->evaluation_size();
  return take_snapshot(*trained.model, *opened.task,
                       {.sequences = std::min(size, most_sequences),
                        .left_out_sequences = std::min(size, most_left_out)},
                       trained.step);
}

}  // namespace

std::vector<Snapshot> checkpoint_snapshots(const Registry& registry, const std::string& run,
                                           std::vector<std::string>& warnings) {
  std::vector<Snapshot> snapshots;
  for (const std::string& checkpoint : CheckpointFolder(run).list()) {
    SignalWatch::poll();
    try {
      auto snapshot = snapshot_of(registry, checkpoint, warnings);
      // One that is not evaluated yet comes before the evaluated one of its step.
      if (!snapshot || (!snapshots.empty() && snapshots.back().step == snapshot->step)) continue;
      snapshots.push_back(*std::move(snapshot));
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      warnings.emplace_back(error.what());
    }
  }
  return snapshots;
}

}  // namespace heed
