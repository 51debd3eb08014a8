#include "heed/examples/cli/figures/line_figure.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "heed/examples/cli/figures/palette.h"
#include "heed/examples/cli/figures/svg.h"
#include "heed/framework/base/error.h"
#include "heed/tests/examples/cli/figures/svg_path.h"
#include "heed/tests/examples/cli/figures/xml_elements.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::line_figure_test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

LineFigure figure_of(std::vector<Series> series) {
  return {.title = "loss",
          .about = "It falls.",
          .x_name = "step",
          .y_name = "nats",
          .series = std::move(series)};
}

/// The position along its axis of the tick whose label reads so.
double tick_at(const std::string& svg, const std::string& axis, const std::string& label) {
  for (const XmlElement& text : elements_of(svg, "text")) {
    if (text.text != label || !text.is_in("axis " + axis + "-axis")) continue;
    return axis == "x" ? text.number("x") : text.number("y") - 3.5;  // the line is higher
  }
  throw std::runtime_error("no tick " + label);
}

TEST_CASE("figures: points lie where the ticks say") {
  const std::string svg = svg_of(figure_of({{"a", {0, 50, 100}, {0, 4, 1}}}));
  const auto parts = path_parts(lines_in(svg).at(0).attribute("d"));
  REQUIRE(parts.size() == 1);
  REQUIRE(parts[0].size() == 3);
  CHECK(parts[0][0].first == Approx(tick_at(svg, "x", "0")).margin(0.06));
  CHECK(parts[0][2].first == Approx(tick_at(svg, "x", "100")).margin(0.06));
  CHECK(parts[0][1].first == Approx((parts[0][0].first + parts[0][2].first) / 2).margin(0.11));
  CHECK(parts[0][1].second == Approx(tick_at(svg, "y", "4")).margin(0.06));
  CHECK(parts[0][2].second == Approx(tick_at(svg, "y", "1")).margin(0.06));
  CHECK(parts[0][0].second > parts[0][2].second);  // up is more
}

TEST_CASE("figures: logarithmic axes") {
  LineFigure figure = figure_of({{"a", {1, 10, 100}, {1, 0.1, 0.001}}});
  figure.log_x = figure.log_y = true;
  const std::string svg = svg_of(figure);
  const auto points = path_parts(lines_in(svg).at(0).attribute("d")).at(0);
  CHECK(points[1].first - points[0].first ==
        Approx(points[2].first - points[1].first).margin(0.11));
  CHECK(2 * (points[1].second - points[0].second) ==
        Approx(points[2].second - points[1].second).margin(0.2));
  CHECK(points[1].first == Approx(tick_at(svg, "x", "10")).margin(0.06));
}

TEST_CASE("figures: what a logarithmic axis cannot show is counted") {
  LineFigure figure = figure_of({{"a", {0, 1, 2, 3}, {1, 2, 0, 3}}});
  const auto notes = [&] { return elements_of(svg_of(figure), "text", "note"); };
  CHECK(notes().empty());
  figure.log_x = true;
  CHECK(notes().at(0).text == "1 point at or below 0 left out: the axis is logarithmic");
  figure.log_y = true;
  CHECK(notes().at(0).text == "2 points at or below 0 left out: the axis is logarithmic");
}

TEST_CASE("figures: NaN and infinities are gaps, and a point between gaps is a dot") {
  const double inf = std::numeric_limits<double>::infinity();
  std::vector<double> x(100), y(100, 1);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  y[30] = nan;
  y[50] = inf;
  y[52] = -inf;
  const std::string svg = svg_of(figure_of({{"a", x, y}}));
  const auto parts = path_parts(lines_in(svg).at(0).attribute("d"));
  REQUIRE(parts.size() == 3);  // 0–29, 31–49, 53–99
  CHECK(parts[0].size() == 30);
  CHECK(parts[1].size() == 19);
  CHECK(parts[2].size() == 47);
  const std::string markers = elements_of(svg, "path", "marker").at(0).attribute("d");
  CHECK(std::count(markers.begin(), markers.end(), 'M') == 1);  // that of 51
}

TEST_CASE("figures: a single point is a dot") {
  const std::string svg = svg_of(figure_of({{"a", {7}, {0.25}}}));
  CHECK(lines_in(svg).at(0).attribute("d").empty());
  CHECK(elements_of(svg, "path", "marker").size() == 1);
  CHECK(has_points(figure_of({{"a", {7}, {0.25}}})));
}

TEST_CASE("figures: without a number there are axes and a remark") {
  for (const std::vector<Series>& series :
       {std::vector<Series>{}, {{"a", {}, {}}}, {{"a", {1, nan}, {nan, 2}}}}) {
    const std::string svg = svg_of(figure_of(series));
    CHECK(elements_of(svg, "text", "note").at(0).text == "no number to draw");
    CHECK_FALSE(has_points(figure_of(series)));
  }
}

TEST_CASE("figures: a line of many points is thinned and keeps its spike") {
  std::vector<double> x, y;
  for (int i = 0; i < 50000; ++i) {
    x.push_back(i);
    y.push_back(i == 31234 ? 9 : i % 7);
  }
  const std::string svg = svg_of(figure_of({{"a", x, y}}));
  const auto points = path_parts(lines_in(svg).at(0).attribute("d")).at(0);
  CHECK(points.size() <= 2000);
  double highest = 1000;
  for (const auto& point : points) highest = std::min(highest, point.second);
  const double six = tick_at(svg, "y", "6"), four = tick_at(svg, "y", "4");
  CHECK(highest == Approx(six + (six - four) * 1.5).margin(0.2));
  CHECK(svg.size() < 30000);
}

TEST_CASE("figures: a band lies around its line and stops at gaps") {
  const std::string svg = svg_of(
      figure_of({{"a", {0, 1, 2, 3, 4}, {1, 1, 1, 1, 1}, {0, 0, nan, 0, 0}, {2, 2, nan, 2, 2}}}));
  const auto parts = path_parts(elements_of(svg, "path", "band").at(0).attribute("d"));
  REQUIRE(parts.size() == 2);
  REQUIRE(parts[0].size() == 4);  // along the top, and back along the bottom
  CHECK(parts[0][0].second == Approx(tick_at(svg, "y", "2.0")).margin(0.06));
  CHECK(parts[0][3].second == Approx(tick_at(svg, "y", "0")).margin(0.06));
}

TEST_CASE("figures: names stand at the lines' ends in their order, and none overlap") {
  std::vector<Series> series;
  for (int i = 0; i < 40; ++i) {
    series.push_back({"line " + std::to_string(i), {0, 1}, {0, i == 0 ? 5.0 : 1 - i * 1e-3}});
  }
  const std::string svg = svg_of(figure_of(series));
  std::vector<double> heights;
  std::vector<std::string> names;
  for (const XmlElement& text : elements_of(svg, "text")) {
    if (!text.is_in("names")) continue;
    heights.push_back(text.number("y"));
    names.push_back(text.text);
  }
  REQUIRE(names.size() == 40);
  CHECK(names.front() == "line 0");
  CHECK(names.back() == "line 39");
  for (size_t i = 1; i < heights.size(); ++i) CHECK(heights[i] - heights[i - 1] >= 12.9);
  CHECK(heights.back() < xml_elements(svg)[0].number("height"));
}

TEST_CASE("figures: names of lines that end at one place are moved apart") {
  const std::string svg = svg_of(figure_of(
      {{"a", {0, 1}, {0, 1}}, {"b", {0, 1}, {0, 1}}, {"c", {0, 1}, {0, 1}}, {"", {0, 1}, {0, 2}}}));
  std::vector<double> heights;
  for (const XmlElement& text : elements_of(svg, "text")) {
    if (text.is_in("names")) heights.push_back(text.number("y"));
  }
  REQUIRE(heights.size() == 3);
  CHECK(heights[1] - heights[0] == Approx(13));
  CHECK(heights[2] - heights[1] == Approx(13));
}

TEST_CASE("figures: a mark's label is cut where it would leave the figure") {
  LineFigure figure = figure_of({{"a", {0, 100}, {0, 1}}});
  figure.marks = {
      {50, std::string(40, 'W')}, {50, std::string(40, 'M')}, {50, std::string(40, 'W')}};
  for (const XmlElement& text : elements_of(svg_of(figure), "text")) {
    if (!text.is_in("marks")) continue;
    CHECK(text.text.ends_with("W…"));
    CHECK(text.number("x") + text_width(text.text, 10) <= 640);
  }
}

TEST_CASE("figures: marks are lines with labels that meet neither each other nor another line") {
  LineFigure figure = figure_of({{"a", {0, 100}, {0, 1}}});
  figure.marks = {{98, "diverged"},      {50, "best"}, {52, "resumed"},
                  {52, "resumed again"}, {99, "end"},  {nan, "never"}};
  const std::string svg = svg_of(figure);
  struct Label {
    double start, end, y, line, line_top;
  };
  std::vector<Label> labels;
  const XmlElement* line = nullptr;
  std::vector<XmlElement> elements = xml_elements(svg);
  for (const XmlElement& element : elements) {
    if (!element.is_in("marks")) continue;
    if (element.name == "path") line = &element;
    if (element.name != "text") continue;
    const double width = 7.0 * static_cast<double>(element.text.size());
    const double x = element.number("x"),
                 start = element.attribute("text-anchor") == "end" ? x - width : x;
    const auto ends = path_parts(line->attribute("d")).at(0);
    labels.push_back({start, start + width, element.number("y"), ends[0].first, ends[0].second});
    CHECK(element.text != "never");
  }
  REQUIRE(labels.size() == 4);
  for (const Label& a : labels) {
    for (const Label& b : labels) {
      if (&a == &b) continue;
      const bool overlap = a.y == b.y && a.start < b.end && b.start < a.end;
      const bool crossed = b.line > a.start && b.line < a.end && b.line_top < a.y;
      CHECK_FALSE(overlap);
      CHECK_FALSE(crossed);
    }
  }
  const std::vector<std::string> texts = texts_of(svg);
  CHECK(std::count(texts.begin(), texts.end(), "resumed, resumed again") == 1);
}

TEST_CASE("figures: a faint line has the colour of the line in front of it, and no name") {
  const std::string svg = svg_of(figure_of(
      {{"a", {0, 1}, {0, 1}, {}, {}, true}, {"a", {0, 1}, {0, 1}}, {"b", {0, 1}, {1, 0}}}));
  const std::vector<XmlElement> lines = lines_in(svg);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].attribute("stroke") == line_colour(0));
  CHECK(lines[1].attribute("stroke") == line_colour(0));
  CHECK(lines[2].attribute("stroke") == line_colour(1));
  CHECK(lines[0].number("stroke-opacity") < 0.5);
  const std::vector<std::string> texts = texts_of(svg);
  CHECK(std::count(texts.begin(), texts.end(), "a") == 1);
}

TEST_CASE("figures: grey lines lie behind all others and take no colour") {
  Series grey{"", {0, 1}, {0, 1}};
  grey.is_grey = true;
  const std::string svg = svg_of(figure_of({{"a", {0, 1}, {0, 1}}, grey, {"b", {0, 1}, {1, 0}}}));
  const std::vector<XmlElement> lines = lines_in(svg);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].attribute("stroke") == "currentColor");
  CHECK(lines[1].attribute("stroke") == line_colour(0));
  CHECK(lines[2].attribute("stroke") == line_colour(1));
}

TEST_CASE("figures: the y axis holds what it is told to hold") {
  LineFigure figure = figure_of({{"a", {0, 1}, {0.4, 0.5}}});
  CHECK_THROWS(tick_at(svg_of(figure), "y", "1.0"));
  figure.y_holds = {0, 1};
  CHECK(tick_at(svg_of(figure), "y", "1.0") < tick_at(svg_of(figure), "y", "0.2"));
}

TEST_CASE("figures: a series of parts that differ in length is refused") {
  CHECK_THROWS_MATCHES(svg_of(figure_of({{"a", {0, 1}, {0}}})), ShapeError,
                       Catch::Matchers::Message(
                           "figure: the parts of \"a\" differ in length: 2 x, 1 y, 0 low, 0 high"));
  CHECK_THROWS_MATCHES(svg_of(figure_of({{"a", {0, 1}, {0, 1}, {0, 1}, {0}}})), ShapeError,
                       Catch::Matchers::Message(
                           "figure: the parts of \"a\" differ in length: 2 x, 2 y, 2 low, 1 high"));
}

TEST_CASE("figures: curves are well-formed XML whatever names and numbers they have") {
  const double max = std::numeric_limits<double>::max();
  for (const std::string& text : hostile_texts) {
    LineFigure figure{.title = text,
                      .about = text,
                      .x_name = text,
                      .y_name = text,
                      .series = {{text, {-max, 0, max}, {max, 5e-324, -max}}}};
    figure.marks = {{0, text}, {0, text}, {max, text}};
    for (const bool is_log : {false, true}) {
      figure.log_x = figure.log_y = is_log;
      const std::string svg = svg_file(svg_of(figure));
      CHECK(elements_of(svg, "script").empty());
      CHECK(svg.find("nan") == std::string::npos);
      CHECK(svg.find("inf") == std::string::npos);
      CHECK(svg.size() < 40000);
    }
  }
}

}  // namespace
}  // namespace heed::testing::line_figure_test
