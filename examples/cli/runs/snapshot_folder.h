// SnapshotFolder: the files of a run's snapshots. snapshots/snapshot.h says what is in them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "heed/framework/tensor/named_tensors.h"

namespace heed {

struct SnapshotFile {
  int64_t step;
  std::string path;
};

/// RUN/snapshots/step-000010.safetensors and so on: each is there whole or not at all.
class SnapshotFolder {
 public:
  /// The folder "snapshots" in `run`, made at the first save.
  explicit SnapshotFolder(const std::string& run);

  /// Throws IoError if the folder is a link, or no folder; changes nothing.
  void check() const { list(); }
  /// Writes the snapshot of a step, over the one that is there. Throws IoError; then that is as it
  /// was. A crash of the machine may spoil it until it is synced.
  void save(int64_t step, const NamedTensors& tensors,
            const std::map<std::string, std::string>& metadata) const;
  /// Waits until the disk has the snapshots of these steps. One by one, when they are saved, that
  /// would take longer than all the rest. Throws IoError.
  void sync(const std::vector<int64_t>& steps) const;
  /// Removes those of later steps, and what an interrupted save left behind.
  void remove_after(int64_t step) const;
  /// All, the earliest first.
  std::vector<SnapshotFile> list() const;

 private:
  std::string path_;
};

}  // namespace heed
