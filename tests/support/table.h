// Looking for rows of a table, which have a `name` each.
#pragma once

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heed::testing {

/// All rows of a list of functions that give some.
template <class Row>
std::vector<Row> joined_table(const std::vector<std::vector<Row> (*)()>& families) {
  std::vector<Row> all;
  for (const auto& family : families) {
    for (Row& row : family()) all.push_back(std::move(row));
  }
  return all;
}

/// nullptr if there is no such row.
template <class Row>
const Row* find_row(const std::vector<Row>& table, const std::string& name) {
  for (const Row& row : table) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

/// The rows that the environment variable names ("add mul"); all if it is not set.
template <class Row>
std::vector<Row> chosen_rows(const std::vector<Row>& table, const char* variable) {
  const char* names = std::getenv(variable);
  if (names == nullptr) return table;
  std::istringstream words(names);
  std::vector<Row> chosen;
  for (std::string name; words >> name;) {
    const Row* row = find_row(table, name);
    if (row == nullptr) {
      throw std::invalid_argument(std::string(variable) + ": no row is named " + name);
    }
    chosen.push_back(*row);
  }
  return chosen;
}

}  // namespace heed::testing
