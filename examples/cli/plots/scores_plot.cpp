#include "heed/examples/cli/plots/scores_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/figures/palette.h"
#include "heed/examples/cli/snapshots/score_series.h"
#include "heed/examples/cli/snapshots/shortened_paths.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

/// Scores of a pattern: the weight, from 0 to 1, on certain positions.
constexpr std::array<std::string_view, 4> patterns{"prefix_match", "previous_token", "diagonal",
                                                   "mirror"};

bool is_pattern(const std::string& score) {
  return std::find(patterns.begin(), patterns.end(), score) != patterns.end();
}

/// Lines with what is known of them.
struct ScoreLine {
  HeadScore head;
  std::string score;
  std::optional<double> appears{};
  std::string name{};
};

double last_of(const Series& series) {
  return series.y.empty() || !std::isfinite(series.y.back()) ? -1 : series.y.back();
}

std::string strongest_pattern(const std::vector<Snapshot>& snapshots) {
  std::string strongest;
  double most = -1;
  for (const std::string& score : score_names(snapshots)) {
    if (!is_pattern(score)) continue;
    for (const HeadScore& head : score_series(snapshots, score)) {
      if (last_of(head.series) <= most) continue;
      most = last_of(head.series);
      strongest = score;
    }
  }
  return strongest;
}

std::vector<ScoreLine> lines_of(const std::vector<Snapshot>& snapshots,
                                const std::vector<std::string>& scores) {
  const std::vector<std::string> known = score_names(snapshots);
  std::vector<ScoreLine> lines;
  for (const std::string& score : scores) {
    if (std::find(known.begin(), known.end(), score) == known.end()) {
      refuse("--scores " + printable(score),
             "the snapshots have no such score; they have " + list_in_quotes(known));
    }
    for (HeadScore& head : score_series(snapshots, score)) {
      ScoreLine line{std::move(head), score};
      if (is_pattern(score)) line.appears = step_of_appearance(line.head.series);
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

/// What is drawn in colour: all of a few lines; else those that appear, or the highest at the end.
std::vector<bool> standing_out(const std::vector<ScoreLine>& lines) {
  constexpr size_t few = 6, most = line_colours.size();
  if (lines.size() <= few) return std::vector<bool>(lines.size(), true);
  std::vector<size_t> order(lines.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(lines[a].appears.has_value(), last_of(lines[a].head.series)) >
           std::pair(lines[b].appears.has_value(), last_of(lines[b].head.series));
  });
  const bool some_appear = lines[order[0]].appears.has_value();
  std::vector<bool> stands_out(lines.size(), false);
  for (size_t i = 0; i < std::min(most, lines.size()); ++i) {
    stands_out[order[i]] = !some_appear || lines[order[i]].appears.has_value();
  }
  return stands_out;
}

/// "blocks.1 head 0", with the score if there are several.
void name_lines(std::vector<ScoreLine>& lines, bool with_score) {
  std::vector<std::string> paths;
  for (const ScoreLine& line : lines) {
    if (std::find(paths.begin(), paths.end(), line.head.attention) == paths.end()) {
      paths.push_back(line.head.attention);
    }
  }
  const std::vector<std::string> shortened = shortened_paths(paths);
  for (ScoreLine& line : lines) {
    const auto path = std::find(paths.begin(), paths.end(), line.head.attention) - paths.begin();
    if (with_score) line.name = line.score + " ";
    const std::string& place = shortened[static_cast<size_t>(path)];
    line.name += place + (place.empty() ? "" : " ") + text_of("head ", line.head.head);
  }
}

std::string joined_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// "step 208: 2 heads appear".
std::vector<Mark> appearance_marks(const std::vector<ScoreLine>& lines) {
  std::map<double, std::vector<std::string>> appearing;
  for (const ScoreLine& line : lines) {
    if (line.appears) appearing[*line.appears].push_back(line.name);
  }
  std::vector<Mark> marks;
  for (const auto& [step, names] : appearing) {
    const std::string who =
        names.size() == 1 ? names[0] + " appears" : fmt::format("{} heads appear", names.size());
    marks.push_back({step, fmt::format("step {}: {}", step, who)});
  }
  return marks;
}

/// What the figure shows, in a sentence.
std::string about_scores_plot(const std::vector<ScoreLine>& lines, const std::string& scores) {
  std::string text;
  for (const ScoreLine& line : lines) {
    if (!line.appears) continue;
    text += fmt::format("{}{} at step {}",
                        text.empty() ? "; with half of the last score first, " : ", ", line.name,
                        *line.appears);
  }
  return "Scores of heads over steps: " + scores + text + ".";
}

}  // namespace

LineFigure scores_plot(const std::string& run, const std::vector<Snapshot>& snapshots,
                       std::vector<std::string> scores) {
  if (scores.empty()) scores = {strongest_pattern(snapshots)};
  if (scores[0].empty()) refuse(run, "no head of its snapshots has a score");
  std::vector<ScoreLine> lines = lines_of(snapshots, scores);
  name_lines(lines, scores.size() > 1);
  const std::vector<bool> stands_out = standing_out(lines);
  const std::string names = joined_names(scores);
  LineFigure figure{.title = run, .about = "", .x_name = "step", .y_name = names, .series = {}};
  for (size_t i = 0; i < lines.size(); ++i) {
    Series series = std::move(lines[i].head.series);
    series.is_grey = !stands_out[i];
    if (stands_out[i]) series.name = lines[i].name;
    figure.series.push_back(std::move(series));
  }
  const bool are_shares = std::all_of(scores.begin(), scores.end(), [](const std::string& score) {
    return is_pattern(score) || score == "entropy";
  });
  if (are_shares) figure.y_holds = {0, 1};
  figure.marks = appearance_marks(lines);
  figure.about = about_scores_plot(lines, names);
  return figure;
}

}  // namespace heed
