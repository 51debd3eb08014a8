#include "heed/framework/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "heed/framework/base/error.h"

namespace heed {

double schedule_factor(const ScheduleConfig& config, int64_t step) {
  if (step < 0 || config.warmup_steps < 0 || config.total_steps < 1 || !(config.floor >= 0)) {
    throw ValueError(
        "schedule_factor: needs step ≥ 0, warmup_steps ≥ 0, total_steps ≥ 1, floor ≥ 0, got ", step,
        ", ", config.warmup_steps, ", ", config.total_steps, ", ", config.floor);
  }
  const auto warmup = static_cast<double>(config.warmup_steps);
  if (step < config.warmup_steps) return static_cast<double>(step + 1) / warmup;
  const double length = std::max(1.0, static_cast<double>(config.total_steps) - warmup);
  const double done = std::min(1.0, (static_cast<double>(step) - warmup) / length);
  switch (config.shape) {
    case ScheduleShape::constant:
      return 1;
    case ScheduleShape::linear:
      return config.floor + (1 - config.floor) * (1 - done);
    case ScheduleShape::cosine:
      return config.floor + (1 - config.floor) * (1 + std::cos(std::numbers::pi * done)) / 2;
    case ScheduleShape::inverse_sqrt:
      break;
  }
  return std::sqrt(std::max(1.0, warmup) / static_cast<double>(step + 1));
}

}  // namespace heed
