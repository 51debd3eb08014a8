// FaultList: what is wrong with many configurations that have most in common, each fault once.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/training/signals.h"

namespace heed {

class FaultList {
 public:
  void add(const ConfigFault& fault) {
    if (told_.insert(fault.text()).second) faults_.push_back(fault);
  }
  /// What `make` gives; none if it throws a ConfigError, whose faults are added.
  template <class Make>
  auto collect(const Make& make) -> std::optional<decltype(make())> {
    SignalWatch::poll();
    try {
      return make();
    } catch (const ConfigError& error) {
      for (const ConfigFault& fault : error.faults()) add(fault);
      return std::nullopt;
    }
  }
  void throw_any() {
    constexpr size_t most_told = 100;
    if (faults_.empty()) return;
    if (faults_.size() > most_told) faults_.resize(most_told);
    throw ConfigError(std::move(faults_));
  }

 private:
  std::set<std::string> told_;
  std::vector<ConfigFault> faults_;
};

}  // namespace heed
