// The task "noise" tells a model that sees what it should guess from one that does not.
#include <nlohmann/json.hpp>

#include "heed/modules/attention/my_mha.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::noise_canary_test {
namespace {

/// Promises masks and drops them.
struct Leaky : MyMHA {
  using MyMHA::MyMHA;
  static constexpr AttentionAbilities abilities{.masks = true};
};

Registry registry_with_leak() {
  Registry registry = builtin_registry();
  registry.attentions.add("leaky", "sees everything",
                          [](const Slot& slot, const AttentionWidths& widths) {
                            return make_attention<Leaky>(slot, widths.D_1, widths.D_2, widths.D_1,
                                                         widths.D_1, int64_t{1});
                          });
  return registry;
}

/// Held-out token accuracy; chance is 0.25.
double accuracy(const std::string& attention) {
  const Folder folder;
  folder.write("a.json", R"({"task": {"type": "noise", "symbols": 4, "length": 8},
    "model": {"d_model": 16, "attention": {"type": ")" +
                             attention +
                             R"("}},
    "train": {"steps": 150, "batch_size": 32, "lr": 0.01, "eval_every": 150}})");
  const Ended ended = run_heed(folder, {"train", "a.json"}, registry_with_leak());
  REQUIRE(ended.exit_code == 0);
  return nlohmann::json::parse(lines_of(ended.out).back())["token_accuracy"];
}

TEST_CASE("on noise a causal model stays at chance, and one that leaks does not", "[program]") {
  CHECK(std::abs(accuracy("multi_head_attention") - 0.25) < 0.02);
  CHECK(accuracy("leaky") > 0.8);
}

}  // namespace
}  // namespace heed::testing::noise_canary_test
