#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "heed/tests/examples/cli/figures/svg_path.h"
#include "heed/tests/examples/cli/figures/xml_elements.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_plot_curves_test {
namespace {

/// A run of 4 steps with an evaluation after the last.
void write_run(const Folder& folder, const std::string& name = "run-1") {
  std::filesystem::create_directory(folder / name);
  folder.write(name + "/config.json", "{}");
  std::string metrics;
  for (const char* step : {"1,\"loss\":4", "2,\"loss\":2", "3,\"loss\":NaN", "4,\"loss\":1"}) {
    metrics += std::string("{\"step\":") + step +
               ",\"lr\":0.01,\"grad_norm\":2.5,\"tokens_per_second\":1000}\n";
  }
  metrics += "{\"step\":4,\"eval_loss\":1.5,\"token_accuracy\":0.5,\"sequence_accuracy\":0.25}\n";
  folder.write(name + "/metrics.jsonl", metrics);
}

Ended plot(const Folder& folder, const std::string& what,
           const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"plot", "run-1", "--what", what, "--out", "x.svg"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_heed(folder, arguments);
}

TEST_CASE("heed plot draws what a run has measured") {
  const Folder folder;
  write_run(folder);
  const std::pair<const char*, std::vector<std::string>> figures[] = {
      {"loss", {"held out", "training batch"}},
      {"accuracy", {"tokens", "whole sequences"}},
      {"lr", {"learning rate"}},
      {"grad_norm", {"gradient norm"}}};
  for (const auto& [what, names] : figures) {
    CAPTURE(what);
    const Ended ended = plot(folder, what);
    CHECK(ended.err.empty());
    REQUIRE(ended.exit_code == 0);
    CHECK(names_in(folder.read("x.svg")) == names);
  }
  REQUIRE(plot(folder, "loss").exit_code == 0);
  const auto parts = path_parts(lines_in(folder.read("x.svg")).at(0).attribute("d"));
  REQUIRE(parts.size() == 1);  // steps 1 and 2; 4 stands alone behind the gap
  CHECK(parts[0].size() == 2);
}

TEST_CASE("heed plot smooths lines of single batches, and keeps the raw line behind") {
  const Folder folder;
  write_run(folder);
  REQUIRE(plot(folder, "loss", {"--smooth", "0.5"}).exit_code == 0);
  const std::string svg = folder.read("x.svg");
  const std::vector<XmlElement> lines = lines_in(svg);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].attribute("class").ends_with(" faint"));
  CHECK(lines[0].attribute("stroke") == lines[1].attribute("stroke"));
  CHECK(names_in(svg) == std::vector<std::string>{"held out", "training batch"});
  const auto raw = path_parts(lines[0].attribute("d"))[0];
  const auto smooth = path_parts(lines[1].attribute("d"))[0];
  CHECK(smooth[0] == raw[0]);
  // 4, 2 become 4, 8/3: two thirds of the way.
  CHECK(smooth[1].second - smooth[0].second ==
        Approx((raw[1].second - raw[0].second) * 2 / 3).margin(0.2));
}

TEST_CASE("heed plot draws logarithmic axes") {
  const Folder folder;
  write_run(folder);
  REQUIRE(plot(folder, "loss", {"--log-x", "--log-y"}).exit_code == 0);
  const auto line = path_parts(lines_in(folder.read("x.svg")).at(0).attribute("d"))[0];
  // From 1 to 2 of 1 to 4 is half of a logarithmic axis.
  const std::vector<XmlElement> marker = elements_of(folder.read("x.svg"), "path", "marker");
  const std::string last = marker.at(1).attribute("d");  // held out, at step 4
  const double end = std::stod(last.substr(1)) + 2.3;
  CHECK(2 * (line[1].first - line[0].first) == Approx(end - line[0].first).margin(0.3));
}

TEST_CASE("heed plot refuses what it could not do for a curve") {
  const Folder folder;
  write_run(folder);
  const auto fails = [&](const Ended& ended, const std::string& message) {
    CHECK(ended.exit_code == 2);
    CHECK(ended.err == message + "\n");
    CHECK_FALSE(folder.has("x.svg"));
  };
  fails(plot(folder, "lr", {"--smooth", "0.5"}),
        "--smooth: error: this figure has no noisy line to smooth");
  for (const char* weight : {"1", "-0.1", "2"}) {
    fails(plot(folder, "loss", {"--smooth", weight}),
          std::string("heed plot: --smooth must be a number from 0 to below 1: ") + weight +
              "; see heed plot --help");
  }
  fails(plot(folder, "loss", {"--steps", "0"}),
        "heed plot: --steps means nothing for --what loss; see heed plot --help");
  fails(plot(folder, "loss", {"--x", "sequences"}),
        "--x sequences: error: a run does not say how many sequences it took");
  folder.write("run-1/metrics.jsonl", "{\"step\":1,\"loss\":NaN}\n");
  fails(plot(folder, "loss"),
        "run-1: error: nothing to draw: metrics.jsonl has no number for --what loss");
}

TEST_CASE("heed plot says what is wrong with metrics, and draws the rest") {
  const Folder folder;
  write_run(folder);
  folder.write("run-1/metrics.jsonl", folder.read("run-1/metrics.jsonl") + "{\"step\":5,\"lo");
  const Ended ended = plot(folder, "loss");
  CHECK(ended.exit_code == 0);
  CHECK(ended.err.find("metrics.jsonl") != std::string::npos);
}

}  // namespace
}  // namespace heed::testing::program_plot_curves_test
