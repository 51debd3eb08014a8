// Learning-rate schedules: a factor on the base rate for each step.
#pragma once

#include <cstdint>

namespace heed {

/// What follows the warm-up.
enum class ScheduleShape { constant, linear, cosine, inverse_sqrt };

struct ScheduleConfig {
  ScheduleShape shape = ScheduleShape::constant;
  int64_t warmup_steps = 0;  ///< the factor climbs to 1 in equal steps
  int64_t total_steps = 1;   ///< where linear and cosine reach the floor
  double floor = 0;          ///< smallest factor of linear and cosine
};

/// The factor for `step`, the first being 0: (step + 1)/warmup_steps while warming up, then 1
/// falling to the floor by a line or half a cosine over the steps that are left, or
/// √(warmup_steps / (step + 1)) without end. Throws ValueError on negative numbers.
double schedule_factor(const ScheduleConfig& config, int64_t step);

}  // namespace heed
