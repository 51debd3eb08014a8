// LiveReport: the report of a run that is training, kept current.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "heed/examples/cli/training/registry.h"

namespace heed {

/// Writes RUN/report.html. No failure leaves it: each is one warning, and the training goes on.
class LiveReport {
 public:
  /// `tell` gets where the report is, or why it could not be written. The registry outlives it.
  LiveReport(const Registry& registry, std::function<void(const std::string&)> tell)
      : registry_(registry), tell_(std::move(tell)) {}
  /// Writes it for the last time, with examples and the model unless a signal has ended the run.
  ~LiveReport();
  LiveReport(const LiveReport&) = delete;
  LiveReport& operator=(const LiveReport&) = delete;

  /// Names the run: until then there is nothing to report.
  void begin(std::string run) { run_ = std::move(run); }
  /// After a checkpoint: curves and heads, unless the last report took more than a small part of
  /// the time since then.
  void update();

 private:
  using Clock = std::chrono::steady_clock;
  std::string path() const { return run_ + "/report.html"; }
  /// Whether that went well.
  bool write(bool asks_model) noexcept;
  void tell(const std::string& line) noexcept;

  const Registry& registry_;
  std::function<void(const std::string&)> tell_;
  std::string run_;
  Clock::time_point next_{};  // before which no update is written
};

}  // namespace heed
