// Progress: shows a run while it goes on, and keeps its metrics and its log.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "heed/examples/cli/runs/run_directory.h"
#include "heed/examples/cli/training/trainer.h"

namespace heed {

/// On a terminal one line that changes; elsewhere a line for each evaluation. All on stderr.
class Progress : public TrainingObserver {
 public:
  Progress(RunDirectory& directory, int64_t steps);
  ~Progress() override;

  void on_step(const StepReport& report) override;
  void on_evaluation(int64_t step, const Evaluation& evaluation) override;
  void on_checkpoint(const Trainer& trainer) override;
  /// True once a signal asked for it.
  bool wants_stop() override;

  /// A line for stderr and the log.
  void say(const std::string& line);

 private:
  using Clock = std::chrono::steady_clock;
  std::string status() const;
  void show_bar();
  void end_bar();

  RunDirectory& directory_;
  int64_t steps_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = {};
  int64_t first_step_ = 0;  // of those that this process has taken
  StepReport last_ = {};
  double tokens_per_second_ = 0;  // smoothed
  std::optional<Evaluation> evaluation_;
  bool is_terminal_;
  bool has_colour_;
  bool bar_is_shown_ = false;
};

}  // namespace heed
