// The settings of a sweep that a request asks for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heed/examples/cli/sweep/sweep_config.h"
#include "heed/examples/cli/sweep/sweep_plan.h"

namespace heed {

constexpr int64_t most_runs = 10'000;  ///< of a sweep

struct SweepSetting {
  std::vector<std::string> sets;  ///< without train.seed
  std::string meaning;            ///< see meaning_of
  bool is_new = true;             ///< not in the plan yet
};

/// All that a configuration says, with or without its seed: equal texts are equal configurations.
std::string meaning_of(const Config& config, bool with_seed);

/// The arguments of --set for the first value of each key.
std::vector<std::string> first_combination(const std::vector<SweptKey>& keys);

/// Those that the plan has, in its order, then new ones, shuffled. Of a request without a sample
/// they are all combinations of its values, else all that the plan has and as many more as the
/// sample lacks. Throws ConfigError with the faults of all configurations.
std::vector<SweepSetting> choose_settings(const SweepPlan& plan, const SweepRequest& request,
                                          const SweepConfig& source);

}  // namespace heed
