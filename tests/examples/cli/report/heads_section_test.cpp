// The heads of a page are those of the snapshots: the same numbers at the same places, masks kept,
// and what does not belong left out.
#include "heed/examples/cli/report/heads_section.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "heed/examples/cli/report/scores_section.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/examples/cli/runs/small_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::heads_section_test {
namespace {

using Json = nlohmann::json;

std::vector<std::string> labels(const std::string& name, int64_t count) {
  std::vector<std::string> all;
  for (int64_t i = 0; i < count; ++i) all.push_back(name + std::to_string(i));
  return all;
}

/// A weight that tells its place: no two axes can be taken for each other.
float weight_at(int64_t step, int64_t head, int64_t query, int64_t key) {
  return static_cast<float>(0.001 * static_cast<double>(step) + 0.3 * static_cast<double>(head) +
                            0.04 * static_cast<double>(query) + 0.007 * static_cast<double>(key));
}

/// One attention of `heads` heads in which key 1 is masked for query 0.
Snapshot snapshot_at(int64_t step, int64_t heads = 2, int64_t queries = 2, int64_t keys = 3) {
  std::vector<float> weights;
  for (int64_t h = 0; h < heads; ++h) {
    for (int64_t i = 0; i < queries; ++i) {
      for (int64_t j = 0; j < keys; ++j) weights.push_back(weight_at(step, h, i, j));
    }
  }
  std::vector<int64_t> blocked(static_cast<size_t>(queries * keys));
  blocked[1] = 1;
  SnapshotAttention attention{.path = "encoder.blocks.0.attention", .probes = {}, .scores = {}};
  attention.probes.push_back({labels("q", queries), labels("k", keys),
                              from_values<float>(weights, {heads, queries, keys}),
                              from_values<int64_t>(blocked, {queries, keys}).to(DType::boolean)});
  const std::vector<double> match(static_cast<size_t>(heads), step < 10 ? 0.0 : 0.9);
  attention.scores = {{"prefix_match", match}};
  return {.step = step, .loss = 1.5, .probe_texts = {"1 2 3"}, .attentions = {attention}};
}

/// The letters of page/head_data.js, read back.
std::vector<int64_t> unpacked(const std::string& text) {
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<int64_t> numbers;
  uint64_t value = 0;
  unsigned shift = 0;
  for (const char letter : text) {
    REQUIRE(letter != '.');  // no run of zeros in these
    const uint64_t digit = letters.find(letter);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit >= 32) continue;
    const auto size = static_cast<int64_t>(value >> 1);
    numbers.push_back((value & 1) != 0 ? -size : size);
    value = shift = 0;
  }
  return numbers;
}

Json data_of(const HeadsSection& section) {
  return Json::parse(json_text(section.data));
}

TEST_CASE("a page has each weight at its place", "[report]") {
  std::vector<std::string> warnings;
  const HeadsSection section = heads_section({snapshot_at(0), snapshot_at(5)}, warnings);
  CHECK(warnings.empty());
  const Json data = data_of(section);
  CHECK(data["steps"] == Json({0, 5}));
  CHECK(data["losses"] == Json({1.5, 1.5}));
  CHECK(data["probes"] == Json({"1 2 3"}));
  const Json& probe = data["attentions"][0]["probes"][0];
  CHECK(probe["queries"] == Json({"q0", "q1"}));
  CHECK(probe["keys"] == Json({"k0", "k1", "k2"}));
  CHECK(probe["blocked"] == Json({1, 1, 4}));
  CHECK(probe["digits"] == 6);
  const std::vector<int64_t> changes = unpacked(probe["weights"]);
  REQUIRE(changes.size() == 2 * 2 * 5);
  std::vector<int64_t> now(10);
  size_t next = 0;
  for (const int64_t step : {0, 5}) {
    size_t place = 0;
    for (int64_t h = 0; h < 2; ++h) {
      for (int64_t i = 0; i < 2; ++i) {
        for (int64_t j = 0; j < 3; ++j) {
          if (i == 0 && j == 1) continue;  // masked
          now[place] += changes[next++];
          const double shown = static_cast<double>(now[place++]) / probe["scale"].get<double>();
          CHECK(std::abs(shown - static_cast<double>(weight_at(step, h, i, j))) <= 1e-6);
        }
      }
    }
  }
}

TEST_CASE("snapshots of another model are left out of a film, and named", "[report]") {
  std::vector<std::string> warnings;
  const HeadsSection section =
      heads_section({snapshot_at(0, 3), snapshot_at(1), snapshot_at(2)}, warnings);
  CHECK(data_of(section)["steps"] == Json({1, 2}));
  REQUIRE(warnings.size() == 1);
  CHECK(contains(warnings[0], "the snapshot of step 0 has other attentions or inputs"));
  CHECK(heads_section({}, warnings).html.empty());

  Snapshot diverged = snapshot_at(3);
  diverged.attentions[0].probes[0].weights =
      full({2, 2, 3}, std::numeric_limits<double>::quiet_NaN(), DType::f32);
  warnings.clear();
  CHECK(data_of(heads_section({snapshot_at(0), diverged}, warnings))["steps"] == Json::array({0}));
  REQUIRE(warnings.size() == 1);
  CHECK(contains(warnings[0], "step 3 has weights that are not finite"));
}

TEST_CASE("many and large heads fit into a page, which says how exactly", "[report]") {
  std::vector<Snapshot> snapshots;
  for (int64_t step = 0; step < 24; ++step) snapshots.push_back(snapshot_at(step * 37, 8, 32, 32));
  std::vector<std::string> warnings;
  const HeadsSection section = heads_section(snapshots, warnings);
  CHECK(json_text(section.data).size() < 120'000);
  const Json data = data_of(section);
  CHECK(data["steps"].front() == 0);
  CHECK(data["steps"].back() == 23 * 37);
  CHECK(contains(section.html, " snapshots fit"));
}

TEST_CASE("scores say where induction appears", "[report]") {
  const std::vector<Snapshot> snapshots{snapshot_at(0), snapshot_at(5), snapshot_at(20)};
  const std::vector<Mark> marks = induction_marks(snapshots);
  REQUIRE(marks.size() == 1);
  CHECK(marks[0].x == 20);
  CHECK(marks[0].label == "induction: head 0");
  const ScoresSection section = scores_section(snapshots);
  REQUIRE(section.figures.size() == 1);
  CHECK(section.figures[0].figure.series.size() == 2);
  CHECK(contains(section.html, "Induction appears at step 20"));
  CHECK(scores_section({}).html.empty());
  CHECK(induction_marks({snapshot_at(0), snapshot_at(5)}).empty());
}

}  // namespace
}  // namespace heed::testing::heads_section_test
