#include "heed/examples/cli/report/report_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/figures/thin.h"
#include "heed/examples/cli/report/html.h"

namespace heed {
namespace {

constexpr size_t most_points_of_page = 24000;
constexpr size_t most_points_of_picture = 160;  // it is there for paper, and where scripts are not
constexpr size_t least_points = 100;
constexpr size_t most_table_rows = 20;
constexpr size_t most_table_cells = 100;  // of a figure that is no curve: there are many of them
constexpr int curve_digits = 7;
constexpr int other_digits = 5;

std::vector<double> selected(const std::vector<double>& values,
                             const std::vector<size_t>& indices) {
  std::vector<double> some;
  if (values.empty()) return some;
  for (const size_t i : indices) some.push_back(values[i]);
  return some;
}

Series thinned_series(const Series& series, size_t most) {
  if (series.x.size() <= most) return series;
  const std::vector<size_t> indices = thinned(series.y, most);
  Series thin{series.name, selected(series.x, indices), selected(series.y, indices)};
  thin.low = selected(series.low, indices);
  thin.high = selected(series.high, indices);
  thin.is_faint = series.is_faint;
  return thin;
}

/// How many rows a figure's table has at most.
size_t most_rows_of(const ReportFigure& figure) {
  if (figure.is_curve) return most_table_rows;
  const size_t columns = std::max<size_t>(1, figure.figure.series.size());
  return std::clamp<size_t>(most_table_cells / columns, 4, most_table_rows / 2);
}

/// With the digits that a figure can show; null unless it is finite.
JsonValue number_json(double value, int digits) {
  JsonValue number(value);
  if (number.kind == JsonValue::Kind::number) number.text = fmt::format("{:.{}g}", value, digits);
  return number;
}

JsonValue numbers_json(const std::vector<double>& values, int digits) {
  JsonValue list;
  list.kind = JsonValue::Kind::array;
  for (const double value : values) list.children.push_back(number_json(value, digits));
  return list;
}

JsonValue empty_list() {
  return numbers_json({}, 1);
}

/// The x of all series: most figures of a run have the same ones.
class AxisPool {
 public:
  size_t index_of(const std::vector<double>& axis) {
    const auto [place, is_new] = indices_.emplace(axis, indices_.size());
    if (is_new) axes_.children.push_back(numbers_json(axis, 15));
    return place->second;
  }
  JsonValue json() && { return std::move(axes_); }

 private:
  std::map<std::vector<double>, size_t> indices_;
  JsonValue axes_ = empty_list();
};

/// The colour of a series: a faint one has that of the line that it lies behind.
size_t look_of(const std::vector<Series>& series, size_t index) {
  size_t look = 0;
  for (size_t i = 0; i < index; ++i) look += !series[i].is_faint;
  return look;
}

JsonValue series_json(const ReportFigure& figure, size_t index, size_t most, AxisPool& axes) {
  const Series series = thinned_series(figure.figure.series[index], most);
  const int digits = figure.is_curve ? curve_digits : other_digits;
  JsonValue json = {{"name", series.name},
                    {"look", look_of(figure.figure.series, index)},
                    {"x", axes.index_of(series.x)},
                    {"y", numbers_json(series.y, digits)}};
  if (!series.low.empty()) {
    json.add("low", numbers_json(series.low, digits))
        .add("high", numbers_json(series.high, digits));
  }
  if (series.is_faint) json.add("faint", true);
  const bool is_noisy =
      std::find(figure.noisy.begin(), figure.noisy.end(), index) != figure.noisy.end();
  if (is_noisy) json.add("smooth", true);
  if (!figure.runs.empty()) json.add("run", figure.runs[index]);
  return json;
}

JsonValue figure_json(const ReportFigure& figure, size_t most, AxisPool& axes) {
  const LineFigure& lines = figure.figure;
  JsonValue series = empty_list(), marks = empty_list();
  for (size_t i = 0; i < lines.series.size(); ++i) {
    series.children.push_back(series_json(figure, i, most, axes));
  }
  for (const Mark& mark : lines.marks) {
    marks.children.push_back({{"x", number_json(mark.x, 15)}, {"label", mark.label}});
  }
  return {{"id", figure.id},
          {"title", lines.title},
          {"about", lines.about},
          {"x_name", lines.x_name},
          {"y_name", lines.y_name},
          {"log_y", lines.log_y},
          {"holds", numbers_json(lines.y_holds, curve_digits)},
          {"time", figure.is_over_steps},
          {"is_curve", figure.is_curve},
          {"series", std::move(series)},
          {"marks", std::move(marks)}};
}

JsonValue clock_json(const RunClock& clock) {
  return {{"batch", number_json(clock.batch_size, 15)},
          {"steps", numbers_json(clock.steps, 15)},
          {"seconds", numbers_json(clock.seconds, 6)}};
}

/// The series with the fewest points of those that are not faint: the evaluations.
const Series* sparsest(const std::vector<Series>& all) {
  const Series* fewest = nullptr;
  for (const Series& series : all) {
    if (series.is_faint || series.x.empty()) continue;
    if (fewest == nullptr || series.x.size() < fewest->x.size()) fewest = &series;
  }
  return fewest;
}

/// At or before x; NaN if the series begins later.
double value_before(const Series& series, double x) {
  const auto after = std::upper_bound(series.x.begin(), series.x.end(), x);
  if (after == series.x.begin()) return std::nan("");
  return series.y[static_cast<size_t>(after - series.x.begin()) - 1];
}

std::string table_html(const LineFigure& figure, size_t most_rows) {
  const Series* rows = sparsest(figure.series);
  if (rows == nullptr) return "<p>There is no number yet.</p>";
  HtmlTable table{
      .head = {figure.x_name}, .rows = {}, .is_number = {true}, .caption = figure.title};
  for (const Series& series : figure.series) {
    if (series.is_faint) continue;
    table.head.push_back(series.name);
    table.is_number.push_back(true);
  }
  const size_t count = std::min(rows->x.size(), most_rows);
  for (size_t k = 0; k < count; ++k) {
    const size_t index = count == 1 ? 0 : k * (rows->x.size() - 1) / (count - 1);
    std::vector<std::string> cells{shown_number(rows->x[index], 9)};
    for (const Series& series : figure.series) {
      if (!series.is_faint) cells.push_back(shown_number(value_before(series, rows->x[index])));
    }
    table.rows.push_back(std::move(cells));
  }
  return to_html(table);
}

}  // namespace

JsonValue figures_json(const std::vector<ReportFigure>& figures,
                       const std::vector<RunClock>& clocks) {
  size_t series = 1;
  for (const ReportFigure& figure : figures) series += figure.figure.series.size();
  const size_t most = std::clamp(most_points_of_page / series, least_points, most_points);
  AxisPool axes;
  JsonValue drawn = empty_list(), times = empty_list();
  for (const ReportFigure& figure : figures) {
    drawn.children.push_back(figure_json(figure, most, axes));
  }
  for (const RunClock& clock : clocks) times.children.push_back(clock_json(clock));
  return {{"axes", std::move(axes).json()},
          {"clocks", std::move(times)},
          {"figures", std::move(drawn)}};
}

std::string figure_html(const ReportFigure& figure) {
  const std::string id = xml_text(figure.id);
  std::string html = "<figure id=\"figure-" + id + "\" data-figure=\"" + id + "\"><figcaption>" +
                     text_element("h3", figure.figure.title) +
                     text_element("p", figure.figure.about) + "</figcaption>\n";
  if (figure.is_curve) {
    LineFigure picture = figure.figure;
    for (Series& series : picture.series) series = thinned_series(series, most_points_of_picture);
    html += "<div class=\"static\">" + svg_of(picture) + "</div>\n";
  }
  return html + "<div class=\"drawn\"></div>\n<div class=\"tools\">" +
         folded("Numbers as a table", table_html(figure.figure, most_rows_of(figure))) +
         "</div></figure>\n";
}

std::string shown_number(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}g}", value, digits) : "–";
}

}  // namespace heed
