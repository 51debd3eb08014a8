#include "heed/examples/cli/report/page.h"

#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/report/html.h"

namespace heed {
namespace {

std::string policy(const Page& page) {
  std::string text = "default-src 'none'; script-src";
  for (const PageSource& script : page.scripts) text += " " + csp_hash(script.sha256);
  if (page.engine) text += " 'wasm-unsafe-eval'; worker-src blob:";
  return text + "; style-src " + csp_hash(page.style.sha256) +
         "; img-src data:; base-uri 'none'; form-action 'none'";
}

std::string contents_html(const std::vector<PageSection>& sections) {
  if (sections.empty()) return "";
  std::string html = "<nav aria-label=\"Contents\"><ul>";
  for (const auto& [id, title] : sections) {
    html += "<li><a href=\"#" + xml_text(id) + "\">" + xml_text(title) + "</a></li>";
  }
  return html + "</ul></nav>\n";
}

std::string data_html(const char* id, const JsonValue& data) {
  return std::string("<script type=\"application/json\" id=\"") + id + "\">" + script_json(data) +
         "</script>\n";
}

}  // namespace

std::string page_html(const Page& page) {
  std::string html = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  html += "<meta http-equiv=\"Content-Security-Policy\" content=\"" + policy(page) + "\">\n";
  html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  html += "<meta name=\"color-scheme\" content=\"light dark\">\n";
  html += text_element("title", page.title) + "\n<style>";
  html += page.style.text;
  html += "</style>\n</head>\n<body>\n<header>\n" + page.header + "</header>\n";
  html += contents_html(page.sections) + "<main>\n" + page.body + "</main>\n";
  html += "<footer><p>Made by " + xml_text(page.made_by) +
          ". This file needs nothing but itself.</p></footer>\n";
  html += data_html("heed-data", page.data);
  if (page.engine) {
    html +=
        data_html("heed-engine", {{"script", page.engine->script}, {"wasm", page.engine->wasm}});
  }
  for (const PageSource& script : page.scripts) {
    html += "<script>";
    html += script.text;
    html += "</script>\n";
  }
  html += "</body>\n</html>\n";
  return html;
}

}  // namespace heed
