// `heed graph`: a picture of one forward pass in Graphviz's language.
#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_graph_test {
namespace {

using Json = nlohmann::ordered_json;

/// What a picture holds; reading it fails the test where its structure is wrong.
struct Drawn {
  std::map<std::string, std::string> frame_of;  // a node's frames, from the outermost: "a/b/c"
  std::set<std::string> frames;
  std::vector<std::pair<std::string, std::string>> edges;
  std::vector<std::string> labels;  // of the edges

  explicit Drawn(const std::string& dot) {
    // A text in quotes, and what may stand in a line.
    const std::string text = R"x("((?:[^"\\]|\\.)*)")x", id = "([a-z]+[0-9]+)";
    const std::regex node(id + R"x( \[label=)x" + text + R"x((, [a-z]+=[a-z]+)*\];)x");
    const std::regex edge(id + " -> " + id + R"x((?: \[label=)x" + text + R"x(\])?;)x");
    const std::regex opening(R"x(subgraph cluster_[0-9]+ \{)x"), label("label=" + text + ";");
    const std::regex setting(R"x((labelloc=t|rankdir=TB|node \[shape=box\]);)x");
    std::vector<std::string> open;
    const std::vector<std::string> lines = lines_of(dot);
    REQUIRE(lines.front() == "digraph heed {");
    REQUIRE(lines.back() == "}");
    for (size_t i = 1; i + 1 < lines.size(); ++i) {
      const std::string line = lines[i].substr(lines[i].find_first_not_of(' '));
      std::smatch match;
      CAPTURE(line);
      if (std::regex_match(line, match, node)) {
        std::string path;
        for (const std::string& frame : open) path += (path.empty() ? "" : "/") + frame;
        CHECK(frame_of.emplace(match[1], path).second);
      } else if (std::regex_match(line, match, edge)) {
        edges.emplace_back(match[1], match[2]);
        labels.push_back(match[3]);
      } else if (std::regex_match(line, opening)) {
        open.emplace_back();
      } else if (std::regex_match(line, match, label)) {
        if (!open.empty()) open.back() = match[1];
        std::string path;
        for (const std::string& frame : open) path += (path.empty() ? "" : "/") + frame;
        frames.insert(path);
      } else if (line == "}") {
        REQUIRE(!open.empty());
        open.pop_back();
      } else {
        CHECK(std::regex_match(line, setting));
      }
    }
    CHECK(open.empty());
    for (const auto& [from, to] : edges) {
      CHECK(frame_of.contains(from));
      CHECK(frame_of.contains(to));
    }
  }
};

TEST_CASE("the picture has a box for each op, a frame for each module", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended ended = run_heed(folder, {"graph", "tiny.json"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(folder.names() == std::vector<std::string>{"tiny.json"});
  const Drawn drawn(ended.out);
  const std::vector<Json> trace =
      json_lines(run_heed(folder, {"trace", "tiny.json", "--json"}).out);
  for (size_t i = 0; i + 1 < trace.size(); ++i) {
    const std::string id = "op" + std::to_string(i + 1);
    REQUIRE(drawn.frame_of.contains(id));
    CHECK(contains(ended.out, id + " [label=\"" + trace[i]["op"].get<std::string>() + "\"]"));
    std::string path =
        std::regex_replace(trace[i]["path"].get<std::string>(), std::regex(R"(\.(?![0-9]))"), "/");
    CHECK(drawn.frame_of.at(id) == path);
    for (const auto& input : trace[i]["inputs"]) {
      const auto name = input.get<std::string>();
      if (!name.starts_with("#")) continue;
      const std::pair<std::string, std::string> wanted{"op" + name.substr(1), id};
      CHECK(std::count(drawn.edges.begin(), drawn.edges.end(), wanted) >= 1);
    }
  }
  CHECK(drawn.frames.contains("encoder/blocks.0/attention/W_Q"));
  const auto has_label = [&](const std::string& label) {
    return std::find(drawn.labels.begin(), drawn.labels.end(), label) != drawn.labels.end();
  };
  CHECK(has_label("[8, 8]"));  // a matrix of the attention
  CHECK(has_label("B H L_1 L_2\\n[2, 1, 4, 4]"));
}

TEST_CASE("every shipped configuration can be drawn", "[program]") {
  const Folder folder;
  link_configs(folder);
  for (const std::string& path : shipped_configs()) {
    CAPTURE(path);
    const Ended ended = run_heed(folder, {"graph", path});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    const Drawn drawn(ended.out);
    CHECK(drawn.edges.size() > 10);
  }
}

TEST_CASE("a name with quotes is quoted", "[program]") {
  const Folder folder;
  folder.write("a\"b\\.json", tiny_config());
  const Ended ended = run_heed(folder, {"graph", "a\"b\\.json"});
  REQUIRE(ended.exit_code == 0);
  CHECK(contains(ended.out, R"(label="a\"b\\.json: one forward pass of 2 sequences";)"));
  const Drawn drawn(ended.out);
}

}  // namespace
}  // namespace heed::testing::program_graph_test
