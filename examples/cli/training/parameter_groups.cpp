#include "heed/examples/cli/training/parameter_groups.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace heed {
namespace {

std::vector<std::string> alternatives_of(const std::string& pattern) {
  std::vector<std::string> all(1);
  for (const char c : pattern) {
    if (c == '|') {
      all.emplace_back();
    } else {
      all.back() += c;
    }
  }
  return all;
}

/// The paths, those that differ only in a number once: "blocks.*.norm.weight".
std::string listed(const NamedTensors& parameters) {
  std::vector<std::string> shapes;
  for (const auto& [path, tensor] : parameters) {
    std::string shape;
    for (size_t begin = 0; begin <= path.size();) {
      const size_t end = std::min(path.find('.', begin), path.size());
      const std::string part = path.substr(begin, end - begin);
      const bool is_number = part.find_first_not_of("0123456789") == std::string::npos;
      shape += (shape.empty() ? "" : ".") + (is_number ? "*" : part);
      begin = end + 1;
    }
    if (std::find(shapes.begin(), shapes.end(), shape) == shapes.end()) shapes.push_back(shape);
  }
  std::string text;
  for (const std::string& shape : shapes) text += (text.empty() ? "" : ", ") + shape;
  return text;
}

/// Takes the parameters of a group out of those that are left.
NamedTensors take(const GroupKeys& group, const NamedTensors& all, NamedTensors& left) {
  NamedTensors taken;
  for (const std::string& pattern : alternatives_of(group.pattern)) {
    const auto is_ours = [&](const auto& named) { return matches(pattern, named.first); };
    if (std::none_of(all.begin(), all.end(), is_ours)) {
      group.pattern.refuse("no parameter matches \"", pattern, "\"; there are ", listed(all));
    }
    const auto rest = std::stable_partition(left.begin(), left.end(),
                                            [&](const auto& named) { return !is_ours(named); });
    if (rest == left.end()) {
      group.pattern.refuse("every parameter that matches \"", pattern,
                           "\" belongs to an earlier pattern", left.empty() ? "" : "; left are ",
                           listed(left));
    }
    taken.insert(taken.end(), rest, left.end());
    left.erase(rest, left.end());
  }
  return taken;
}

/// The parameters of a group, those with the decay of vectors apart.
class Sorter {
 public:
  /// `wanted`: the parameters that the optimizers get; nullptr: all.
  Sorter(const TrainingConfig& config, const std::set<std::string>* wanted)
      : config_(config), wanted_(wanted) {}

  std::vector<TrainedParameters::Part> parts{};
  std::vector<std::unique_ptr<Optimizer>> optimizers{};

  void add_group(const GroupKeys& group, const NamedTensors& parameters) {
    if (group.frozen) {
      parts.push_back({frozen_part, 0, 0, parameters});
      return;
    }
    const bool inherits = group.optimizer.name() == inherited_optimizer;
    const std::string& name = inherits ? config_.optimizer.name() : group.optimizer.name();
    const std::vector<ParameterGroup> groups =
        split(name, parameters, group.lr_factor, group.weight_decay);
    if (inherits) {
      inheriting_.insert(inheriting_.end(), groups.begin(), groups.end());
    } else {
      add(optimizers.end(), group.optimizer, group.pattern.path(), groups);
    }
  }

  /// What no group took, and those that inherit.
  void add_rest(const NamedTensors& parameters) {
    std::vector<ParameterGroup> groups = split(config_.optimizer.name(), parameters, 1, {});
    groups.insert(groups.end(), inheriting_.begin(), inheriting_.end());
    add(optimizers.begin(), config_.optimizer, config_.optimizer.path(), groups);
  }

 private:
  /// Parameters of one learning rate: those that decay, then those that do not.
  std::vector<ParameterGroup> split(const std::string& optimizer, const NamedTensors& parameters,
                                    double lr_factor, const std::optional<double>& weight_decay) {
    ParameterGroup decaying{{}, lr_factor, weight_decay.value_or(config_.weight_decay)};
    ParameterGroup others{{}, lr_factor, 0};
    for (const auto& named : parameters) {
      const bool decays =
          weight_decay || config_.weight_decay_of == Decayed::all || named.second.dim() >= 2;
      (decays ? decaying : others).parameters.push_back(named);
    }
    std::vector<ParameterGroup> groups;
    for (ParameterGroup* group : {&decaying, &others}) {
      if (group->parameters.empty()) continue;
      parts.push_back({optimizer, lr_factor, *group->weight_decay, group->parameters});
      groups.push_back(std::move(*group));
    }
    return groups;
  }

  /// Makes an optimizer, unless it would train nothing. What it refuses is the fault of the key
  /// `path`.
  void add(std::vector<std::unique_ptr<Optimizer>>::const_iterator place,
           const Chosen<Optimizers>& optimizer, const std::string& path,
           std::vector<ParameterGroup> groups) {
    if (wanted_ != nullptr) {
      for (ParameterGroup& group : groups) {
        std::erase_if(group.parameters,
                      [&](const auto& named) { return !wanted_->contains(named.first); });
      }
      std::erase_if(groups, [](const ParameterGroup& group) { return group.parameters.empty(); });
    }
    if (groups.empty()) return;
    try {
      optimizers.insert(
          place, optimizer(groups, {.lr = config_.lr, .weight_decay = config_.weight_decay}));
    } catch (const ValueError& error) {
      throw KeyError(path, error.what());
    }
  }

  const TrainingConfig& config_;
  const std::set<std::string>* wanted_;
  std::vector<ParameterGroup> inheriting_;
};

Sorter sorted_groups(const Module& model, const TrainingConfig& config,
                     const std::set<std::string>* wanted) {
  const NamedTensors all = model.named_parameters();
  NamedTensors left = all;
  Sorter sorter(config, wanted);
  for (const GroupKeys& group : config.groups) sorter.add_group(group, take(group, all, left));
  sorter.add_rest(left);
  return sorter;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view path) {
  size_t at = 0, in_path = 0, star = pattern.npos, resumed = 0;
  while (in_path < path.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resumed = in_path;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == path[in_path])) {
      ++at;
      ++in_path;
    } else if (star != pattern.npos) {  // the last * takes one more character
      at = star + 1;
      in_path = ++resumed;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == pattern.npos;
}

FrozenScope::FrozenScope(const std::vector<TrainedParameters::Part>& parts) : parts_(parts) {
  set_requires_grad(false);
}

FrozenScope::~FrozenScope() {
  set_requires_grad(true);
}

void FrozenScope::set_requires_grad(bool value) const {
  for (const TrainedParameters::Part& part : parts_) {
    if (part.optimizer != frozen_part) continue;
    for (auto [path, parameter] : part.parameters) parameter.requires_grad_(value);
  }
}

TrainedParameters trained_parameters(const Module& model, const TrainingConfig& config) {
  Sorter sorter = sorted_groups(model, config, nullptr);
  if (sorter.optimizers.empty()) {
    throw KeyError(config.groups.path(), "every parameter is frozen; nothing is left to train");
  }
  return {std::move(sorter.parts), JointOptimizer(std::move(sorter.optimizers))};
}

std::optional<JointOptimizer> optimizer_of_some(const Module& model, const TrainingConfig& config,
                                                const std::set<std::string>& wanted) {
  Sorter sorter = sorted_groups(model, config, &wanted);
  if (sorter.optimizers.empty()) return {};
  return JointOptimizer(std::move(sorter.optimizers));
}

}  // namespace heed
