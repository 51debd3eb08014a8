// Where the data of an SVG path leads.
#pragma once

#include <cctype>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heed::testing {

/// The corners of each part of a path that has only M, l, h, v, H, V and z; others throw
/// std::runtime_error.
inline std::vector<std::vector<std::pair<double, double>>> path_parts(const std::string& data) {
  std::vector<std::vector<std::pair<double, double>>> parts;
  std::pair<double, double> at{};
  char command = '\0';
  for (size_t i = 0; i < data.size();) {
    const char c = data[i];
    if (c == ' ' || c == 'z') {
      ++i;
      continue;
    }
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      command = c;
      ++i;
    }
    const auto number = [&] {
      size_t length = 0;
      const double value = std::stod(data.substr(i), &length);
      i += length;
      return value;
    };
    const auto [x, y] = at;
    if (command == 'M') {
      at.first = number();
      at.second = number();
      parts.emplace_back();
    } else if (command == 'l') {
      at.first += number();
      at.second += number();
    } else if (command == 'h') {
      at.first = x + number();
    } else if (command == 'v') {
      at.second = y + number();
    } else if (command == 'H') {
      at.first = number();
    } else if (command == 'V') {
      at.second = number();
    } else {
      throw std::runtime_error(std::string("unknown in a path: ") + command);
    }
    parts.back().push_back(at);
  }
  return parts;
}

}  // namespace heed::testing
