#include "heed/examples/cli/report/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heed/framework/base/text.h"

namespace heed {
namespace {

bool is_measured(const Series& series) {
  return std::any_of(series.y.begin(), series.y.end(), [](double y) { return std::isfinite(y); });
}

/// Of the training set, where there is one.
Series training_series(const Metrics& metrics, const std::string& name,
                       double MeasuredAccuracy::*value) {
  Series series{name, {}, {}};
  for (const MeasuredEvaluation& evaluation : metrics.evaluations) {
    if (!evaluation.training) continue;
    series.x.push_back(static_cast<double>(evaluation.step));
    series.y.push_back((*evaluation.training).*value);
  }
  return series;
}

/// Adds a series that has anything to show.
void add(ReportFigure& figure, Series series, bool is_noisy = false) {
  if (!is_measured(series)) return;
  if (is_noisy) figure.noisy.push_back(figure.figure.series.size());
  figure.figure.series.push_back(std::move(series));
}

/// "from 2.31 to 0.0042".
std::string from_to(const Series& series) {
  double first = std::nan(""), last = first;
  for (const double y : series.y) {
    if (!std::isfinite(y)) continue;
    if (std::isnan(first)) first = y;
    last = y;
  }
  return "from " + shown_number(first) + " to " + shown_number(last);
}

std::string loss_about(const Metrics& metrics) {
  const Series held_out = held_out_series(metrics, "", &MeasuredAccuracy::loss);
  if (!is_measured(held_out)) {
    return "The loss of each training batch goes " +
           from_to(step_series(metrics, "", &MeasuredStep::loss)) + ".";
  }
  size_t best = 0;
  for (size_t i = 0; i < held_out.y.size(); ++i) {
    if (!(held_out.y[best] <= held_out.y[i])) best = i;
  }
  return fmt::format("Held-out loss goes {}; the lowest is {} at step {}.", from_to(held_out),
                     shown_number(held_out.y[best]), shown_number(held_out.x[best], 9));
}

ReportFigure curve(std::string id, std::string title, std::string y_name,
                   const std::vector<Mark>& marks) {
  ReportFigure figure{.id = std::move(id), .figure = {}, .is_curve = true};
  figure.figure.title = std::move(title);
  figure.figure.x_name = "step";
  figure.figure.y_name = std::move(y_name);
  figure.figure.marks = marks;
  return figure;
}

ReportFigure loss_figure(const Metrics& metrics, const std::vector<Mark>& marks) {
  ReportFigure figure = curve("loss", "Loss", "cross-entropy, nats", marks);
  add(figure, step_series(metrics, "training batch", &MeasuredStep::loss), true);
  add(figure, held_out_series(metrics, "held out", &MeasuredAccuracy::loss));
  add(figure, training_series(metrics, "training set", &MeasuredAccuracy::loss));
  figure.figure.about = loss_about(metrics);
  return figure;
}

ReportFigure accuracy_figure(const Metrics& metrics, const std::vector<Mark>& marks) {
  ReportFigure figure = curve("accuracy", "Accuracy", "share that is right", marks);
  figure.figure.y_holds = {0, 1};
  const Series sequences =
      held_out_series(metrics, "whole sequences", &MeasuredAccuracy::sequence_accuracy);
  const Series tokens = held_out_series(metrics, "tokens", &MeasuredAccuracy::token_accuracy);
  add(figure, sequences);
  add(figure, tokens);
  add(figure,
      training_series(metrics, "training set: sequences", &MeasuredAccuracy::sequence_accuracy));
  add(figure, training_series(metrics, "training set: tokens", &MeasuredAccuracy::token_accuracy));
  figure.figure.about = "Of the held-out sequences, those that are right everywhere go " +
                        from_to(sequences) + ", single tokens " + from_to(tokens) + ".";
  return figure;
}

ReportFigure rate_figure(const Metrics& metrics, const std::vector<Mark>& marks) {
  ReportFigure figure = curve("lr", "Learning rate", "learning rate", marks);
  const Series rate = step_series(metrics, "learning rate", &MeasuredStep::lr);
  add(figure, rate);
  figure.figure.about = "The learning rate goes " + from_to(rate) + ".";
  return figure;
}

ReportFigure norm_figure(const Metrics& metrics, const std::vector<Mark>& marks) {
  ReportFigure figure = curve("grad-norm", "Gradient norm", "norm before clipping", marks);
  const Series norm = step_series(metrics, "gradient norm", &MeasuredStep::grad_norm);
  add(figure, norm, true);
  figure.figure.about = "The norm of the gradient, before clipping, goes " + from_to(norm) + ".";
  return figure;
}

}  // namespace

Series held_out_series(const Metrics& metrics, const std::string& name,
                       double MeasuredAccuracy::*value) {
  Series series{name, {}, {}};
  for (const MeasuredEvaluation& evaluation : metrics.evaluations) {
    series.x.push_back(static_cast<double>(evaluation.step));
    series.y.push_back(evaluation.held_out.*value);
  }
  return series;
}

Series step_series(const Metrics& metrics, const std::string& name, double MeasuredStep::*value) {
  Series series{name, {}, {}};
  for (const MeasuredStep& step : metrics.steps) {
    series.x.push_back(static_cast<double>(step.step));
    series.y.push_back(step.*value);
  }
  return series;
}

std::vector<ReportFigure> curves_of(const Metrics& metrics, const std::vector<Mark>& marks) {
  std::vector<ReportFigure> figures;
  for (auto* make : {loss_figure, accuracy_figure, rate_figure, norm_figure}) {
    ReportFigure figure = make(metrics, marks);
    if (!figure.figure.series.empty()) figures.push_back(std::move(figure));
  }
  return figures;
}

RunClock clock_of(const Metrics& metrics, double batch_size, double seconds) {
  RunClock clock{.batch_size = batch_size};
  double all = 0;
  const auto duration = [](const MeasuredStep& step) {
    return step.tokens_per_second > 0 ? 1 / step.tokens_per_second : 0;  // 0 for NaN, too
  };
  for (const MeasuredStep& step : metrics.steps) all += duration(step);
  if (!(all > 0 && seconds > 0)) return clock;
  constexpr size_t knots = 200;
  const size_t stride = std::max<size_t>(1, metrics.steps.size() / knots);
  double passed = 0;
  for (size_t i = 0; i < metrics.steps.size(); ++i) {
    passed += duration(metrics.steps[i]);
    if (i % stride != 0 && i + 1 != metrics.steps.size()) continue;
    clock.steps.push_back(static_cast<double>(metrics.steps[i].step));
    clock.seconds.push_back(passed / all * seconds);
  }
  return clock;
}

}  // namespace heed
