// HTML: text of any origin becomes part of a page here, by xml_text(), and nowhere else.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/json.h"

namespace heed {

/// JSON that can stand between <script type="application/json"> and its end, whatever is in it.
std::string script_json(const JsonValue& value);

/// Bytes as letters, four for each three.
std::string base64(std::string_view bytes);

/// The source expression of a Content-Security-Policy for what has this SHA-256, given in
/// hexadecimal digits: 'sha256-…'.
std::string csp_hash(std::string_view sha256);

/// An identifier for an element: letters, digits and dashes of a text.
std::string html_id(std::string_view text);

/// An element of text: <name class="…">text</name>, without the attribute if there is no class.
std::string text_element(std::string_view name, std::string_view text,
                         std::string_view style_class = "");

/// A table of texts. Columns for which `is_number` are flush right.
struct HtmlTable {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> is_number{};  ///< by column; those that are missing are not
  bool is_sortable = false;
  std::string caption{};  ///< for those who cannot see where it stands
};
std::string to_html(const HtmlTable& table);

/// Folded: a line to click, and what it opens, which is HTML.
std::string folded(std::string_view line, std::string_view html, bool is_open = false);

/// Names with their values, as a list.
std::string fact_list(const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace heed
