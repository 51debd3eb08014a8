#include "heed/framework/optim/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "heed/framework/base/error.h"

namespace heed {

std::span<const Schedule> schedules() {
  static const std::array table{
      Schedule{.name = "constant",
               .help = "stays at lr, up to a cool-down at the end if there is one",
               .has_floor = true,
               .has_cooldown = true,
               .factor = [](const ScheduleStep& at) { return 1 - (1 - at.floor) * at.cooled; }},
      Schedule{
          .name = "linear",
          .help = "decays linearly to the floor at the last step",
          .has_floor = true,
          .factor =
              [](const ScheduleStep& at) { return at.floor + (1 - at.floor) * (1 - at.done); }},
      Schedule{.name = "cosine",
               .help = "decays to the floor at the last step along half a cosine",
               .has_floor = true,
               .factor =
                   [](const ScheduleStep& at) {
                     return at.floor +
                            (1 - at.floor) * (1 + std::cos(std::numbers::pi * at.done)) / 2;
                   }},
      Schedule{.name = "inverse_sqrt",
               .help = "decays as √(warmup_steps / step) indefinitely",
               .factor = [](const ScheduleStep& at) {
                 const double warmup = std::max(1.0, static_cast<double>(at.warmup_steps));
                 return std::sqrt(warmup / (static_cast<double>(at.step) + 1));
               }}};
  return table;
}

const Schedule& schedule_named(std::string_view name) {
  for (const Schedule& schedule : schedules()) {
    if (schedule.name == name) return schedule;
  }
  throw ValueError("schedule_named: there is no schedule \"", name, "\"");
}

namespace {

/// How far the cool-down of a step has fallen.
double cooled(const ScheduleConfig& config, int64_t step) {
  const int64_t length = std::min(config.cooldown_steps,
                                  std::max(int64_t{0}, config.total_steps - config.warmup_steps));
  const int64_t taken = step - (config.total_steps - length);
  if (length == 0 || taken < 0) return 0;
  // Counted as doubles, since the last of all steps has no successor as an integer.
  const double done =
      std::min(1.0, (static_cast<double>(taken) + 1) / (static_cast<double>(length) + 1));
  return config.cooldown == Cooldown::sqrt ? std::sqrt(done) : done;
}

}  // namespace

double schedule_factor(const ScheduleConfig& config, int64_t step) {
  if (step < 0 || config.warmup_steps < 0 || config.total_steps < 1 || !(config.floor >= 0) ||
      config.cooldown_steps < 0) {
    throw ValueError(
        "schedule_factor: needs step ≥ 0, warmup_steps ≥ 0, total_steps ≥ 1, floor ≥ 0, "
        "cooldown_steps ≥ 0, got ",
        step, ", ", config.warmup_steps, ", ", config.total_steps, ", ", config.floor, ", ",
        config.cooldown_steps);
  }
  const auto warmup = static_cast<double>(config.warmup_steps);
  if (step < config.warmup_steps) return static_cast<double>(step + 1) / warmup;
  const double length = std::max(1.0, static_cast<double>(config.total_steps) - warmup);
  const double done = std::min(1.0, (static_cast<double>(step) - warmup) / length);
  return config.shape.factor({step, config.warmup_steps, done, config.floor, cooled(config, step)});
}

}  // namespace heed
