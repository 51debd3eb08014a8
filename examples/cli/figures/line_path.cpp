#include "heed/examples/cli/figures/line_path.h"

#include <cmath>

#include "heed/examples/cli/figures/svg.h"

namespace heed {
namespace {

using Point = std::pair<double, double>;

double in_tenths(double position) {
  return std::round(position * 10) / 10;
}

/// "M64 120.5l0.5-3.2 0.5 1.7", rounded to tenths that do not add up.
std::string stroke(const std::vector<Point>& points) {
  std::string path;
  Point last{};
  for (size_t i = 0; i < points.size(); ++i) {
    const auto [x, y] = points[i];
    const std::string first = svg_number(i == 0 ? x : x - last.first);
    const std::string second = svg_number(i == 0 ? y : y - last.second);
    const char* before = i == 0 ? "M" : i == 1 ? "l" : first.starts_with('-') ? "" : " ";
    path += before + first + (second.starts_with('-') ? "" : " ") + second;
    last = points[i];
  }
  return path;
}

}  // namespace

LinePath line_path(const LineFrame& frame, const Series& series, const std::vector<size_t>& kept) {
  LinePath path;
  std::vector<Point> run;
  const auto end_run = [&] {
    if (run.size() == 1) path.single_points.push_back(run[0]);
    if (run.size() > 1) path.line += stroke(run);
    run.clear();
  };
  for (const size_t i : kept) {
    if (!frame.x().shows(series.x[i]) || !frame.y().shows(series.y[i])) {
      end_run();
      continue;
    }
    run.emplace_back(in_tenths(frame.x().position(series.x[i])),
                     in_tenths(frame.y().position(series.y[i])));
    path.points.push_back(run.back());
  }
  end_run();
  return path;
}

std::string band_path(const LineFrame& frame, const Band& band) {
  std::string path;
  std::vector<Point> above, below;
  const auto end_run = [&] {
    above.insert(above.end(), below.rbegin(), below.rend());
    if (above.size() > 2) path += stroke(above) + "z";
    above.clear();
    below.clear();
  };
  for (size_t i = 0; i < band.x.size(); ++i) {
    if (!frame.x().shows(band.x[i]) || !frame.y().shows(band.high[i]) || std::isnan(band.low[i])) {
      end_run();
      continue;
    }
    const double x = in_tenths(frame.x().position(band.x[i]));
    // What a logarithmic axis cannot show lies below all of it.
    const double low =
        frame.y().shows(band.low[i]) ? frame.y().position(band.low[i]) : frame.y().start();
    above.emplace_back(x, in_tenths(frame.y().position(band.high[i])));
    below.emplace_back(x, in_tenths(low));
  }
  end_run();
  return path;
}

}  // namespace heed
