// What tests of stopping and resuming share: what must be the same, and a run to stop.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/framework/io/folder.h"
#include "heed/tests/examples/cli/program_run.h"

namespace heed::testing {

/// All of a run that must not depend on where it was stopped.
struct RunBits {
  std::vector<std::string> metrics;  ///< without tokens_per_second
  std::string model;
  std::string optimizer;
  std::map<std::string, std::string> snapshots = {};  ///< the files by name
  bool operator==(const RunBits&) const = default;
};

inline std::vector<std::string> metrics_lines(const Folder& folder, const std::string& run) {
  std::vector<std::string> lines;
  for (const std::string& text : lines_of(folder.read(run + "/metrics.jsonl"))) {
    auto line = nlohmann::ordered_json::parse(text);
    line.erase("tokens_per_second");
    lines.push_back(line.dump());
  }
  return lines;
}

/// Names of the checkpoints of a run, the oldest first.
inline std::vector<std::string> checkpoint_names(const Folder& folder, const std::string& run) {
  std::vector<std::string> names;
  for (const std::string& path : CheckpointFolder(folder / run).list()) {
    names.push_back(std::filesystem::path(path).filename().string());
  }
  return names;
}

/// The files of the snapshots of a run, by name.
inline std::map<std::string, std::string> snapshots_of(const Folder& folder,
                                                       const std::string& run) {
  std::map<std::string, std::string> files;
  for (const std::string& name : names_in(folder / (run + "/snapshots"))) {
    files[name] = folder.read(run + "/snapshots/" + name);
  }
  return files;
}

inline RunBits run_bits(const Folder& folder, const std::string& run) {
  const std::string last = run + "/checkpoints/" + checkpoint_names(folder, run).back();
  return {metrics_lines(folder, run), folder.read(last + "/model.safetensors"),
          folder.read(last + "/optimizer.safetensors"), snapshots_of(folder, run)};
}

/// A run of milliseconds whose learning rate does not depend on how many steps there are.
inline std::string resumable_config() {
  return R"({"task": {"type": "reverse", "symbols": 4, "length": 4},
             "model": {"d_model": 8, "d_ff": 8, "dropout": 0.2, "attention": {"type": "none"}},
             "train": {"steps": 6, "batch_size": 4, "eval_every": 3, "eval_sequences": 20,
                       "checkpoint_every": 1, "checkpoints_kept": 9}})";
}

/// `heed train` with one thread.
inline Ended run_train(const Folder& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "train");
  arguments.insert(arguments.end(), {"--threads", "1"});
  return run_heed(folder, arguments);
}

inline void train_well(const Folder& folder, const std::vector<std::string>& arguments) {
  const Ended ended = run_train(folder, arguments);
  if (ended.exit_code != 0) throw std::runtime_error("heed train failed: " + ended.err);
}

/// The same run of resumable_config(), never stopped.
inline RunBits unbroken_bits(const Folder& folder, const std::string& steps = "6") {
  folder.write("config.json", resumable_config());
  const std::string run = "unbroken-" + steps;
  train_well(folder, {"config.json", "--out", run, "--set", "train.steps=" + steps});
  return run_bits(folder, run);
}

}  // namespace heed::testing
