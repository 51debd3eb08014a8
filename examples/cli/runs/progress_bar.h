// ProgressBar: shows a training on stderr.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/training/trainer.h"

namespace heed {

/// On a terminal one line of the training that changes, and a line of each evaluation that stays;
/// elsewhere a line for each evaluation.
class ProgressBar : public TrainingObserver {
 public:
  /// Of what the trainer does. `log` gets each line that is not replaced by a later one.
  explicit ProgressBar(const Trainer& trainer, std::function<void(const std::string&)> log = {});
  ~ProgressBar() override;

  void on_step(const StepReport& report) override;
  void on_evaluation(int64_t step, const Evaluation& evaluation) override;

  /// Shows and logs a line.
  void show(const std::string& line);

 private:
  using Clock = std::chrono::steady_clock;
  /// What is said, the most important first.
  using Parts = std::vector<std::string>;

  Parts evaluation_parts(const Evaluation& evaluation) const;
  Parts rate_parts() const;
  std::string time_left() const;
  void draw();
  void clear();

  const Trainer& trainer_;
  std::function<void(const std::string&)> log_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_ = {};
  int64_t first_step_ = 0;  // of those that this process has taken
  std::optional<StepReport> last_;
  double tokens_per_second_ = 0;  // smoothed
  bool is_terminal_;
  bool has_colour_;
  bool is_drawn_ = false;
};

}  // namespace heed
