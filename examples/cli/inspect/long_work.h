// LongWork: work of many equal parts, which says how long it takes and is refused if that is too
// long.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace heed {

class LongWork {
 public:
  struct Plan {
    std::string name;   ///< of what is worked on, for messages
    std::string parts;  ///< what the parts are: "outputs"
    int64_t count;      ///< how many there are
    int64_t most_minutes;
    std::string instead;  ///< what is quicker, for the refusal
  };
  explicit LongWork(Plan plan) : plan_(std::move(plan)) {}

  /// Before each part. Once the first ones show how long all of them take, says so on stderr if it
  /// is long, and throws ConfigError if it is longer than allowed; later shows progress.
  void next();

 private:
  using Clock = std::chrono::steady_clock;
  void judge(double seconds_for_all);

  Plan plan_;
  int64_t done_ = -1;  // parts
  bool is_judged_ = false;
  Clock::time_point start_ = Clock::now(), shown_ = start_;
};

}  // namespace heed
