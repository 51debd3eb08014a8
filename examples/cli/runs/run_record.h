// RunRecord: what made a run: run.json of its directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/config/config.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/runs/run_data.h"

namespace heed {

/// What is known of one process when it begins to train a run.
struct SessionStart {
  std::vector<std::string> command;  ///< as typed
  std::string from{};                ///< what it resumes; "" for a new run
  int64_t step = 0;                  ///< taken before it
  std::string config{};              ///< as JSON: see to_json
  DataFingerprint data{};
  int64_t ranks = 1;  ///< processes that train together
};

/// What run.json says of one process; texts are "" and numbers none where it does not say.
struct Session {
  std::vector<std::string> command{};
  std::string directory, host, started, heed, commit, simd, blas, from;
  std::optional<int64_t> threads, ranks, first_step, last_step;
  std::string end;  ///< "running", "finished", "interrupted by …", "diverged: …", "failed: …"
  std::string ended;
  std::optional<double> seconds;
};

/// The processes that have trained a run, the first one first. A value; RunDirectory writes it.
class RunRecord {
 public:
  /// Of a run that heed made before there was a run.json: without an id.
  RunRecord() = default;
  /// Of a new run, with an id that no other has.
  static RunRecord of_new_run();
  /// Reads the run.json of a run directory. Throws IoError if it is damaged.
  static RunRecord read(const std::string& run);

  /// Adds a process: this one, which begins now. Whatever was said to be running is not any more.
  void begin(const SessionStart& start);
  /// Says how this process ends, now, after `step`; the first time it is called.
  void end(std::string_view how, int64_t step);

  /// The data that a configuration, the text of config.json, was last used with; none if it is not
  /// known.
  std::optional<DataFingerprint> data_of(std::string_view config) const;

  /// Who the run is, for its checkpoints: 16 hexadecimal digits, not from its seed. "" if it has
  /// none yet.
  const std::string& id() const { return id_; }
  /// Gives a run its id; a new one if that is "".
  void set_id(std::string id);

  /// What is known of each process, the first one first.
  std::vector<Session> sessions() const;

  std::string to_json() const;

 private:
  std::string id_;
  std::vector<JsonValue> sessions_;  // objects
  int64_t began_ = 0;                // by a clock that is never set
};

}  // namespace heed
