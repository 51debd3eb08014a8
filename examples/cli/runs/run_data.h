// What data a run has seen: to notice that it has changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/tasks/task.h"

namespace heed {

/// A file that a task has read.
struct SeenFile {
  std::string key;  ///< that names it: "task.path"
  std::string path;
  std::string checksum;  ///< of what the task took from it
};

/// What tells the data of a task from other data.
struct DataFingerprint {
  std::string checksum;  ///< see data_checksum
  /// False in checkpoints of earlier versions, which did not add all of a fixed training set.
  bool is_whole = true;
  std::vector<SeenFile> files{};      ///< none in checkpoints of earlier versions
  std::optional<int64_t> held_out{};  ///< how many sequences; likewise
};

DataFingerprint fingerprint_of(const Task& task);

/// As state.json and run.json hold it.
JsonValue to_json(const DataFingerprint& data);
/// None if it is not one.
std::optional<DataFingerprint> read_fingerprint(const JsonValue& json);

/// A checksum of all that the task has read from files, and of some sequences that it draws; unless
/// it `is_whole`, of a fixed training set only the sequences that are evaluated.
std::string data_checksum(const Task& task, bool is_whole = true);

/// How the data of a task differs from what a run had.
struct DataDifference {
  std::string text{};  ///< for messages, naming each file that has changed; "": it does not differ
  bool in_files = false;  ///< a file has changed

  explicit operator bool() const { return !text.empty(); }
};
DataDifference data_difference(const Task& task, const DataFingerprint& before);

}  // namespace heed
