#include "heed/examples/cli/report/headline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/report/html.h"
#include "heed/examples/cli/report/report_figure.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr size_t most_shown_sessions = 40;  // that are shown: the first and the last ones
constexpr size_t most_warnings = 30;
constexpr size_t longest_fact = 2000;
constexpr size_t longest_config = 100'000;

/// A run from elsewhere may say anything.
std::string time_text(double seconds) {
  const bool is_time = seconds >= 0 && seconds <= 1e12;
  return is_time ? duration_text(seconds) : "–";
}

std::string percent_text(double share) {
  return std::isfinite(share) ? fmt::format("{:.2f} %", share * 100) : "–";
}

std::string tiles_html(const RunReport& report) {
  const RunSummary& summary = report.summary;
  std::string html = "<dl class=\"tiles\">\n";
  if (summary.last) {
    html +=
        tile_html("Exact-match accuracy", percent_text(summary.last->held_out.sequence_accuracy),
                  fmt::format("whole held-out sequences, step {}", summary.last->step));
    html += tile_html("Token accuracy", percent_text(summary.last->held_out.token_accuracy),
                      "held out");
  }
  if (summary.best) {
    html += tile_html("Lowest loss", shown_number(summary.best->held_out.loss),
                      fmt::format("held out, at step {}", summary.best->step));
  }
  html += tile_html("Steps", std::to_string(summary.step),
                    summary.steps ? fmt::format("of {}", *summary.steps) : "");
  html += tile_html("Time", time_text(summary.seconds), "training");
  if (report.model) {
    html += tile_html("Parameters", std::to_string(report.model->model->num_parameters()), "");
  }
  if (const auto seed = summary.seed()) html += tile_html("Seed", std::to_string(*seed), "");
  return html + "</dl>\n";
}

/// The state with its reason; a good end is green, a bad one red, and both are words.
std::string state_html(const RunSummary& summary) {
  const bool is_good = summary.state == RunState::done || summary.state == RunState::running;
  const std::string state(name_of(summary.state)), why = shown_text(summary.why, 300);
  const bool says_state = why.starts_with(state);  // "diverged: the loss is …"
  const std::string text = why.empty() ? state : says_state ? why : state + ": " + why;
  return "<p>" + text_element("span", text, is_good ? "state state-done" : "state state-bad") +
         "</p>\n";
}

/// What the configuration says of itself.
std::string about_html(const RunSummary& summary) {
  const JsonValue* about = summary.config.find("about");
  if (about == nullptr) return "";
  std::string text = about->text;
  for (const JsonValue& line : about->children) text += (text.empty() ? "" : " ") + line.text;
  return text.empty() ? "" : text_element("p", shown_text(text, 1000), "about");
}

std::string session_title(size_t number) {
  return number == 0 ? "Trained by" : fmt::format("Resumed ({}) by", number);
}

std::vector<std::pair<std::string, std::string>> facts_of(const Session& session) {
  std::vector<std::pair<std::string, std::string>> facts;
  const auto add_fact = [&](const char* name, const std::string& value) {
    if (!value.empty()) facts.emplace_back(name, shown_text(value, longest_fact));
  };
  add_fact("command", shell_text(session.command));
  add_fact("in", session.directory);
  add_fact("started", session.started);
  add_fact("ended", session.ended);
  add_fact("how", session.end);
  add_fact("from", session.from);
  if (session.seconds) add_fact("time", time_text(*session.seconds));
  add_fact("machine", session.host);
  add_fact("heed",
           session.commit.empty() ? session.heed : session.heed + ", commit " + session.commit);
  add_fact("computed with",
           session.simd + (session.blas.empty() ? "" : ", BLAS " + session.blas) +
               (session.ranks ? ", " + counted(*session.ranks, "rank") : "") +
               (session.threads ? ", " + counted(*session.threads, "thread") : "") +
               (session.ranks ? " each" : ""));
  return facts;
}

}  // namespace

std::string tile_html(const std::string& name, const std::string& value,
                      const std::string& detail) {
  return "<div>" + text_element("dt", name) + "<dd>" + xml_text(value) +
         text_element("small", detail) + "</dd></div>\n";
}

std::string warnings_html(const std::vector<std::string>& warnings) {
  if (warnings.empty()) return "";
  std::string html = "<ul class=\"warnings\" id=\"warnings\" aria-label=\"What is missing\">\n";
  for (size_t i = 0; i < std::min(most_warnings, warnings.size()); ++i) {
    html += text_element("li", shown_text(warnings[i], 400)) + "\n";
  }
  if (warnings.size() > most_warnings) {
    html += text_element("li", fmt::format("and {} more", warnings.size() - most_warnings));
  }
  return html + "</ul>\n";
}

std::string headline_html(const RunReport& report) {
  const RunSummary& summary = report.summary;
  return text_element("h1",
                      summary.task.empty() ? summary.name : summary.task + ": " + summary.name) +
         "\n" + state_html(summary) + about_html(summary) + tiles_html(report) +
         warnings_html(report.warnings);
}

std::string origin_html(const RunReport& report) {
  const RunSummary& summary = report.summary;
  std::string html =
      "<section id=\"origin\" aria-labelledby=\"origin-title\">"
      "<h2 id=\"origin-title\">What it was</h2>\n";
  html += text_element("p",
                       "The configuration determines every bit of a run, but for the speed. This "
                       "trains it again:",
                       "about") +
          text_element("pre", shell_text({"heed", "train", summary.path + "/config.json"}));
  for (size_t i = 0; i < summary.sessions.size(); ++i) {
    if (i >= most_shown_sessions / 2 && i + most_shown_sessions / 2 < summary.sessions.size())
      continue;
    html += text_element("h3", session_title(i)) + fact_list(facts_of(summary.sessions[i]));
  }
  if (!summary.shipped.shipped.empty()) {
    html += text_element("h3", "Changed from configs/" + summary.shipped.shipped + ".json");
    html += summary.shipped.changes.empty() ? text_element("p", "Nothing.", "note")
                                            : fact_list(summary.shipped.changes);
  }
  if (summary.config.kind == JsonValue::Kind::object) {
    html += text_element("h3", "Configuration") +
            text_element("pre", shown_text(json_file(summary.config), longest_config));
  }
  return html + "</section>\n";
}

}  // namespace heed
