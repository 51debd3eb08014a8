#include "heed/examples/cli/figures/heads_figure.h"

#include <algorithm>
#include <limits>

#include "heed/examples/cli/figures/palette.h"
#include "heed/examples/cli/figures/svg.h"
#include "heed/framework/base/error.h"
#include "heed/tests/examples/cli/figures/svg_path.h"
#include "heed/tests/examples/cli/figures/xml_elements.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::heads_figure_test {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

std::vector<std::string> numbered(const std::string& letter, size_t count) {
  std::vector<std::string> labels;
  for (size_t i = 0; i < count; ++i) labels.push_back(letter + std::to_string(i));
  return labels;
}

HeadMap even_map(const std::string& name, size_t queries, size_t keys) {
  return {name,
          numbered("q", queries),
          numbered("k", keys),
          std::vector<float>(queries * keys, 1 / static_cast<float>(keys)),
          {}};
}

HeadsFigure figure_of(std::vector<HeadMap> heads) {
  return {.title = "heads", .about = "They read.", .heads = std::move(heads)};
}

XmlElement frame_in(const std::string& svg, size_t map = 0) {
  return elements_of(svg, "rect", "frame").at(map);
}

/// The colours of the cells of the first map; "" where none is drawn.
std::vector<std::string> colours_in(const std::string& svg, size_t rows, size_t columns) {
  const XmlElement frame = frame_in(svg);
  const double width = frame.number("width") / static_cast<double>(columns);
  const double height = frame.number("height") / static_cast<double>(rows);
  std::vector<std::string> colours(rows * columns);
  for (const XmlElement& element : elements_of(svg, "path")) {
    if (!element.is_in("weights")) continue;
    for (const auto& corners : path_parts(element.attribute("d"))) {
      const auto row = static_cast<size_t>((corners[0].second - frame.number("y")) / height + 0.5);
      for (double x = corners[0].first; x < corners[1].first - 0.01; x += width) {
        const auto column = static_cast<size_t>((x - frame.number("x")) / width + 0.5);
        std::string& colour = colours.at(row * columns + column);
        CHECK(colour.empty());  // no cell is drawn twice
        colour = element.attribute("fill");
      }
    }
  }
  return colours;
}

/// Where a label stands: the middle of its cell along the axis.
double label_x(const std::string& svg, const std::string& label) {
  for (const XmlElement& text : elements_of(svg, "text")) {
    if (text.text == label && text.is_in("keys")) return text.number("x");
  }
  throw std::runtime_error("no key " + label);
}
double label_y(const std::string& svg, const std::string& label) {
  for (const XmlElement& text : elements_of(svg, "text")) {
    if (text.text == label && text.is_in("queries")) return text.number("y");
  }
  throw std::runtime_error("no query " + label);
}

TEST_CASE("figures: rows ask and columns are read") {
  // Query 0 reads key 2, query 1 reads keys 0 and 1: swapped axes would be another picture.
  const HeadMap map{"head 0", {"x", "y"}, {"a", "b", "c"}, {0, 0, 1, 0.25F, 0.75F, 0}, {}};
  const std::string svg = svg_of(figure_of({map}));
  const std::string none = weight_colour(0), all = weight_colour(1);
  CHECK(colours_in(svg, 2, 3) ==
        std::vector<std::string>{none, none, all, weight_colour(0.25), weight_colour(0.75), none});
  const XmlElement frame = frame_in(svg);
  CHECK(frame.number("width") == Approx(1.5 * frame.number("height")));
  const double cell = frame.number("height") / 2;
  CHECK(label_x(svg, "a") == Approx(frame.number("x") + cell / 2));
  CHECK(label_x(svg, "c") == Approx(frame.number("x") + cell * 2.5));
  CHECK(label_y(svg, "y") - label_y(svg, "x") == Approx(cell));
  const std::vector<std::string> texts = texts_of(svg);
  CHECK(std::count(texts.begin(), texts.end(), "reads from →") == 1);
  std::string axis;
  for (const XmlElement& line : elements_of(svg, "tspan")) axis += line.text;
  CHECK(axis == "position that asks ↓");
  CHECK(std::count(texts.begin(), texts.end(), "each row sums to 1") == 1);
}

TEST_CASE("figures: masked cells are hatched and have no weight's colour") {
  HeadMap map{"head 0", {"x", "y"}, {"a", "b"}, {1, 0, 0.5F, 0.5F}, {false, true, false, false}};
  const std::string svg = svg_of(figure_of({map}));
  CHECK(colours_in(svg, 2, 2) ==
        std::vector<std::string>{weight_colour(1), "", weight_colour(0.5), weight_colour(0.5)});
  const XmlElement frame = frame_in(svg);
  size_t masked = 0;
  for (const XmlElement& element : elements_of(svg, "path")) {
    if (!element.is_in("masked") || element.is_in("colour-bar")) continue;
    const auto corner = path_parts(element.attribute("d")).at(0).at(0);
    CHECK(corner.first == Approx(frame.number("x") + frame.number("width") / 2));
    ++masked;
  }
  CHECK(masked == 2);  // the area and its hatching
  const std::vector<std::string> texts = texts_of(svg);
  CHECK(std::count(texts.begin(), texts.end(), "masked") == 1);
  map.blocked.clear();
  CHECK(elements_of(svg_of(figure_of({map})), "g", "masked").empty());
}

TEST_CASE("figures: weights that are no numbers are crossed out, and those beyond 1 are clamped") {
  const HeadMap map{"head 0", {"x"}, {"a", "b", "c"}, {nan, 7, -7}, {}};
  const std::string svg = svg_of(figure_of({map}));
  CHECK(colours_in(svg, 1, 3) == std::vector<std::string>{"", weight_colour(1), weight_colour(0)});
  CHECK(elements_of(svg, "path", "not-a-number").size() == 1);
  // The sentence is only there if it is true.
  const std::vector<std::string> texts = texts_of(svg);
  CHECK(std::count(texts.begin(), texts.end(), "each row sums to 1") == 0);
}

TEST_CASE("figures: a row that may read nothing does not spoil the sum of rows") {
  const HeadMap map{
      "head 0", {"x", "y"}, {"a", "b"}, {0, 0, 0.5F, 0.5F}, {true, true, false, false}};
  const std::vector<std::string> texts = texts_of(svg_of(figure_of({map})));
  CHECK(std::count(texts.begin(), texts.end(), "each row sums to 1") == 1);
}

TEST_CASE("figures: labels that maps share are written once") {
  HeadsFigure figure = figure_of({even_map("step 0", 3, 4), even_map("step 1", 3, 4),
                                  even_map("step 0", 3, 4), even_map("step 1", 3, 4)});
  figure.columns = 2;
  figure.row_names = {"head 0", "head 1"};
  const std::vector<std::string> texts = texts_of(svg_of(figure));
  const auto count = [&](const char* text) { return std::count(texts.begin(), texts.end(), text); };
  CHECK(count("k3") == 2);      // above each column
  CHECK(count("q0") == 2);      // before each row
  CHECK(count("step 1") == 1);  // a column's name
  CHECK(count("head 1") == 1);
  figure.heads[1].queries[0] = "other";
  const std::vector<std::string> differ = texts_of(svg_of(figure));
  CHECK(std::count(differ.begin(), differ.end(), "q1") == 3);
}

TEST_CASE("figures: long tokens are cut and stand upright only if they fit") {
  HeadMap map = even_map("head 0", 2, 2);
  map.keys = {"extraordinarily", " "};
  map.queries = {"\n", ""};
  const std::string svg = svg_of(figure_of({map}));
  const std::vector<std::string> texts = texts_of(svg);
  for (const char* label : {"extraordi…", "␣", "↵", "∅"}) {
    CAPTURE(label);
    CHECK(std::count(texts.begin(), texts.end(), label) == 1);
  }
  for (const XmlElement& text : elements_of(svg, "text")) {
    if (text.is_in("keys"))
      CHECK(text.attribute("transform").find("rotate(-90)") != std::string::npos);
  }
}

TEST_CASE("figures: maps stand side by side, inside the figure, and do not overlap") {
  std::vector<HeadMap> heads;
  for (int i = 0; i < 8; ++i) heads.push_back(even_map("head " + std::to_string(i), 16, 16));
  const std::string svg = svg_of(figure_of(heads));
  const XmlElement root = xml_elements(svg)[0];
  CHECK(root.number("width") <= 720);
  std::vector<XmlElement> frames = elements_of(svg, "rect", "frame");
  REQUIRE(frames.size() == 8);
  for (size_t i = 0; i < 8; ++i) {
    CHECK(frames[i].number("x") + frames[i].number("width") < root.number("width"));
    CHECK(frames[i].number("y") + frames[i].number("height") < root.number("height"));
    if (i % 4 > 0) {
      CHECK(frames[i].number("y") == frames[i - 1].number("y"));
      CHECK(frames[i].number("x") > frames[i - 1].number("x") + frames[i - 1].number("width"));
    }
  }
  CHECK(frames[4].number("y") > frames[0].number("y") + frames[0].number("height"));
}

TEST_CASE("figures: of a long sequence a cell is the largest of several weights") {
  HeadMap map{"head 0", numbered("q", 100), numbered("k", 200), std::vector<float>(20000), {}};
  map.weights[57 * 200 + 133] = 0.75F;
  const std::string svg = svg_of(figure_of({map}));
  const std::vector<std::string> colours = colours_in(svg, 50, 50);
  CHECK(colours[28 * 50 + 33] == weight_colour(0.75));
  CHECK(std::count(colours.begin(), colours.end(), weight_colour(0)) == 50 * 50 - 1);
  const std::vector<std::string> texts = texts_of(svg);
  CHECK(std::count(texts.begin(), texts.end(), "a cell is the largest of up to 4 × 4 weights") ==
        1);
  // Positions, since tokens would not fit.
  CHECK(label_x(svg, "16") - label_x(svg, "0") ==
        Approx((label_y(svg, "16") - label_y(svg, "0")) / 2));
}

TEST_CASE("figures: maps whose weights do not fit their labels are refused") {
  HeadMap map = even_map("head 0", 2, 3);
  map.weights.pop_back();
  CHECK_THROWS_MATCHES(
      svg_of(figure_of({map})), ShapeError,
      Catch::Matchers::Message("figure: the weights of \"head 0\" do not fit its labels: 2 "
                               "queries x 3 keys, 5 weights, 0 masked or not"));
  map.weights.push_back(0);
  map.blocked = {true};
  CHECK_THROWS_AS(svg_of(figure_of({map})), ShapeError);
  CHECK_THROWS_MATCHES(svg_of(figure_of({})), ShapeError,
                       Catch::Matchers::Message("figure: there are no heads to draw"));
}

TEST_CASE("figures: maps are well-formed XML whatever their texts are") {
  for (const std::string& text : hostile_texts) {
    const HeadMap map{text, {text, text}, {text}, {1, 1}, {}};
    HeadsFigure figure{.title = text, .about = text, .heads = {map}};
    figure.row_names = {text};
    const std::string svg = svg_file(svg_of(figure));
    CHECK(elements_of(svg, "script").empty());
    CHECK(svg.size() < 20000);
  }
  xml_elements(svg_of(figure_of({HeadMap{"nothing", {}, {}, {}, {}}})));
}

}  // namespace
}  // namespace heed::testing::heads_figure_test
