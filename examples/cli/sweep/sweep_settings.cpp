#include "heed/examples/cli/sweep/sweep_settings.h"

#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/sweep/fault_list.h"
#include "heed/framework/base/random.h"

namespace heed {
namespace {

constexpr int64_t most_combinations = 1'000'000;  // of which a sample is drawn

int64_t combinations_of(const std::vector<SweptKey>& keys, bool is_sampled) {
  const int64_t most = is_sampled ? most_combinations : most_runs;
  int64_t product = 1;
  for (const SweptKey& key : keys) {
    product *= static_cast<int64_t>(key.values.size());
    if (product <= most) continue;
    refuse(key.place, text_of("a sweep has at most ", most, " combinations of values",
                              is_sampled ? "" : "; --sample N draws some of them"));
  }
  return product;
}

/// The arguments of --set for one combination; the last key changes fastest.
std::vector<std::string> combination(const std::vector<SweptKey>& keys, int64_t index) {
  std::vector<std::string> sets(keys.size());
  for (size_t k = keys.size(); k-- > 0;) {
    const auto count = static_cast<int64_t>(keys[k].values.size());
    sets[k] = keys[k].path + "=" + keys[k].values[static_cast<size_t>(index % count)];
    index /= count;
  }
  return sets;
}

std::vector<int64_t> shuffled_numbers(int64_t count, int64_t seed) {
  std::vector<int64_t> numbers(static_cast<size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  Rng rng(stream(static_cast<uint64_t>(seed), Purpose::user, text_coordinate("sweep")));
  rng.shuffle(std::span(numbers));
  return numbers;
}

std::string joined_sets(const std::vector<std::string>& sets) {
  std::string text;
  for (const std::string& set : sets) text += (text.empty() ? "--set " : " --set ") + set;
  return text.empty() ? "no --set" : text;
}

/// Which settings a request adds seeds to, or adds.
class SweepSettingChoice {
 public:
  SweepSettingChoice(const SweepPlan& plan, const SweepRequest& request, const SweepConfig& source)
      : request_(request), source_(source) {
    for (const PlannedRun& run : plan.runs) {
      SweepSetting setting{run.setting(), meaning_of(run.config, false), false};
      if (known_.emplace(setting.meaning, planned_.size()).second) {
        planned_.push_back(std::move(setting));
      }
    }
  }

  std::vector<SweepSetting> choose() {
    const int64_t count = combinations_of(request_.keys, request_.sample.has_value());
    check_each_value();
    const auto has_enough = [&] {
      return request_.sample &&
             static_cast<int64_t>(planned_.size() + added_.size()) >= *request_.sample;
    };
    for (const int64_t index : shuffled_numbers(count, request_.shuffle_seed)) {
      if (has_enough()) break;
      consider(combination(request_.keys, index));
    }
    faults_.throw_any();
    std::vector<SweepSetting> chosen;
    for (size_t i = 0; i < planned_.size(); ++i) {
      if (request_.sample || asked_.contains(i)) chosen.push_back(planned_[i]);
    }
    std::move(added_.begin(), added_.end(), std::back_inserter(chosen));
    return chosen;
  }

 private:
  /// Each value alone, with the first ones of the other keys: a sample may miss a wrong one, and of
  /// all combinations one value would be the fault of many.
  void check_each_value() {
    for (size_t k = 0; k < request_.keys.size(); ++k) {
      const SweptKey& key = request_.keys[k];
      std::map<std::string, std::string> values;  // by what they mean
      for (const std::string& value : key.values) {
        std::vector<std::string> sets = first_combination(request_.keys);
        sets[k] = key.path + "=" + value;
        const auto config = faults_.collect([&] { return source_.read(sets); });
        if (!config) continue;
        const auto [same, is_new] = values.emplace(meaning_of(*config, false), value);
        if (!is_new) faults_.add({key.place, value + " is the same as " + same->second});
      }
    }
    faults_.throw_any();
  }

  void consider(std::vector<std::string> sets) {
    const auto config = faults_.collect([&] { return source_.read(sets); });
    if (!config) return;
    SweepSetting setting{std::move(sets), meaning_of(*config, false)};
    const auto [same, is_first] = seen_.emplace(setting.meaning, setting.sets);
    if (!is_first) {
      return faults_.add(
          {joined_sets(setting.sets), "is the same as " + joined_sets(same->second)});
    }
    if (const auto planned = known_.find(setting.meaning); planned != known_.end()) {
      asked_.insert(planned->second);
    } else {
      added_.push_back(std::move(setting));
    }
  }

  const SweepRequest& request_;
  const SweepConfig& source_;
  std::vector<SweepSetting> planned_, added_;
  std::map<std::string, size_t> known_;  ///< where a meaning is in planned_
  std::set<size_t> asked_;
  std::map<std::string, std::vector<std::string>> seen_;
  FaultList faults_;
};

}  // namespace

/// All that a configuration says, with or without its seed: equal texts are equal configurations.
std::string meaning_of(const Config& config, bool with_seed) {
  std::string text;
  for (const auto& [path, value] : config.values()) {
    if (with_seed || path != "train.seed") text += path + "=" + config_text(value) + "\n";
  }
  return text;
}

std::vector<std::string> first_combination(const std::vector<SweptKey>& keys) {
  return combination(keys, 0);
}

std::vector<SweepSetting> choose_settings(const SweepPlan& plan, const SweepRequest& request,
                                          const SweepConfig& source) {
  return SweepSettingChoice(plan, request, source).choose();
}

}  // namespace heed
