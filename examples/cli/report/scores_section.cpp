#include "heed/examples/cli/report/scores_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "heed/examples/cli/report/html.h"
#include "heed/examples/cli/snapshots/score_series.h"
#include "heed/examples/cli/snapshots/shortened_paths.h"

namespace heed {
namespace {

struct ScoreText {
  const char* title;
  const char* meaning;
  bool is_share;
};

/// What is known of a score; one that is new here is shown under its own name.
ScoreText text_of_score(const std::string& name) {
  static const std::map<std::string, ScoreText> texts{
      {"entropy", {"Entropy", "How evenly a head reads: 0 one position, 1 all alike", true}},
      {"distance", {"Distance", "How many positions away it reads, on average", false}},
      {"previous_token", {"Previous token", "Weight on the position just before", true}},
      {"prefix_match",
       {"Prefix match", "Weight on what followed the same token earlier: induction", true}},
      {"diagonal", {"Diagonal", "Weight on the position itself", true}},
      {"mirror", {"Mirror", "Weight on the position that mirrors it", true}},
      {"importance", {"Importance", "How fast the loss changes with the head's gate", false}},
      {"loss_change", {"Loss without it", "Loss without the head, minus the loss", false}}};
  const auto found = texts.find(name);
  return found == texts.end() ? ScoreText{name.c_str(), "", false} : found->second;
}

/// A line for each head, named by what tells it from the others.
std::vector<Series> lines_of_score(const std::vector<Snapshot>& snapshots,
                                   const std::string& score) {
  const std::vector<HeadScore> heads = score_series(snapshots, score);
  std::vector<std::string> paths;
  for (const HeadScore& head : heads) {
    if (std::find(paths.begin(), paths.end(), head.attention) == paths.end()) {
      paths.push_back(head.attention);
    }
  }
  const std::vector<std::string> shortened = shortened_paths(paths);
  std::vector<Series> lines;
  for (const HeadScore& head : heads) {
    const auto path = std::find(paths.begin(), paths.end(), head.attention) - paths.begin();
    const std::string& place = shortened[static_cast<size_t>(path)];
    lines.push_back(head.series);
    lines.back().name = fmt::format("{}{}head {}", place, place.empty() ? "" : " ", head.head);
  }
  return lines;
}

bool has_numbers(const std::vector<Series>& all) {
  return std::any_of(all.begin(), all.end(), [](const Series& series) {
    return std::any_of(series.y.begin(), series.y.end(), [](double y) { return std::isfinite(y); });
  });
}

/// The head whose last value is the largest.
std::string about_scores(const std::vector<Series>& all, const char* meaning) {
  const Series* most = nullptr;
  for (const Series& series : all) {
    if (!std::isfinite(series.y.back())) continue;
    if (most == nullptr || series.y.back() > most->y.back()) most = &series;
  }
  const std::string start = *meaning == '\0' ? "" : fmt::format("{}. ", meaning);
  if (most == nullptr) return start;
  return fmt::format("{}At the end {} has the most: {}.", start, most->name,
                     shown_number(most->y.back()));
}

/// Scores at the last snapshot: a row for each head.
std::string last_scores_html(const Snapshot& last) {
  HtmlTable table{.head = {"attention", "head"},
                  .rows = {},
                  .is_number = {false, true},
                  .is_sortable = true,
                  .caption = "scores of heads"};
  if (last.attentions.empty()) return "";
  for (const auto& [score, values] : last.attentions.front().scores) {
    table.head.push_back(text_of_score(score).title);
    table.is_number.push_back(true);
  }
  for (const SnapshotAttention& attention : last.attentions) {
    for (int64_t h = 0; h < attention.heads(); ++h) {
      std::vector<std::string> cells{attention.path, std::to_string(h)};
      for (const auto& [score, values] : attention.scores) {
        cells.push_back(shown_number(values[static_cast<size_t>(h)]));
      }
      table.rows.push_back(std::move(cells));
    }
  }
  return text_element("h3", fmt::format("At step {}", last.step)) + to_html(table);
}

}  // namespace

std::vector<Mark> induction_marks(const std::vector<Snapshot>& snapshots) {
  std::optional<Mark> first;
  for (const Series& line : lines_of_score(snapshots, "prefix_match")) {
    const std::optional<double> step = step_of_appearance(line);
    if (step && (!first || *step < first->x)) first = Mark{*step, "induction: " + line.name};
  }
  return first ? std::vector<Mark>{*first} : std::vector<Mark>{};
}

ScoresSection scores_section(const std::vector<Snapshot>& snapshots) {
  const std::vector<Mark> marks = induction_marks(snapshots);
  ScoresSection section;
  std::string figures;
  for (const std::string& score : score_names(snapshots)) {
    std::vector<Series> series = lines_of_score(snapshots, score);
    if (!has_numbers(series)) continue;
    const ScoreText text = text_of_score(score);
    ReportFigure figure{.id = "score-" + html_id(score), .figure = {}};
    figure.figure.title = text.title;
    figure.figure.about = about_scores(series, text.meaning);
    figure.figure.x_name = "step";
    figure.figure.y_name = text.title;
    if (text.is_share) figure.figure.y_holds = {0, 1};
    if (score == "prefix_match") figure.figure.marks = marks;
    figure.figure.series = std::move(series);
    figures += figure_html(figure);
    section.figures.push_back(std::move(figure));
  }
  if (section.figures.empty()) return section;
  section.html =
      "<section id=\"scores\" aria-labelledby=\"scores-title\">"
      "<h2 id=\"scores-title\">Scores of heads over steps</h2>\n";
  section.html += text_element(
      "p",
      marks.empty() ? "Measured on held-out sequences at each snapshot."
                    : fmt::format("Measured on held-out sequences at each snapshot. Induction "
                                  "appears at step {}: from there on {} has more than half of the "
                                  "prefix match that it ends with.",
                                  marks.front().x, marks.front().label.substr(11)),
      "about");
  section.html += "<div class=\"figures\">" + figures + "</div>\n" +
                  last_scores_html(snapshots.back()) + "</section>\n";
  return section;
}

}  // namespace heed
