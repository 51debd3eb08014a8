#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "heed/examples/cli/figures/palette.h"
#include "heed/examples/cli/snapshots/snapshot.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/examples/cli/figures/svg_path.h"
#include "heed/tests/examples/cli/figures/xml_elements.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_plot_heads_test {
namespace {

const std::string path = "decoder.blocks.0.cross_attention";

/// Two heads over 2 queries and 3 keys: head 0 reads evenly, head 1 the key `key` only.
SnapshotAttention attention_on(const std::string& name, int64_t key) {
  std::vector<float> weights(12, 1.0F / 3);
  for (int64_t i = 6; i < 12; ++i) weights[static_cast<size_t>(i)] = i % 3 == key ? 1 : 0;
  SnapshotAttention attention{name, {}, {{"entropy", {1, 0}}}};
  for (const char* query : {"x", "z"}) {
    attention.probes.push_back({{query, "y"},
                                {"<a>", "b", "c"},
                                from_values(weights, {2, 2, 3}),
                                full({2, 3}, 0, DType::boolean)});
  }
  return attention;
}

Snapshot snapshot_at(int64_t step, int64_t key) {
  Snapshot snapshot{.step = step, .loss = 1, .sequences = 4, .probe_texts = {"a b", "c d"}};
  snapshot.attentions = {attention_on(path, key)};
  return snapshot;
}

/// What makes a directory a run.
void make_run(const Folder& folder) {
  std::filesystem::create_directory(folder / "run-1");
  folder.write("run-1/config.json", "{}");
  folder.write("run-1/metrics.jsonl", "");
}

/// A run of two snapshots, in which head 1 turns from key 0 to key 2.
void write_run(const Folder& folder) {
  make_run(folder);
  save_snapshot(folder / "run-1", snapshot_at(0, 0));
  save_snapshot(folder / "run-1", snapshot_at(10, 2));
}

Ended plot(const Folder& folder, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"plot", "run-1", "--what", "heads", "--out", "x.svg"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_heed(folder, arguments);
}

/// The column of the brightest cell in the first row of a map.
int64_t brightest(const std::string& svg, size_t map) {
  const XmlElement frame = elements_of(svg, "rect", "frame").at(map);
  const double cell = frame.number("width") / 3;
  for (const XmlElement& element : elements_of(svg, "path")) {
    if (!element.is_in("weights") || element.attribute("fill") != weight_colour(1)) continue;
    for (const auto& corners : path_parts(element.attribute("d"))) {
      const double column = (corners[0].first - frame.number("x")) / cell;
      const bool is_first_row = corners[0].second == frame.number("y");
      if (is_first_row && column > -0.1 && column < 2.9) return static_cast<int64_t>(column + 0.5);
    }
  }
  return -1;
}

TEST_CASE("heed plot draws the heads of the last snapshot side by side") {
  const Folder folder;
  write_run(folder);
  const Ended ended = plot(folder, {});
  CHECK(ended.err.empty());
  REQUIRE(ended.exit_code == 0);
  const std::string svg = folder.read("x.svg");
  CHECK(ended.out == R"({"file":"x.svg","what":"heads","runs":["run-1"],"bytes":)" +
                         std::to_string(svg.size()) + "}\n");
  REQUIRE(elements_of(svg, "rect", "frame").size() == 2);
  CHECK(brightest(svg, 0) == -1);
  CHECK(brightest(svg, 1) == 2);
  const std::vector<std::string> texts = texts_of(svg);
  for (const char* text : {"run-1, step 10", "head 0", "head 1", "x", "y"}) {
    CAPTURE(text);
    CHECK(std::count(texts.begin(), texts.end(), text) == 1);
  }
  CHECK(std::count(texts.begin(), texts.end(), "<a>") == 2);  // above each map
  CHECK(elements_of(svg, "desc").at(0).text ==
        "Attention weights at step 10 for the input \"a b\": a row is a position that asks, a "
        "column one that it reads from.");
}

TEST_CASE("heed plot draws several steps as a film strip") {
  const Folder folder;
  write_run(folder);
  REQUIRE(plot(folder, {"--steps", "0,last", "--probe", "1", "--title", "a < b"}).exit_code == 0);
  const std::string svg = folder.read("x.svg");
  REQUIRE(elements_of(svg, "rect", "frame").size() == 4);  // rows are heads
  CHECK(brightest(svg, 2) == 0);
  CHECK(brightest(svg, 3) == 2);
  const std::vector<std::string> texts = texts_of(svg);
  for (const std::string& text : {std::string("a < b"), std::string("head 0"),
                                  std::string("head 1"), std::string("step 0")}) {
    CAPTURE(text);
    CHECK(std::count(texts.begin(), texts.end(), text) == 1);
  }
  CHECK(std::count(texts.begin(), texts.end(), "z") == 2);  // the query of the second input
}

TEST_CASE("heed plot draws the heads of every attention, or of one") {
  const Folder folder;
  write_run(folder);
  Snapshot snapshot = snapshot_at(20, 1);
  snapshot.attentions.push_back(attention_on("encoder.blocks.0.attention", 1));
  save_snapshot(folder / "run-1", snapshot);
  REQUIRE(plot(folder, {}).exit_code == 0);
  const std::vector<std::string> texts = texts_of(folder.read("x.svg"));
  for (const std::string& text : {path, std::string("encoder.blocks.0.attention")}) {
    CHECK(std::count(texts.begin(), texts.end(), text) == 1);  // each a row
  }
  CHECK(elements_of(folder.read("x.svg"), "rect", "frame").size() == 4);
  REQUIRE(plot(folder, {"--attention", path}).exit_code == 0);
  CHECK(elements_of(folder.read("x.svg"), "rect", "frame").size() == 2);
}

TEST_CASE("heed plot replaces a figure, and writes nothing if it cannot draw one") {
  const Folder folder;
  write_run(folder);
  folder.write("x.svg", "old");
  const auto fails = [&](const std::vector<std::string>& more, const std::string& message) {
    const Ended ended = plot(folder, more);
    CHECK(ended.exit_code == 2);
    CHECK(ended.out.empty());
    CHECK(ended.err == message + "\n");
    CHECK(folder.read("x.svg") == "old");
  };
  fails({"--steps", "5"}, "--steps 5: error: no snapshot was taken at this step; there are 0, 10");
  for (const char* steps : {"", "1,", ",", "1 2", "x", "-1", "1e3", "99999999999999999999"}) {
    fails({"--steps", steps}, std::string("--steps ") + steps +
                                  ": error: must be steps with commas between, such as 0,10,last");
  }
  fails({"--probe", "2"}, "--probe 2: error: the snapshots have 2 inputs, counted from 0");
  fails({"--attention", "encoder"},
        "--attention encoder: error: the snapshots have no such "
        "attention; they have \"" +
            path + "\"");
  CHECK(folder.names() == std::vector<std::string>{"run-1", "x.svg"});
  REQUIRE(plot(folder, {}).exit_code == 0);
  CHECK(folder.read("x.svg").substr(0, 5) == "<?xml");
}

TEST_CASE("heed plot refuses files that it could not write, before it reads a run") {
  const Folder folder;
  std::filesystem::create_directory(folder / "a.svg");
  const auto fails = [&](const std::string& out, const std::string& message) {
    const Ended ended = run_heed(folder, {"plot", "nowhere", "--what", "heads", "--out", out});
    CHECK(ended.exit_code == 2);
    CHECK(ended.err == "--out " + out + ": error: " + message + "\n");
  };
  fails("x.jpg", "must end in .svg or .png");
  fails("svg", "must end in .svg or .png");
  fails("no/x.svg", "no such directory: no");
  fails("a.svg", "is a directory");
  CHECK(folder.names() == std::vector<std::string>{"a.svg"});
}

TEST_CASE("heed plot says if a run has no snapshots") {
  const Folder folder;
  make_run(folder);
  const Ended ended = plot(folder, {});
  CHECK(ended.exit_code == 2);
  CHECK(ended.err ==
        "run-1: error: there are no snapshots; `heed train` takes them if train.snapshots is not "
        "0\n");
}

TEST_CASE("heed plot draws scores, and refuses options that another figure has") {
  const Folder folder;
  write_run(folder);
  const Ended ended = run_heed(
      folder, {"plot", "run-1", "--what", "scores", "--scores", "entropy", "--out", "x.svg"});
  REQUIRE(ended.exit_code == 0);
  const std::vector<std::string> texts = texts_of(folder.read("x.svg"));
  CHECK(std::count(texts.begin(), texts.end(), "head 1") == 1);
  const Ended refused = plot(folder, {"--scores", "entropy"});
  CHECK(refused.exit_code == 2);
  CHECK(refused.err ==
        "heed plot: --scores means nothing for --what heads; see heed plot --help\n");
}

TEST_CASE("heed plot shows hostile labels as text") {
  const Folder folder;
  make_run(folder);
  for (const std::string& text : hostile_texts) {
    if (first_invalid_utf8(text) != text.size()) continue;  // not in a snapshot
    Snapshot snapshot = snapshot_at(0, 0);
    for (auto& probe : snapshot.attentions[0].probes) probe.queries[0] = probe.keys[0] = text;
    save_snapshot(folder / "run-1", snapshot);
    const Ended ended = plot(folder, {"--title", text.substr(0, 1000)});
    REQUIRE(ended.exit_code == 0);
    CHECK(elements_of(folder.read("x.svg"), "script").empty());
  }
}

}  // namespace
}  // namespace heed::testing::program_plot_heads_test
