#include "heed/examples/cli/inspect/long_work.h"

#include <fmt/format.h>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/runs/terminal.h"

namespace heed {
namespace {

/// "40 seconds", "3 minutes", "5.2 hours".
std::string about_text(double seconds) {
  constexpr double minute = 60, hour = 3600;
  if (seconds < 2 * minute) return fmt::format("{:.0f} seconds", seconds);
  if (seconds < 2 * hour) return fmt::format("{:.0f} minutes", seconds / minute);
  return fmt::format("{:.1f} hours", seconds / hour);
}

}  // namespace

void LongWork::next() {
  constexpr double enough = 0.5, pause = 10;  // seconds
  if (++done_ == 0) {
    start_ = shown_ = Clock::now();
    return;
  }
  const auto now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double per_part = seconds / static_cast<double>(done_);
  if (!is_judged_ && seconds >= enough) {
    is_judged_ = true;
    judge(per_part * static_cast<double>(plan_.count));
  }
  if (std::chrono::duration<double>(now - shown_).count() < pause) return;
  shown_ = now;
  say(fmt::format("{}: {} of {} {}, about {} left", plan_.name, done_, plan_.count, plan_.parts,
                  about_text(per_part * static_cast<double>(plan_.count - done_))));
}

void LongWork::judge(double seconds_for_all) {
  constexpr double is_long = 10, minute = 60;  // seconds
  const std::string estimate =
      fmt::format("about {} for {} {}", about_text(seconds_for_all), plan_.count, plan_.parts);
  if (seconds_for_all > minute * static_cast<double>(plan_.most_minutes)) {
    refuse(plan_.name, fmt::format("this takes {}, more than --minutes {} allows; raise it, or "
                                   "{} takes less",
                                   estimate, plan_.most_minutes, plan_.instead));
  }
  if (seconds_for_all >= is_long) say(plan_.name + ": " + estimate);
}

}  // namespace heed
