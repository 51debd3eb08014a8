// Text of any origin becomes part of a page as text, and the policy names what the page runs.
#include "heed/examples/cli/report/html.h"

#include <cstdio>
#include <string>

#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/report/page.h"
#include "heed/examples/cli/report/page_sources.h"
#include "heed/framework/io/output_file.h"
#include "heed/tests/examples/cli/runs/small_run.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/folder.h"

namespace heed::testing::html_test {
namespace {

/// What coreutils say, which share no code with heed.
std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  REQUIRE(pclose(pipe) == 0);
  return output;
}

/// The policy's words for a text.
std::string hash_of(const Folder& folder, const std::string& text) {
  folder.write("source", text);
  const std::string file = "'" + folder / "source" + "'";
  const std::string hex = output_of("sha256sum " + file).substr(0, 64);
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  folder.write("hash", bytes);
  return "'sha256-" + output_of("base64 -w0 '" + folder / "hash" + "'") + "'";
}

std::string between(const std::string& text, const std::string& start, const std::string& end) {
  const size_t first = text.find(start) + start.size();
  return text.substr(first, text.find(end, first) - first);
}

TEST_CASE("text of any origin is text on a page", "[report]") {
  CHECK(xml_text(R"(</script><b a="x" c='y'>&)") ==
        "&lt;/script&gt;&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;");
  const std::string nul(1, '\0');
  CHECK(xml_text("\x1b[31m" + nul + "\u202e\xff") == "\\u001b[31m\\u0000\\u202e\\xff");
  CHECK(text_element("p", "<", "a\"b") == "<p class=\"a&quot;b\">&lt;</p>");
  CHECK(html_id("</a b=\"c\">") == "a-b-c-");
}

TEST_CASE("JSON cannot leave its script element", "[report]") {
  const std::string hostile = "</script><!--<script>&\u2028\u2029\x01\"\\";
  const std::string json = script_json({{"<k>", hostile}});
  CHECK(json.find_first_of("<>&") == std::string::npos);
  CHECK(!contains(json, "\u2028"));
  CHECK(!contains(json, "\u2029"));
  CHECK(nlohmann::json::parse(json)["<k>"] == hostile);
}

TEST_CASE("hashes of any length are base64 in the policy", "[report]") {
  CHECK(csp_hash("00") == "'sha256-AA=='");
  CHECK(csp_hash("fffe") == "'sha256-//4='");
  CHECK(csp_hash("14fb9c03d97e") == "'sha256-FPucA9l+'");
}

TEST_CASE("the policy of a page allows its own script and style, and nothing else", "[report]") {
  const Folder folder;
  const std::string html = page_html({.title = "</title><script>", .header = {}});
  const std::string policy = between(html, "Content-Security-Policy\" content=\"", "\">");
  const std::string script = between(html, "<script>", "</script>");
  const std::string style = between(html, "<style>", "</style>");
  CHECK(script == report_script().text);
  CHECK(style == report_style().text);
  CHECK(policy == "default-src 'none'; script-src " + hash_of(folder, script) + "; style-src " +
                      hash_of(folder, style) +
                      "; img-src data:; base-uri 'none'; form-action 'none'");
  CHECK(contains(html, "<title>&lt;/title&gt;&lt;script&gt;</title>"));
}

TEST_CASE("the sources ask for nothing from elsewhere and make no HTML of text", "[report]") {
  for (const PageSource& source : {report_style(), report_script(), live_script(),
                                   playground_style(), playground_script(), worker_script()}) {
    std::string text(source.text);
    const std::string name_space = "http://www.w3.org/2000/svg";  // a name, never fetched
    if (const size_t at = text.find(name_space); at != std::string::npos) {
      text.erase(at, name_space.size());
    }
    for (const char* word : {"http:", "https:", "//", "@import", "url(http", "innerHTML", "eval(",
                             "insertAdjacentHTML", "document.write", "fetch(", "</script", "<!--",
                             "setAttribute(\"style"}) {
      CAPTURE(word);
      CHECK(!contains(text, word));
    }
  }
}

TEST_CASE("a table has a cell for each text", "[report]") {
  const HtmlTable table{.head = {"a", "<b>"}, .rows = {{"1", "x&y"}}, .is_number = {true}};
  const std::string html = to_html(table);
  CHECK(
      contains(html, "<th scope=\"col\" class=\"number\">a</th><th scope=\"col\">&lt;b&gt;</th>"));
  CHECK(contains(html, "<td class=\"number\">1</td><td>x&amp;y</td>"));
}

TEST_CASE("a page is written over the old one, or not at all", "[report]") {
  const Folder folder;
  folder.write("page.html", "old");
  replace_file(folder / "page.html", "new");
  CHECK(folder.read("page.html") == "new");
  std::filesystem::create_directory(folder / "folder");
  CHECK_THROWS(replace_file(folder / "folder", "new"));
  CHECK_THROWS(replace_file(folder / "missing/page.html", "new"));
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    files += entry.is_regular_file();
  }
  CHECK(files == 1);  // no partial one is left
}

}  // namespace
}  // namespace heed::testing::html_test
