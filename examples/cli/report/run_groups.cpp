#include "heed/examples/cli/report/run_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/report/curves.h"

namespace heed {
namespace {

constexpr size_t most_groups = 24;  // of which the lines of a figure can be told apart

/// "lr" of "train.lr".
std::string short_key(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

std::string label_of(const std::vector<DifferingKey>& keys, size_t run) {
  std::string label;
  for (const DifferingKey& key : keys) {
    if (key.path == "train.seed") continue;
    label +=
        (label.empty() ? "" : ", ") + short_key(key.path) + "=" + shown_text(key.values[run], 40);
  }
  return label;
}

/// What a line of one run is made of.
using SeriesOf = std::function<Series(const Metrics& metrics, const std::string& name)>;

struct Measurement {
  const char* id;
  const char* title;
  const char* y_name;
  bool is_share;
  bool is_noisy;
  SeriesOf series;
};

SeriesOf held_out(double MeasuredAccuracy::*value) {
  return [value](const Metrics& metrics, const std::string& name) {
    return held_out_series(metrics, name, value);
  };
}

SeriesOf stepwise(double MeasuredStep::*value) {
  return [value](const Metrics& metrics, const std::string& name) {
    return step_series(metrics, name, value);
  };
}

std::vector<Measurement> measurements() {
  return {{"loss", "Held-out loss", "cross-entropy, nats", false, false,
           held_out(&MeasuredAccuracy::loss)},
          {"accuracy", "Exact-match accuracy", "whole sequences that are right", true, false,
           held_out(&MeasuredAccuracy::sequence_accuracy)},
          {"token-accuracy", "Token accuracy", "tokens that are right", true, false,
           held_out(&MeasuredAccuracy::token_accuracy)},
          {"training-loss", "Loss of training batches", "cross-entropy, nats", false, true,
           stepwise(&MeasuredStep::loss)},
          {"lr", "Learning rate", "learning rate", false, false, stepwise(&MeasuredStep::lr)},
          {"grad-norm", "Gradient norm", "norm before clipping", false, true,
           stepwise(&MeasuredStep::grad_norm)}};
}

/// Adds the lines of a group.
void add_group(ReportFigure& figure, const Measurement& measurement,
               const std::vector<RunReport>& runs, const NamedGroup& group) {
  std::vector<Series> each;
  for (const size_t run : group.runs) {
    each.push_back(measurement.series(runs[run].metrics, group.label));
  }
  const auto add = [&](Series series, size_t run) {
    if (series.x.empty()) return;
    figure.figure.series.push_back(std::move(series));
    figure.runs.push_back(run);
  };
  if (each.size() == 1) {
    add(std::move(each.front()), group.runs.front());
  } else {
    Series mean = mean_of(fmt::format("{} (mean of {})", group.label, each.size()), each);
    if (mean.x.empty()) return;
    for (size_t i = 0; i < each.size(); ++i) {
      each[i].name = mean.name;  // they are shown and hidden together
      each[i].is_faint = true;
      add(std::move(each[i]), group.runs[i]);
    }
    add(std::move(mean), group.runs.front());
  }
  if (measurement.is_noisy && !figure.figure.series.empty()) {
    figure.noisy.push_back(figure.figure.series.size() - 1);
  }
}

/// Which group ends with the least or the most.
std::string about(const ReportFigure& figure, bool is_share) {
  const Series* best = nullptr;
  for (const Series& series : figure.figure.series) {
    if (series.is_faint || !(series.y.back() == series.y.back())) continue;
    const bool is_better = best == nullptr || (is_share ? series.y.back() > best->y.back()
                                                        : series.y.back() < best->y.back());
    if (is_better) best = &series;
  }
  if (best == nullptr) return "";
  return fmt::format("The {} at the end is {}, of {}.", is_share ? "largest" : "smallest",
                     shown_number(best->y.back()), best->name);
}

double best_loss(const RunReport& run) {
  return run.summary.best ? run.summary.best->held_out.loss
                          : std::numeric_limits<double>::infinity();
}

/// The groups with the lowest losses, in their old order.
std::vector<NamedGroup> best_groups(const std::vector<RunReport>& runs,
                                    std::vector<NamedGroup> groups) {
  if (groups.size() <= most_groups) return groups;
  const auto loss = [&](const NamedGroup& group) {
    double least = std::numeric_limits<double>::infinity();
    for (const size_t run : group.runs) least = std::min(least, best_loss(runs[run]));
    return least;
  };
  std::vector<double> losses;
  for (const NamedGroup& group : groups) losses.push_back(loss(group));
  std::nth_element(losses.begin(), losses.begin() + most_groups - 1, losses.end());
  const double limit = losses[most_groups - 1];
  std::erase_if(groups, [&](const NamedGroup& group) { return loss(group) > limit; });
  groups.resize(std::min(groups.size(), most_groups));
  return groups;
}

}  // namespace

Series mean_of(const std::string& name, const std::vector<Series>& all) {
  struct Sum {
    size_t count = 0;
    double sum = 0, least = 0, most = 0;
  };
  std::map<double, Sum> sums;
  for (const Series& series : all) {
    for (size_t i = 0; i < series.x.size(); ++i) {
      const double y = series.y[i];
      Sum& sum = sums[series.x[i]];
      sum.least = sum.count == 0 ? y : std::min(sum.least, y);
      sum.most = sum.count == 0 ? y : std::max(sum.most, y);
      sum.sum += y;
      ++sum.count;
    }
  }
  Series mean{name, {}, {}};
  for (const auto& [x, sum] : sums) {
    if (sum.count < all.size()) continue;
    mean.x.push_back(x);
    mean.y.push_back(sum.sum / static_cast<double>(sum.count));
    mean.low.push_back(sum.least);
    mean.high.push_back(sum.most);
  }
  return mean;
}

RunGroups groups_of(const std::vector<RunReport>& runs) {
  std::vector<RunSummary> summaries;
  std::vector<FlatConfig> configs;
  for (const RunReport& run : runs) {
    summaries.push_back(run.summary);
    configs.push_back(run.summary.values);
  }
  RunGroups result{differing_keys(configs), {}};
  for (RunGroup& group : group_by_seed(summaries)) {
    std::string label = label_of(result.keys, group.front());
    if (label.empty()) label = runs[group.front()].summary.task;
    result.groups.push_back({std::move(label), std::move(group)});
  }
  return result;
}

std::vector<ReportFigure> overlaid_curves(const std::vector<RunReport>& runs,
                                          const RunGroups& groups) {
  std::vector<ReportFigure> figures;
  for (const Measurement& measurement : measurements()) {
    ReportFigure figure{.id = measurement.id, .figure = {}, .is_curve = true};
    figure.figure.title = measurement.title;
    figure.figure.x_name = "step";
    figure.figure.y_name = measurement.y_name;
    if (measurement.is_share) figure.figure.y_holds = {0, 1};
    for (const NamedGroup& group : best_groups(runs, groups.groups)) {
      add_group(figure, measurement, runs, group);
    }
    if (figure.figure.series.empty()) continue;
    if (!measurement.is_noisy) figure.figure.about = about(figure, measurement.is_share);
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace heed
