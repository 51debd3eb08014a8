#include "heed/examples/cli/report/html.h"

#include <cctype>
#include <cstdint>

#include "heed/examples/cli/figures/svg.h"

namespace heed {
namespace {

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string row_html(const HtmlTable& table, const std::vector<std::string>& cells,
                     const std::string& name, const std::string& attributes = "") {
  std::string html = "<tr>";
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool is_number = i < table.is_number.size() && table.is_number[i];
    html += "<" + name + attributes + (is_number ? " class=\"number\">" : ">") +
            xml_text(cells[i]) + "</" + name + ">";
  }
  return html + "</tr>";
}

}  // namespace

std::string script_json(const JsonValue& value) {
  const std::string json = json_text(value);
  std::string text;
  text.reserve(json.size());
  for (size_t i = 0; i < json.size(); ++i) {
    const std::string_view rest = std::string_view(json).substr(i);
    if (json[i] == '<') {
      text += "\\u003c";
    } else if (json[i] == '>') {
      text += "\\u003e";
    } else if (json[i] == '&') {
      text += "\\u0026";
    } else if (rest.starts_with("\u2028") || rest.starts_with("\u2029")) {
      text += rest.starts_with("\u2028") ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      text += json[i];
    }
  }
  return text;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t first = 0; first < bytes.size(); first += 3) {
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (first + i < bytes.size() ? static_cast<uint8_t>(bytes[first + i]) : 0U);
    }
    for (size_t i = 0; i < 4; ++i) {
      text += first + i > bytes.size() ? '=' : letters[bits >> (18 - 6 * i) & 63];
    }
  }
  return text;
}

std::string csp_hash(std::string_view sha256) {
  return "'sha256-" + base64(bytes_of_hex(sha256)) + "'";
}

std::string html_id(std::string_view text) {
  std::string id;
  for (const char c : text) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (is_plain) {
      id += c;
    } else if (!id.empty() && id.back() != '-') {
      id += '-';
    }
  }
  return id;
}

std::string text_element(std::string_view name, std::string_view text,
                         std::string_view style_class) {
  std::string html = "<" + std::string(name);
  if (!style_class.empty()) html += " class=\"" + xml_text(style_class) + "\"";
  return html + ">" + xml_text(text) + "</" + std::string(name) + ">";
}

std::string to_html(const HtmlTable& table) {
  std::string html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" +
                     xml_text(table.caption.empty() ? "table" : table.caption) + "\"><table" +
                     (table.is_sortable ? " data-sortable>" : ">");
  html += "<thead>" + row_html(table, table.head, "th", " scope=\"col\"") + "</thead><tbody>";
  for (const std::vector<std::string>& row : table.rows) html += row_html(table, row, "td") + "\n";
  return html + "</tbody></table></div>";
}

std::string folded(std::string_view line, std::string_view html, bool is_open) {
  return std::string(is_open ? "<details open>" : "<details>") + text_element("summary", line) +
         std::string(html) + "</details>\n";
}

std::string fact_list(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::string html = "<dl class=\"facts\">\n";
  for (const auto& [name, value] : facts) {
    html += text_element("dt", name) + text_element("dd", value) + "\n";
  }
  return html + "</dl>\n";
}

}  // namespace heed
