#include "heed/examples/cli/report/page.h"

#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/report/html.h"
#include "heed/examples/cli/report/page_sources.h"

namespace heed {
namespace {

std::string policy() {
  return "default-src 'none'; script-src " + csp_hash(page_script().sha256) + "; style-src " +
         csp_hash(page_style().sha256) + "; img-src data:; base-uri 'none'; form-action 'none'";
}

std::string contents_html(const std::vector<PageSection>& sections) {
  std::string html = "<nav aria-label=\"Contents\"><ul>";
  for (const auto& [id, title] : sections) {
    html += "<li><a href=\"#" + xml_text(id) + "\">" + xml_text(title) + "</a></li>";
  }
  return html + "</ul></nav>\n";
}

}  // namespace

std::string page_html(const Page& page) {
  std::string html = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  html += "<meta http-equiv=\"Content-Security-Policy\" content=\"" + policy() + "\">\n";
  html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  html += "<meta name=\"color-scheme\" content=\"light dark\">\n";
  html += text_element("title", page.title) + "\n<style>";
  html += page_style().text;
  html += "</style>\n</head>\n<body>\n<header>\n" + page.header + "</header>\n";
  html += contents_html(page.sections) + "<main>\n" + page.body + "</main>\n";
  html += "<footer><p>Made by heed report. This file needs nothing but itself.</p></footer>\n";
  html += "<script type=\"application/json\" id=\"heed-data\">" + script_json(page.data) +
          "</script>\n<script>";
  html += page_script().text;
  html += "</script>\n</body>\n</html>\n";
  return html;
}

}  // namespace heed
