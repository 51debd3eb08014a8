// The names of the files of a run directory and of its checkpoints. docs/runs.md says what is in
// them.
#pragma once

#include <cstdint>
#include <string>

#include "heed/framework/base/error.h"

namespace heed {

inline std::string config_file(const std::string& run) {
  return run + "/config.json";
}
inline std::string metrics_file(const std::string& run) {
  return run + "/metrics.jsonl";
}
inline std::string log_file(const std::string& run) {
  return run + "/log.txt";
}
inline std::string resumes_file(const std::string& run) {
  return run + "/resumes.jsonl";
}
inline std::string record_file(const std::string& run) {
  return run + "/run.json";
}
inline std::string vocabulary_file(const std::string& run) {
  return run + "/vocabulary.json";
}
/// In the run directory.
inline constexpr const char* lock_name = "lock";
/// The batch on which training failed after `step`.
inline std::string diverged_batch_file(const std::string& run, int64_t step) {
  return text_of(run, "/diverged-step-", step, ".safetensors");
}
/// Under this name a file or folder is written before it gets its own.
inline std::string partial_file(const std::string& run, const std::string& name) {
  return run + "/." + name + ".partial";
}

inline std::string checkpoints_folder(const std::string& run) {
  return run + "/checkpoints";
}
inline std::string snapshots_folder(const std::string& run) {
  return run + "/snapshots";
}
inline std::string model_file(const std::string& checkpoint) {
  return checkpoint + "/model.safetensors";
}
inline std::string optimizer_file(const std::string& checkpoint) {
  return checkpoint + "/optimizer.safetensors";
}
inline std::string state_file(const std::string& checkpoint) {
  return checkpoint + "/state.json";
}

}  // namespace heed
