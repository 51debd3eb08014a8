// Checkpoints: a training between two steps, as a folder of three files that is there whole or not
// at all: model.safetensors, optimizer.safetensors and state.json.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/runs/run_data.h"
#include "heed/examples/cli/runs/run_files.h"
#include "heed/examples/cli/training/trainer.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/safetensors.h"
#include "heed/framework/nn/module.h"

namespace heed {

/// What a result depends on bit for bit, besides the configuration.
struct Origin {
  std::string version;  ///< of heed
  std::string simd;     ///< the vector instructions
  std::string blas;     ///< the kernels of OpenBLAS

  friend bool operator==(const Origin&, const Origin&) = default;
};
/// Of this program on this machine.
Origin this_origin();

/// What binds the files of a checkpoint to each other and to their run. Its step and its
/// configuration stand beside it, under the same checksum.
struct CheckpointIdentity {
  std::string run;             ///< see run_record.h
  std::string model = {};      ///< checksum of model.safetensors
  std::string optimizer = {};  ///< and of optimizer.safetensors

  friend bool operator==(const CheckpointIdentity&, const CheckpointIdentity&) = default;
};

/// What state.json holds.
struct CheckpointState {
  TrainingState training;
  uint64_t seed = 0;   ///< of the random streams, whose position is the step
  double next_lr = 0;  ///< where the schedule is
  DataFingerprint data;
  int64_t metrics_bytes = 0;  ///< of metrics.jsonl, up to this step
  Origin origin = this_origin();
  std::string config;                               ///< as JSON: see to_json
  std::optional<CheckpointIdentity> identity = {};  ///< none in checkpoints of earlier versions
};

/// As JSON with a checksum.
std::string to_json(const CheckpointState& state);
/// Reads state.json; `path` is for messages. Throws IoError.
CheckpointState read_checkpoint_state(const std::string& text, const std::string& path);

/// What the two tensor files hold.
struct CheckpointTensors {
  NamedTensors model;
  std::map<std::string, std::string> metadata;  ///< of model.safetensors: see model_metadata
  NamedTensors optimizer;
};

/// The checkpoints of a run.
class CheckpointFolder {
 public:
  /// The folder "checkpoints" in `run`, made at the first save.
  explicit CheckpointFolder(const std::string& run) : path_(checkpoints_folder(run)) {}

  /// Removes what an interrupted save left behind.
  void clean() const;
  /// Writes a checkpoint if it is not there yet, then removes all but the last `most`, the best one
  /// and, if it `keeps_first`, that of step 0. `state` has its identity but for the checksums.
  /// Throws IoError, also if there is another one of that step; then nothing has changed.
  void save(CheckpointState state, const CheckpointTensors& tensors, int64_t most,
            bool keeps_first = false) const;
  /// Whether a path names a checkpoint in here.
  bool holds(const std::string& checkpoint) const;
  /// The one before `checkpoint`, which is in here; none if it is the first.
  std::optional<std::string> before(const std::string& checkpoint) const;
  /// Renames those after `checkpoint`, so that a run can continue from there without them. Returns
  /// the new names.
  std::vector<std::string> set_aside_after(const std::string& checkpoint) const;

  /// Paths of all checkpoints, the oldest first.
  std::vector<std::string> list() const;
  /// The newest; none if there is none.
  std::optional<std::string> newest() const;
  /// The one with the lowest held-out loss, according to the newest; none if it is not there.
  std::optional<std::string> best() const;
  /// What `read` makes of the checkpoint that `choose` gives. If a run that is still training
  /// removes it meanwhile, both are called again.
  template <class Choose, class Read>
  static auto read_chosen(const Choose& choose, const Read& read);

 private:
  void prune(const TrainingState& state, int64_t most, bool keeps_first) const;
  std::string path_;
};

template <class Choose, class Read>
auto CheckpointFolder::read_chosen(const Choose& choose, const Read& read) {
  constexpr int most_tries = 100;
  for (int left = most_tries;; --left) {
    const std::string checkpoint = choose();
    try {
      return read(checkpoint);
    } catch (const IoError&) {
      if (left == 0 || has_folder(checkpoint)) throw;
    }
  }
}

/// Reads a checkpoint's state.json. Throws IoError, also if the directory has the name of another
/// step, or lies in another run.
CheckpointState load_checkpoint_state(const std::string& checkpoint);
/// Reads a checkpoint's model.safetensors. Throws IoError, also if it belongs to another
/// checkpoint.
TensorFile load_checkpoint_model(const std::string& checkpoint, const CheckpointState& state);
/// Puts a trainer into the state of a checkpoint. Throws IoError if a file is damaged or belongs to
/// another checkpoint, ModuleError if it does not fit the configuration.
void restore_checkpoint(Trainer& trainer, const std::string& checkpoint,
                        const CheckpointState& state);

}  // namespace heed
