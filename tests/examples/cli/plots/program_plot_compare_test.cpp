#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "heed/tests/examples/cli/figures/svg_path.h"
#include "heed/tests/examples/cli/figures/xml_elements.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_plot_compare_test {
namespace {

/// Two seeds of one learning rate and one of another.
void train_runs(const Folder& folder) {
  folder.write("tiny.json", tiny_config());
  for (const auto& [name, seed, lr] : {std::tuple{"a", "1", "0.01"}, std::tuple{"b", "2", "0.01"},
                                       std::tuple{"c", "1", "0.001"}}) {
    const Ended ended = run_heed(
        folder, {"train", "tiny.json", "--out", std::string("runs/") + name, "--set",
                 std::string("train.seed=") + seed, "--set", std::string("train.lr=") + lr});
    REQUIRE(ended.exit_code == 0);
  }
}

Ended plot(const Folder& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "plot");
  arguments.insert(arguments.end(), {"--out", "x.svg"});
  return run_heed(folder, arguments);
}

/// The labels of the x axis that are numbers, and its name.
std::pair<double, std::string> end_of_x_axis(const std::string& svg) {
  double most = 0;
  std::string name;
  for (const XmlElement& text : elements_of(svg, "text")) {
    if (text.is_in("axis x-axis")) most = std::max(most, std::stod(text.text));
    if (text.attribute("class") == "axis-name" && !text.attributes.count("transform"))
      name = text.text;
  }
  return {most, name};
}

TEST_CASE("heed plot compares runs: seeds become a mean with a band") {
  const Folder folder;
  train_runs(folder);
  // A directory stands for the runs below it.
  for (const std::vector<std::string>& runs :
       {std::vector<std::string>{"runs"}, {"runs/a", "runs/b", "runs/c"}}) {
    std::vector<std::string> arguments = runs;
    arguments.insert(arguments.end(), {"--what", "compare"});
    const Ended ended = plot(folder, arguments);
    CHECK(ended.err.empty());
    REQUIRE(ended.exit_code == 0);
    CHECK(ended.out.find(R"("runs":["runs/a","runs/b","runs/c"])") != std::string::npos);
    const std::string svg = folder.read("x.svg");
    CHECK(elements_of(svg, "path", "band").size() == 1);
    CHECK(names_in(svg) == std::vector<std::string>{"lr=0.001", "lr=0.01 (mean of 2)"});
  }
  for (const char* what : {"loss", "accuracy", "lr", "grad_norm"}) {
    CAPTURE(what);
    CHECK(plot(folder, {"runs", "--what", what}).exit_code == 0);
    CHECK(names_in(folder.read("x.svg")).size() == 2);
  }
}

TEST_CASE("heed plot counts steps, sequences or seconds") {
  const Folder folder;
  train_runs(folder);
  const auto axis = [&](const std::string& x) {
    REQUIRE(plot(folder, {"runs/a", "--what", "loss", "--x", x}).exit_code == 0);
    return end_of_x_axis(folder.read("x.svg"));
  };
  CHECK(axis("step") == std::pair<double, std::string>{6, "step"});
  CHECK(axis("sequences").second == "sequences");
  CHECK(axis("sequences").first > 18);  // 6 steps of 4
  CHECK(axis("sequences").first <= 24);
  CHECK(axis("seconds").second == "seconds");
  CHECK(axis("seconds").first < 5);
}

TEST_CASE("heed plot compares nothing with nothing") {
  const Folder folder;
  train_runs(folder);
  std::filesystem::create_directory(folder / "empty");
  const auto fails = [&](const std::vector<std::string>& arguments, const std::string& message) {
    const Ended ended = plot(folder, arguments);
    CHECK(ended.exit_code == 2);
    CHECK(ended.err == message + "\n");
    CHECK_FALSE(folder.has("x.svg"));
  };
  fails({"runs/a", "--what", "compare"}, "--what compare: error: draws two runs or more, not 1");
  fails({"runs", "--what", "heads"}, "--what heads: error: draws one run, not 3");
  fails({"empty", "--what", "loss"}, "empty: error: there is no run directory in it");
  const Ended ended = plot(folder, {"nowhere", "--what", "loss"});
  CHECK(ended.exit_code == 2);
  CHECK(ended.err.find("nowhere") != std::string::npos);
}

}  // namespace
}  // namespace heed::testing::program_plot_compare_test
