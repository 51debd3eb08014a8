// `heed gradcheck`: every shipped configuration is right, what is wrong is named, mistakes are
// bad input.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "heed/framework/autograd/record.h"
#include "heed/framework/nn/init.h"
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/linear.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/case/sanitized.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_gradcheck_test {
namespace {

using Json = nlohmann::ordered_json;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Ended gradcheck_tiny(std::vector<std::string> arguments,
                     const Registry& registry = builtin_registry()) {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  arguments.insert(arguments.begin(), {"gradcheck", "tiny.json"});
  const Ended ended = run_heed(folder, arguments, registry);
  CHECK(folder.names() == std::vector<std::string>{"tiny.json"});  // it writes nothing
  return ended;
}

TEST_CASE("every shipped configuration has right gradients of both orders", "[program]") {
  const std::string sample = address_sanitized ? "1" : "100";  // 1: one of each parameter
  size_t count = 0;
  const Folder folder;
  link_configs(folder);
  for (const std::string& path : shipped_configs()) {
    for (const bool second_order : {false, true}) {
      std::vector<std::string> arguments{"gradcheck", path, "--sample", sample};
      if (second_order) arguments.push_back("--second-order");
      const Ended ended = run_heed(folder, arguments);
      INFO(ended.err);
      REQUIRE(ended.exit_code == 0);
      const Json result = Json::parse(ended.out);
      CHECK(result["config"] == path);
      CHECK(result["order"] == (second_order ? 2 : 1));
      const std::string elements = result["elements"].dump();
      CHECK((elements == sample || address_sanitized));
      CHECK(result["of"] > 5000);
      CHECK(result["kinks"] == 0);
      CHECK(result["passed"] == true);
      CHECK(result["worst"]["ratio"] < 1);
      CHECK(contains(ended.err,
                     "checking a random sample of " + elements + " (seed 0; --all for all)\n"));
      CHECK(contains(ended.err, "gradcheck: passed: " + elements + " of "));
    }
    ++count;
  }
  CHECK(count >= 14);
}

TEST_CASE("all that a model can be made of is checked", "[program]") {
  const Registry registry = builtin_registry();
  std::vector<std::string> parts;
  for (const auto& entry : registry.activations.entries()) {
    parts.push_back("model.activation=" + entry.name);
  }
  for (const auto& entry : registry.norms.entries()) parts.push_back("model.norm=" + entry.name);
  for (const std::string& part : parts) {
    for (const char* placement : {"pre", "post"}) {
      for (const char* task : {"sort", "cross_reverse"}) {
        const Ended ended = gradcheck_tiny(
            {address_sanitized ? "--sample=100" : "--all", "--set",
             std::string("task.type=") + task, "--set", "model.dropout=0.5", "--set", part, "--set",
             std::string("model.norm_placement=") + placement, "--set", "model.attention.heads=2",
             "--set", "model.positions=sinusoidal", "--set", "model.layers=2"});
        INFO(part << " " << ended.err);
        CHECK(ended.exit_code == 0);
      }
    }
  }
}

TEST_CASE("small models are checked whole, large ones by a stated sample", "[program]") {
  const Json whole = Json::parse(gradcheck_tiny({}).out);
  CHECK(whole["elements"] == whole["of"]);
  CHECK(whole == Json::parse(gradcheck_tiny({"--all"}).out));
  const Ended large = gradcheck_tiny({"--set", "model.d_model=24"});
  CHECK(Json::parse(large.out)["elements"] == 5000);
  CHECK(contains(large.err, "checking a random sample of 5000 (seed 0; --all for all)\n"));
  // Fewer than there are parameters: one element of each.
  const Ended few = gradcheck_tiny({"--sample", "1"});
  const int64_t parameters = Json::parse(few.out)["elements"];
  CHECK(parameters > 10);
  CHECK(contains(few.err, "a random sample of " + std::to_string(parameters) + " "));
}

TEST_CASE("the seed fixes all that is written", "[program]") {
  const Ended first = gradcheck_tiny({"--sample", "60", "--seed", "7"});
  const Ended again = gradcheck_tiny({"--sample", "60", "--seed", "7"});
  CHECK(first.out == again.out);
  CHECK(first.err == again.err);
  CHECK(Json::parse(first.out)["seed"] == 7);
  CHECK(first.out != gradcheck_tiny({"--sample", "60", "--seed", "8"}).out);
}

/// Scales its values by a parameter of 200 elements; one has a gradient that is 0.1 % too large,
/// or lies, with all others, where ReLU has a kink.
struct FaultyAttention : Layer<FaultyAttention> {
  Linear value;
  Parameter factor;
  const bool has_kinks;
  FaultyAttention(const Slot& slot, int64_t width, bool kinks)
      : Layer(slot),
        value({this, "value"}, width, width),
        factor({this, "factor"}, {width}, kinks ? init::zeros() : init::ones()),
        has_kinks(kinks) {}
  static constexpr AttentionAbilities abilities{};
  Tensor attend(const Tensor&, const Tensor& key, const Tensor&, const AttentionCall&) {
    return (*this)(key);
  }
  Tensor forward(const Tensor& x) {
    if (has_kinks) return value(x) * relu(factor);
    const Tensor& right = factor;
    Tensor scale = ones({right.numel()}, right.dtype());
    if (scale.dtype() == DType::f64) scale.mutable_data<double>()[5] = 1.001;
    return value(x) *
           record("faulty", right.detach().clone(),
                  {{right, [scale = Saved(scale)](const Tensor& g) { return g * scale; }}});
  }
};

Registry registry_with_faults() {
  Registry registry = builtin_registry();
  for (const bool kinks : {false, true}) {
    registry.attentions.add(kinks ? "kinked" : "faulty", "is wrong",
                            [kinks](const Slot& slot, const AttentionWidths& widths) {
                              return make_attention<FaultyAttention>(slot, widths.D_1, kinks);
                            });
  }
  return registry;
}

TEST_CASE("a wrong gradient ends with 1, named by path and index", "[program]") {
  const Ended ended =
      gradcheck_tiny({"--set", "model.attention.type=faulty"}, registry_with_faults());
  INFO(ended.err);
  CHECK(ended.exit_code == 1);
  const Json result = Json::parse(ended.out);
  CHECK(result["passed"] == false);
  CHECK(result["wrong"] == 1);
  CHECK(result["kinks"] == 0);
  CHECK(result["worst"]["path"] == "encoder.blocks.0.attention.factor");
  CHECK(result["worst"]["index"] == Json::array({5}));
  CHECK(result["worst"]["ratio"] > 1);
  CHECK(contains(ended.err, "gradcheck: failed: "));
  CHECK(
      contains(ended.err, "1 wrong, 0 kinks; worst is encoder.blocks.0.attention.factor at [5]: "));
}

TEST_CASE("too many kinks end with 1 and are listed", "[program]") {
  const Ended ended =
      gradcheck_tiny({"--set", "model.attention.type=kinked"}, registry_with_faults());
  INFO(ended.err);
  CHECK(ended.exit_code == 1);
  const Json result = Json::parse(ended.out);
  CHECK(result["passed"] == false);
  CHECK(result["wrong"] == 0);
  CHECK(result["kinks"] == 8);
  CHECK(contains(ended.err, "8 kinks, which is more than 0.1 %"));
  CHECK(contains(ended.err, "\n  kink: encoder.blocks.0.attention.factor at [7]: "));
}

TEST_CASE("gradcheck has help", "[program]") {
  CHECK(contains(run_heed(Folder(), {"--help"}).out, "gradcheck"));
  const Ended help = run_heed(Folder(), {"gradcheck", "--help"});
  CHECK(help.exit_code == 0);
  for (const char* word :
       {"--all", "--sample", "--seed", "--second-order", "--set", "EXIT STATUS"}) {
    CHECK(contains(help.out, word));
  }
}

}  // namespace
}  // namespace heed::testing::program_gradcheck_test
