#include "heed/examples/cli/report/examples_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/report/html.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr size_t longest_shown_word = 40;  // of a run from elsewhere it may be anything

using Cells = std::vector<std::string>;

/// Symbols of a sequence as cells show them.
std::string input_cell(const Tokenizer& tokenizer, int64_t symbol) {
  return shown_text(tokenizer.input_text(symbol), longest_shown_word);
}
std::string target_cell(const Tokenizer& tokenizer, int64_t target) {
  return shown_text(tokenizer.target_text(target), longest_shown_word);
}

/// A row of a sequence: its name, and a cell for each position with its class.
std::string cells_html(const std::string& name, const Cells& cells, const Cells& classes = {}) {
  std::string html = "<tr>" + text_element("th", name);
  for (size_t i = 0; i < cells.size(); ++i) {
    html += text_element("td", cells[i], classes.empty() ? "" : classes[i]);
  }
  return html + "</tr>\n";
}

/// Input, target, answer, and a mark below each error: not by colour alone.
std::string example_html(const AnsweredSequence& one, const Tokenizer& tokenizer) {
  Cells input, target, answer, marks, classes;
  for (const int64_t symbol : one.input) input.push_back(input_cell(tokenizer, symbol));
  for (size_t i = 0; i < one.target.size(); ++i) {
    target.push_back(one.counts(i) ? target_cell(tokenizer, one.target[i]) : "·");
    answer.push_back(target_cell(tokenizer, one.answer[i]));
    marks.push_back(one.is_wrong(i) ? "✗" : "");
    classes.push_back(one.is_wrong(i) ? "wrong" : one.counts(i) ? "" : "uncounted");
  }
  const int64_t errors = one.errors();
  std::string html = fmt::format("<div class=\"example\" data-wrong=\"{}\">", errors);
  html += text_element("h3", fmt::format("held-out sequence {}: {}", one.index,
                                         errors == 0 ? "all right" : counted(errors, "error")));
  html += "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"example\"><table>";
  html += cells_html("input", input) + cells_html("target", target) +
          cells_html("model", answer, classes);
  if (errors > 0) html += cells_html("errors", marks);
  return html + "</table></div></div>\n";
}

/// How much a character costs, in five steps: below ½, 1, 2, 4 nats and above.
int cost_step(double loss) {
  constexpr double steps[] = {0.5, 1, 2, 4};
  return static_cast<int>(std::upper_bound(std::begin(steps), std::end(steps), loss) -
                          std::begin(steps)) +
         1;
}

/// A text of which each character shows its loss: the thicker its line, the larger.
std::string losses_html(const AnsweredSequence& one, const Tokenizer& tokenizer) {
  std::string html = fmt::format("<div class=\"example\" data-wrong=\"{}\">", one.errors());
  double sum = 0;
  for (const double loss : one.loss) sum += loss;
  html += text_element("h3", fmt::format("held-out sequence {}: {} nats a character", one.index,
                                         shown_number(sum / static_cast<double>(one.loss.size()))));
  html += "<div class=\"losses\">";
  if (!one.input.empty()) html += xml_text(input_cell(tokenizer, one.input.front()));
  for (size_t i = 0; i < one.target.size(); ++i) {
    if (!one.counts(i)) continue;
    const std::string target = target_cell(tokenizer, one.target[i]);
    const std::string answer = target_cell(tokenizer, one.answer[i]);
    html += fmt::format("<span class=\"cost-{}{}\" title=\"{}\">{}</span>", cost_step(one.loss[i]),
                        one.is_wrong(i) ? " missed" : "",
                        xml_text(fmt::format("“{}” {} nats{}", target, shown_number(one.loss[i], 3),
                                             one.is_wrong(i) ? ", model “" + answer + "”" : "")),
                        xml_text(target));
  }
  return html + "</div><p class=\"losses-readout note\" aria-live=\"polite\"></p></div>\n";
}

/// Share of answers that are right, by position.
ReportFigure position_figure(const HeldOutAnswers& answers) {
  ReportFigure figure{.id = "accuracy-by-position", .figure = {}, .is_over_steps = false};
  Series series{"right answers", {}, {}};
  size_t worst = 0;
  for (size_t i = 0; i < answers.counted.size(); ++i) {
    if (answers.counted[i] == 0) continue;
    series.x.push_back(static_cast<double>(i));
    series.y.push_back(static_cast<double>(answers.right[i]) /
                       static_cast<double>(answers.counted[i]));
    if (series.y.back() < series.y[worst]) worst = series.y.size() - 1;
  }
  figure.figure.title = "Accuracy by position";
  figure.figure.x_name = "position";
  figure.figure.y_name = "share that is right";
  figure.figure.y_holds = {0, 1};
  if (!series.x.empty()) {
    figure.figure.about = fmt::format("Of {}, the fewest are right at position {}: {}.",
                                      counted(answers.sequences, "held-out sequence"),
                                      shown_number(series.x[worst]), shown_number(series.y[worst]));
  }
  figure.figure.series.push_back(std::move(series));
  return figure;
}

/// Which classes are targets or answers at all.
std::vector<int64_t> seen_classes(const HeldOutAnswers& answers) {
  std::vector<int64_t> seen;
  for (int64_t a = 0; a < answers.classes; ++a) {
    int64_t sum = 0;
    for (int64_t b = 0; b < answers.classes; ++b) {
      sum += answers.confusion[static_cast<size_t>(a * answers.classes + b)] +
             answers.confusion[static_cast<size_t>(b * answers.classes + a)];
    }
    if (sum > 0) seen.push_back(a);
  }
  return seen;
}

/// Names of the classes that are seen, and how often each target (rows) was answered by each.
JsonValue confusion_json(const HeldOutAnswers& answers, const Tokenizer& tokenizer) {
  const std::vector<int64_t> seen = seen_classes(answers);
  std::vector<std::string> names;
  std::vector<std::vector<int64_t>> counts;
  for (const int64_t row : seen) {
    names.push_back(target_cell(tokenizer, row));
    counts.emplace_back();
    for (const int64_t column : seen) {
      counts.back().push_back(
          answers.confusion[static_cast<size_t>(row * answers.classes + column)]);
    }
  }
  return {{"names", names}, {"counts", counts}};
}

std::string confusion_table(const JsonValue& confusion) {
  const JsonValue &names = *confusion.find("names"), &counts = *confusion.find("counts");
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"confusion by symbol\">"
      "<table class=\"confusion\"><thead><tr><th>target ↓ answer →</th>";
  for (const JsonValue& name : names.children) html += text_element("th", name.text);
  html += "</tr></thead><tbody>";
  for (size_t row = 0; row < names.children.size(); ++row) {
    html += "<tr>" + text_element("th", names.children[row].text);
    for (size_t column = 0; column < names.children.size(); ++column) {
      const std::string& count = counts.children[row].children[column].text;
      html += text_element("td", count == "0" ? "" : count, row == column ? "right" : "");
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

/// The pairs that are taken for each other most often.
std::string confused_sentence(const HeldOutAnswers& answers, const Tokenizer& tokenizer) {
  struct Pair {
    int64_t target, answer, count;
  };
  std::vector<Pair> pairs;
  for (int64_t target = 0; target < answers.classes; ++target) {
    for (int64_t answer = 0; answer < answers.classes; ++answer) {
      const int64_t count =
          answers.confusion[static_cast<size_t>(target * answers.classes + answer)];
      if (target != answer && count > 0) pairs.push_back({target, answer, count});
    }
  }
  if (pairs.empty()) return "No symbol was taken for another one.";
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& a, const Pair& b) { return a.count > b.count; });
  std::string text = "Most often ";
  for (size_t i = 0; i < std::min<size_t>(3, pairs.size()); ++i) {
    text += fmt::format("{}“{}” was answered by “{}” ({})", i == 0 ? "" : ", ",
                        target_cell(tokenizer, pairs[i].target),
                        target_cell(tokenizer, pairs[i].answer), counted(pairs[i].count, "time"));
  }
  return text + ".";
}

}  // namespace

ExamplesSection examples_section(const HeldOutAnswers& answers, const TaskForm& form,
                                 const std::string& checkpoint) {
  const Tokenizer& tokenizer = form.tokenizer;
  const bool is_text = form.questions.continue_inputs && tokenizer.unit == TextUnit::characters;
  std::string html =
      "<section id=\"examples\" aria-labelledby=\"examples-title\">"
      "<h2 id=\"examples-title\">Examples</h2>\n";
  html += text_element(
      "p",
      fmt::format("{} held-out sequences, answered by {}; each position sees what is right before "
                  "it. Shown are the first ones and those with the most errors.{}",
                  answers.sequences, checkpoint,
                  is_text ? " The thicker the line below a character, the more it cost; "
                            "characters that the model would not have written are bold."
                          : ""),
      "about");
  html += "<div class=\"controls\" id=\"examples-controls\"></div><div class=\"examples\">\n";
  for (const AnsweredSequence& one : answers.shown) {
    html += is_text ? losses_html(one, tokenizer) : example_html(one, tokenizer);
  }
  html += "</div>\n<div class=\"figures\">";
  ExamplesSection section;
  section.figures.push_back(position_figure(answers));
  html += figure_html(section.figures.back());
  if (!answers.confusion.empty()) {
    section.confusion = confusion_json(answers, tokenizer);
    html += "<figure id=\"figure-confusion\"><figcaption>" +
            text_element("h3", "Confusion by symbol") +
            text_element("p", confused_sentence(answers, tokenizer)) +
            "</figcaption><p class=\"readout\" id=\"confusion-readout\" aria-live=\"polite\"></p>"
            "<div id=\"confusion-view\"></div><div class=\"tools\" id=\"confusion-tools\">" +
            folded("Numbers as a table", confusion_table(section.confusion)) + "</div></figure>";
  }
  section.html = html + "</div></section>\n";
  return section;
}

}  // namespace heed
