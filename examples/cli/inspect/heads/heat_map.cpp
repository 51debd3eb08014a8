#include "heed/examples/cli/inspect/heads/heat_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace heed {
namespace {

constexpr std::array<const char*, 5> shades{" ", "░", "▒", "▓", "█"};
constexpr std::array<double, 4> shade_from{0.1, 0.3, 0.5, 0.8};  // of all but the first
constexpr int64_t gap = 3;                                       // columns between two heads
constexpr int64_t narrowest = 18;  // for what stands above and below a map

/// The weights of one head in cells.
struct Map {
  std::vector<std::string> lines;
  int64_t columns = 0;
  double largest = 0;
};

const char* shade_of(double weight) {
  const auto darker = std::upper_bound(shade_from.begin(), shade_from.end(), weight);
  return shades[static_cast<size_t>(darker - shade_from.begin())];
}

Map map_of(const Tensor& weights, int64_t h, int64_t most) {
  const int64_t L_1 = weights.size(1), L_2 = weights.size(2);
  const int64_t rows = (L_1 + most - 1) / most, columns = (L_2 + most - 1) / most;
  const std::vector<double> p = weights.select(0, h).to(DType::f64).to_vector<double>();
  Map map;
  if (!p.empty()) map.largest = *std::max_element(p.begin(), p.end());
  for (int64_t i = 0; i < L_1; i += rows) {
    std::string line;
    for (int64_t j = 0; j < L_2; j += columns) {
      double weight = 0;
      for (int64_t y = i; y < std::min(i + rows, L_1); ++y) {
        for (int64_t x = j; x < std::min(j + columns, L_2); ++x) {
          weight = std::max(weight, p[static_cast<size_t>(y * L_2 + x)]);
        }
      }
      line += shade_of(weight);
    }
    map.lines.push_back(line);
  }
  map.columns = L_2 == 0 ? 0 : (L_2 + columns - 1) / columns;
  return map;
}

std::string repeated(const char* text, int64_t times) {
  std::string all;
  for (int64_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

std::string heat_maps(const Tensor& weights, int64_t most, int64_t width) {
  const int64_t H = weights.size(0);
  std::vector<Map> maps;
  for (int64_t h = 0; h < H; ++h) maps.push_back(map_of(weights, h, most));
  const int64_t framed = H == 0 ? 1 : maps[0].columns + 2;
  const int64_t each = std::max(framed, narrowest) + gap;
  const int64_t in_a_row = std::max<int64_t>(1, (width - 2 + gap) / each);
  std::string text;
  for (int64_t first = 0; first < H; first += in_a_row) {
    const int64_t end = std::min(first + in_a_row, H);
    const auto add_line = [&](const auto& part) {
      std::string line = "  ";
      for (int64_t h = first; h < end; ++h) line += part(h);
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    };
    const std::string padding(static_cast<size_t>(each - framed), ' ');
    const std::string edge = repeated("─", framed - 2);
    add_line([&](int64_t h) { return fmt::format("{:<{}}", fmt::format("head {}", h), each); });
    add_line([&](int64_t) { return "┌" + edge + "┐" + padding; });
    for (size_t i = 0; i < maps[0].lines.size(); ++i) {
      add_line(
          [&](int64_t h) { return "│" + maps[static_cast<size_t>(h)].lines[i] + "│" + padding; });
    }
    add_line([&](int64_t) { return "└" + edge + "┘" + padding; });
    add_line([&](int64_t h) {
      const double largest = maps[static_cast<size_t>(h)].largest;
      return fmt::format("{:<{}}", fmt::format("largest {:.2f}", largest), each);
    });
  }
  text += "  weights:";
  for (size_t i = 0; i < shade_from.size(); ++i) {
    text += fmt::format(" {} from {}", shades[i + 1], shade_from[i]);
  }
  return text + "\n";
}

}  // namespace heed
