// Tables for other programs: CSV, and Markdown for reports.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace heed {

/// A text as one cell of a table on a terminal: line breaks and tabs shown as control characters
/// are.
std::string cell_text(const std::string& text);

/// Lines of cells as CSV (RFC 4180, but with plain line breaks): quotes where they are needed.
std::string csv_text(const std::vector<std::vector<std::string>>& lines);

/// The first line as the heading of a Markdown table; columns for which `is_number` flush right.
std::string markdown_table(const std::vector<std::vector<std::string>>& lines,
                           const std::function<bool(size_t column)>& is_number);

}  // namespace heed
