// Which runs a sweep has, in which order, and what a later command line adds.
#include "heed/examples/cli/sweep/sweep_plan.h"

#include <algorithm>
#include <set>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/sweep/sweep_config.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::sweep_plan_test {
namespace {

using Texts = std::vector<std::string>;

struct Asked {
  Texts sets{};
  std::optional<int64_t> seeds{}, sample{};
  int64_t shuffle_seed = 0;
  std::string config = tiny_config();
};

void extend(SweepPlan& plan, const Asked& asked) {
  static const Registry registry = builtin_registry();
  SweepRequest request = read_request(asked.sets, asked.seeds);
  request.sample = asked.sample;
  request.shuffle_seed = asked.shuffle_seed;
  extend_plan(plan, request, SweepConfig(registry, "dir/tiny.json", asked.config));
}

SweepPlan plan_of(const Asked& asked) {
  SweepPlan plan;
  extend(plan, asked);
  return plan;
}

Texts names_of(const SweepPlan& plan) {
  Texts names;
  for (const PlannedRun& run : plan.runs) names.push_back(run.name);
  return names;
}

std::string refusal(const Asked& asked, SweepPlan plan = {}) {
  const Texts before = names_of(plan);
  try {
    extend(plan, asked);
  } catch (const ConfigError& error) {
    CHECK(names_of(plan) == before);
    return error.what();
  }
  return "";
}

/// The settings of some runs in their order, as one text each.
Texts settings_of(const SweepPlan& plan, size_t first, size_t count) {
  Texts settings;
  for (size_t i = first; i < first + count; ++i) {
    std::string text;
    for (const std::string& set : plan.runs.at(i).setting()) text += set + " ";
    settings.push_back(text);
  }
  return settings;
}

Texts sorted(Texts texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

TEST_CASE("a plan has every combination, the first seed of each before a second one", "[config]") {
  const SweepPlan plan = plan_of({{"train.lr=1e-3,3e-3,1e-2", "model.d_ff=8,16"}, 3});
  REQUIRE(plan.runs.size() == 18);
  const Texts first = settings_of(plan, 0, 6);
  CHECK(std::set<std::string>(first.begin(), first.end()).size() == 6);
  CHECK(settings_of(plan, 6, 6) == first);
  CHECK(settings_of(plan, 12, 6) == first);
  for (size_t i = 0; i < 18; ++i) {
    const PlannedRun& run = plan.runs[i];
    CHECK(run.config.get<int64_t>("train.seed") == static_cast<int64_t>(i / 6));
    CHECK(run.sets.size() == 3);
    CHECK(run.name.starts_with(i < 9 ? "00" : "01"));
    CHECK(run.name.ends_with(",seed=" + std::to_string(i / 6)));
  }
  const auto& run = *std::find_if(plan.runs.begin(), plan.runs.end(), [](const PlannedRun& one) {
    return one.setting() == Texts{"train.lr=3e-3", "model.d_ff=16"};
  });
  CHECK(run.name.substr(3) == "-lr=3e-3,d_ff=16,seed=0");
  CHECK(run.config.get<double>("train.lr") == 0.003);
  CHECK(run.config.get<int64_t>("model.d_ff") == 16);
}

TEST_CASE("the order of the settings depends on the shuffle seed alone", "[config]") {
  const Texts sets{"train.lr=1..6", "model.d_ff=1..4"};
  const auto order = [&](int64_t seed) {
    return settings_of(plan_of({.sets = sets, .shuffle_seed = seed}), 0, 24);
  };
  CHECK(order(0) == order(0));
  CHECK(order(0) != order(1));
  CHECK(sorted(order(0)) == sorted(order(1)));
  CHECK(order(0) != sorted(order(0)));
}

TEST_CASE("seeds start at train.seed, or are listed", "[config]") {
  const auto seeds = [](const Asked& asked) {
    std::vector<int64_t> found;
    for (const PlannedRun& run : plan_of(asked).runs) {
      found.push_back(run.config.get<int64_t>("train.seed"));
    }
    return found;
  };
  CHECK(seeds({}) == std::vector<int64_t>{0});
  CHECK(seeds({.seeds = 3}) == std::vector<int64_t>{0, 1, 2});
  CHECK(seeds({{"train.seed=7"}, 3}) == std::vector<int64_t>{7, 8, 9});
  CHECK(seeds({{"train.seed=5,3"}}) == std::vector<int64_t>{5, 3});
  CHECK(refusal({{"train.seed=5,3"}, 2}) ==
        "--set train.seed=5,3: error: lists the seeds, and so does --seeds; remove one of them");
  CHECK(refusal({{"train.seed=9223372036854775807"}, 2}) ==
        "--seeds: error: train.seed would be larger than 2^63 - 1");
  CHECK(names_of(plan_of({{"train.seed=5,3"}})) == Texts{"001-seed=5", "002-seed=3"});
}

TEST_CASE("a later command line adds runs and renumbers none", "[config]") {
  SweepPlan plan = plan_of({{"train.lr=1e-3,3e-3"}, 2});
  const Texts before = names_of(plan);
  extend(plan, {{"train.lr=1e-3,3e-3"}, 2});
  CHECK(names_of(plan) == before);
  extend(plan, {{"train.lr=0.003,1.0e-3"}, 1});  // the same, and fewer seeds
  CHECK(names_of(plan) == before);
  extend(plan, {{"train.lr=1e-3,3e-3,5e-3"}, 3});
  const Texts after = names_of(plan);
  REQUIRE(after.size() == 9);
  CHECK(Texts(after.begin(), after.begin() + 4) == before);
  // The first seeds of what is new, then third ones in the order of the plan.
  const std::string first = plan.runs[0].name.substr(4, 7), second = plan.runs[1].name.substr(4, 7);
  CHECK(Texts(after.begin() + 4, after.end()) ==
        Texts{"005-lr=5e-3,seed=0", "006-lr=5e-3,seed=1", "007-" + first + ",seed=2",
              "008-" + second + ",seed=2", "009-lr=5e-3,seed=2"});
  // Another key: what it was before is one of its values.
  extend(plan, {{"train.lr=5e-3", "model.layers=1,2"}, 1});
  REQUIRE(plan.runs.size() == 10);
  CHECK(plan.runs[9].name == "010-lr=5e-3,layers=2,seed=0");
  // Values that are left out stay, but get no more seeds.
  extend(plan, {{"train.lr=1e-3"}, 4});
  CHECK(names_of(plan).back() == "011-lr=1e-3,seed=3");
  CHECK(plan.runs.size() == 11);
}

TEST_CASE("a sample draws settings until there are enough, whatever it drew before", "[config]") {
  const Texts sets{"train.lr=1..100", "model.d_ff=1..100", "model.layers=1..3"};
  SweepPlan plan = plan_of({sets, 2, 5});
  REQUIRE(plan.runs.size() == 10);
  const Texts first = settings_of(plan, 0, 5), before = names_of(plan);
  CHECK(std::set<std::string>(first.begin(), first.end()).size() == 5);
  CHECK(settings_of(plan, 5, 5) == first);
  CHECK(settings_of(plan_of({.sets = sets, .sample = 5, .shuffle_seed = 1}), 0, 5) != first);
  extend(plan, {sets, 2, 5});
  CHECK(names_of(plan) == before);
  extend(plan, {sets, 2, 7});
  REQUIRE(plan.runs.size() == 14);
  CHECK(names_of(plan)[10].substr(0, 3) == "011");
  extend(plan, {sets, 3, 7});
  CHECK(plan.runs.size() == 21);
  CHECK(plan_of({{"train.lr=1,2"}, 1, 99}).runs.size() == 2);
}

TEST_CASE("one wrong value refuses the whole sweep, every fault with its place", "[config]") {
  CHECK(refusal({{"train.lr=1e-3,abc,-1", "model.d_ff=8,x"}}) ==
        "--set train.lr=abc: error: train.lr: must be a number, at least 0: found the string "
        "\"abc\"\n--set train.lr=-1: error: train.lr: must be at least 0: found -1\n--set "
        "model.d_ff=x: error: model.d_ff: must be an integer, from 1 to 65536: found the string "
        "\"x\"");
  CHECK(refusal({{"train.lrr=1,2"}}).starts_with("--set train.lrr=1: error: unknown key"));
  CHECK(refusal({{"train.lr=[1,2"}}).find("not JSON") != std::string::npos);
  CHECK(refusal({{"train.lr=1e-3,0.001,2"}}) ==
        "--set train.lr=1e-3,0.001,2: error: 0.001 is the same as 1e-3");
  // Values of several keys that do not go together, and those that only the model refuses.
  CHECK(refusal({{"model.attention.heads=1,2,3"}}).find("does not divide") != std::string::npos);
  const std::string unknown = refusal({.config = R"({"task": {"type": "reverse"}, "modell": 1})"});
  CHECK(unknown.starts_with("dir/tiny.json:1:"));
  CHECK(unknown.find("unknown key \"modell\"") != std::string::npos);
  // What a sample does not draw is checked too.
  CHECK(refusal({{"train.lr=1..900,x", "model.d_ff=1..900"}, 1, 1})
            .starts_with("--set train.lr=x: error"));
  CHECK(refusal({{"train.lr=1,x"}}, plan_of({{"train.lr=1"}})).starts_with("--set train.lr=x"));
}

TEST_CASE("a sweep that is too large is refused before it is made", "[config]") {
  CHECK(refusal({{"train.lr=1..200", "model.d_ff=1..200"}}) ==
        "--set model.d_ff=1..200: error: a sweep has at most 10000 combinations of values; "
        "--sample N draws some of them");
  CHECK(refusal({{"train.lr=1,2"}, 6000}) ==
        "heed sweep: error: a sweep has at most 10000 runs: found 12000");
  CHECK(refusal({{"a=1..1000", "b=1..1000", "c=1,2"}, 1, 3}) ==
        "--set c=1,2: error: a sweep has at most 1000000 combinations of values");
}

TEST_CASE("files that only CONFIG names are pinned where CONFIG has them", "[config]") {
  const Folder folder;
  folder.write("words.txt", std::string(40, 'a') + std::string(400, 'b'));
  const std::string config =
      R"({"task": {"type": "text", "path": ")" + (folder / "words.txt") +
      R"(", "length": 4}, "model": {"d_model": 8, "attention": {"type": "multi_head_attention"}},
                                 "train": {"steps": 2, "eval_sequences": 1}})";
  const SweepPlan plan = plan_of({.sets = {"train.lr=1,2"}, .config = config});
  for (const PlannedRun& run : plan.runs) {
    CHECK(run.sets.back() == "task.path=\"" + (folder / "words.txt") + "\"");
    CHECK(run.setting().size() == 1);
  }
}

}  // namespace
}  // namespace heed::testing::sweep_plan_test
