#include "heed/examples/cli/sweep/sweep_plan.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/sweep/fault_list.h"
#include "heed/examples/cli/sweep/run_name.h"
#include "heed/examples/cli/sweep/sweep_config.h"
#include "heed/examples/cli/sweep/sweep_settings.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr std::string_view seed_path = "train.seed", seed_set = "train.seed=";

/// Labels for run names: the keys in which settings differ.
class RunLabels {
 public:
  RunLabels(const SweepRequest& request, const SweepPlan& plan,
            const std::vector<SweepSetting>& settings) {
    for (const SweptKey& key : request.keys) {
      values_[key.path].insert(key.values.begin(), key.values.end());
    }
    for (const PlannedRun& run : plan.runs) add(run.setting());
    for (const SweepSetting& setting : settings) add(setting.sets);
    for (const auto& [path, values] : values_) {
      if (values.size() > 1) paths_.push_back(path);
    }
    names_ = short_names(paths_);
  }

  std::vector<std::pair<std::string, std::string>> label(
      const std::vector<std::string>& sets) const {
    std::vector<std::pair<std::string, std::string>> parts;
    for (const std::string& set : sets) {
      const auto path = std::find(paths_.begin(), paths_.end(), set.substr(0, set.find('=')));
      if (path == paths_.end()) continue;
      std::string value = set.substr(path->size() + 1);
      if (value.starts_with('"') && value.ends_with('"') && value.size() > 1) {
        value = value.substr(1, value.size() - 2);
      }
      parts.emplace_back(names_[static_cast<size_t>(path - paths_.begin())], std::move(value));
    }
    return parts;
  }

 private:
  void add(const std::vector<std::string>& sets) {
    for (const std::string& set : sets) {
      const size_t equals = set.find('=');
      values_[set.substr(0, equals)].insert(set.substr(equals + 1));
    }
  }

  std::map<std::string, std::set<std::string>> values_;
  std::vector<std::string> paths_, names_;
};

/// The seeds as --set takes them.
std::vector<std::string> seeds_of(const SweepRequest& request, const SweepConfig& source) {
  if (!request.seeds.empty() && request.seed_count == 1) return request.seeds;
  std::vector<std::string> sets = first_combination(request.keys);
  if (!request.seeds.empty()) sets.push_back(text_of(seed_set, request.seeds.front()));
  const auto first = source.read(sets).get<int64_t>(seed_path);
  std::vector<std::string> seeds;
  for (int64_t i = 0; i < request.seed_count; ++i) {
    if (first > INT64_MAX - i) refuse("--seeds", "train.seed would be larger than 2^63 - 1");
    seeds.push_back(std::to_string(first + i));
  }
  return seeds;
}

void check_count(size_t runs) {
  if (static_cast<int64_t>(runs) <= most_runs) return;
  refuse("heed sweep", text_of("a sweep has at most ", most_runs, " runs: found ", runs));
}

}  // namespace

std::vector<std::string> PlannedRun::setting() const {
  const auto seed = std::find_if(sets.begin(), sets.end(),
                                 [](const std::string& set) { return set.starts_with(seed_set); });
  return {sets.begin(), seed};
}

SweepRequest read_request(const std::vector<std::string>& sets, std::optional<int64_t> seeds) {
  std::vector<ConfigFault> faults;
  SweepRequest request{.keys = parse_swept_keys(sets, faults), .seeds = {}, .sample = {}};
  const auto seed = std::find_if(request.keys.begin(), request.keys.end(),
                                 [](const SweptKey& key) { return key.path == seed_path; });
  if (seed != request.keys.end()) {
    request.seeds = std::move(seed->values);
    if (seeds && request.seeds.size() > 1) {
      faults.push_back({seed->place, "lists the seeds, and so does --seeds; remove one of them"});
    }
    request.keys.erase(seed);
  }
  if (!faults.empty()) throw ConfigError(std::move(faults));
  request.seed_count = seeds.value_or(1);
  return request;
}

void extend_plan(SweepPlan& plan, const SweepRequest& request, const SweepConfig& source) {
  const std::vector<SweepSetting> settings = choose_settings(plan, request, source);
  const std::vector<std::string> seeds = seeds_of(request, source);
  const RunLabels labels(request, plan, settings);
  check_count(settings.size() * seeds.size());
  std::set<std::string> known;
  for (const PlannedRun& run : plan.runs) known.insert(meaning_of(run.config, true));
  std::vector<PlannedRun> added;
  FaultList faults;
  for (const std::string& seed : seeds) {
    for (const SweepSetting& setting : settings) {
      auto run = faults.collect([&] {
        std::vector<std::string> sets = setting.sets;
        sets.push_back(text_of(seed_set, seed));
        sets = source.with_paths(std::move(sets));
        Config config = source.read(sets);
        if (setting.is_new && seed == seeds.front()) source.check(sets);
        return PlannedRun{{}, std::move(sets), std::move(config)};
      });
      if (!run || !known.insert(meaning_of(run->config, true)).second) continue;
      const auto number = static_cast<int64_t>(plan.runs.size() + added.size() + 1);
      run->name = run_name(number, labels.label(setting.sets), seed);
      added.push_back(*std::move(run));
    }
  }
  faults.throw_any();
  check_count(plan.runs.size() + added.size());
  std::move(added.begin(), added.end(), std::back_inserter(plan.runs));
}

}  // namespace heed
