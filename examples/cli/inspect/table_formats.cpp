#include "heed/examples/cli/inspect/table_formats.h"

#include <string_view>

#include "heed/framework/base/text.h"

namespace heed {
namespace {

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string markdown_cell(const std::string& text) {
  std::string escaped;
  for (const char c : cell_text(text)) {
    if (std::string_view("\\|`*_[]<>&#~").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

template <class Cell>
void add_markdown_line(std::string& text, size_t columns, const Cell& cell) {
  text += "|";
  for (size_t i = 0; i < columns; ++i) text += " " + cell(i) + " |";
  text += "\n";
}

}  // namespace

std::string cell_text(const std::string& text) {
  std::string cell;
  for (const char c : without_controls(text)) {
    if (c == '\n') {
      cell += "\\u000a";
    } else if (c == '\t') {
      cell += "\\u0009";
    } else {
      cell += c;
    }
  }
  return cell;
}

std::string csv_text(const std::vector<std::vector<std::string>>& lines) {
  std::string text;
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) text += (i > 0 ? "," : "") + csv_cell(line[i]);
    text += "\n";
  }
  return text;
}

std::string markdown_table(const std::vector<std::vector<std::string>>& lines,
                           const std::function<bool(size_t column)>& is_number) {
  std::string text;
  for (const auto& line : lines) {
    add_markdown_line(text, line.size(), [&](size_t i) { return markdown_cell(line[i]); });
    if (&line != &lines.front()) continue;
    add_markdown_line(text, line.size(),
                      [&](size_t i) { return std::string(is_number(i) ? "---:" : "---"); });
  }
  return text;
}

}  // namespace heed
