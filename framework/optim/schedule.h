// Learning-rate schedules: a factor on the base rate for each step. A new schedule is a row of the
// table in schedule.cpp, from which the program takes its choices and their help.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace heed {

/// How a cool-down falls from 1 to the floor.
enum class Cooldown {
  linear,  ///< 1 − t
  sqrt,    ///< 1 − √t, which falls faster at first
};

/// Arguments of a schedule's formula: a step after the warm-up.
struct ScheduleStep {
  int64_t step;          ///< the first of all is 0
  int64_t warmup_steps;  ///< steps of the warm-up
  double done;           ///< from 0 after the warm-up to 1 at the last step and beyond
  double floor;          ///< where a decay ends, as a factor
  double cooled;  ///< how far the cool-down has fallen: from 0, until it starts, to 1 at the end
};

/// What follows the warm-up.
struct Schedule {
  std::string name;           ///< as in the configuration
  std::string help;           ///< the formula in words; "last step" if it depends on `done`
  bool has_floor = false;     ///< whether `factor` uses the floor
  bool has_cooldown = false;  ///< whether `factor` uses the cool-down
  std::function<double(const ScheduleStep&)> factor;  ///< of the base rate at this step
};

/// The schedules that come with heed.
std::span<const Schedule> schedules();
/// The one of this name. Throws ValueError if there is none.
const Schedule& schedule_named(std::string_view name);

/// A schedule with its lengths in steps.
struct ScheduleConfig {
  Schedule shape = schedule_named("constant");  ///< what follows the warm-up
  int64_t warmup_steps = 0;                     ///< the factor climbs to 1 in equal steps
  int64_t total_steps = 1;                      ///< where linear and cosine reach the floor
  double floor = 0;                      ///< the smallest factor of a schedule that has a floor
  int64_t cooldown_steps = 0;            ///< the last ones, at most those after the warm-up
  Cooldown cooldown = Cooldown::linear;  ///< how the last steps fall
};

/// The factor for `step`, the first being 0: (step + 1)/warmup_steps while warming up, then what
/// the shape's formula gives. Throws ValueError on negative numbers.
double schedule_factor(const ScheduleConfig& config, int64_t step);

}  // namespace heed
