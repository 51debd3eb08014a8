// `heed leaks`: right models pass, each leaking attention is found and the leak named.
#include <nlohmann/json.hpp>

#include "heed/examples/cli/tasks/sequence_tasks.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/examples/cli/tasks/answer_task.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_leaks_test {
namespace {

using Json = nlohmann::ordered_json;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// MultiHeadAttention with a mistake in how it is called.
using Call = std::function<Tensor(MultiHeadAttention&, const Tensor& query, const Tensor& key,
                                  const Tensor& value, const Mask&)>;

/// Promises masks and does what it likes with them.
struct Leaking : MultiHeadAttention {
  static constexpr AttentionAbilities abilities{.masks = true};
  Call how;

  Leaking(const Slot& slot, const MultiHeadAttentionConfig& sizes, Call call)
      : MultiHeadAttention(slot, sizes), how(std::move(call)) {}
  Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value,
                const AttentionCall& call) {
    return how(*this, query, key, value, call.mask);
  }
};

void add_leaking(Registry& registry, const std::string& name, const Call& call) {
  registry.attentions.add(name, "leaks", [=](const Slot& slot, const AttentionWidths& widths) {
    const MultiHeadAttentionConfig config{.D_1 = widths.D_1, .H = 2, .D_2 = widths.D_2};
    return make_attention<Leaking>(slot, config, call);
  });
}

Registry registry_with_leaks() {
  Registry registry = builtin_registry();
  add_sequence_task(
      registry.tasks, "in_turn", "token by token", [](const Sequence& source) { return source; },
      Attends::causal);
  add_answer_task(registry);
  add_leaking(registry, "no_mask",
              [](auto& attention, const auto& query, const auto& key, const auto& value,
                 const Mask&) { return attention(query, key, value); });
  add_leaking(
      registry, "no_padding",
      [](auto& attention, const auto& query, const auto& key, const auto& value, const Mask& mask) {
        const bool causal =
            mask.is_causal(Alignment::top_left) || mask.is_causal(Alignment::bottom_right);
        return attention(query, key, value,
                         AttentionCall{.mask = causal ? Mask::causal() : no_mask});
      });
  add_leaking(
      registry, "next_row",
      [](auto& attention, const auto& query, const auto& key, const auto& value, const Mask& mask) {
        const Tensor y = attention(query, key, value, AttentionCall{.mask = mask});
        return y + flip(y, {0}) * 1e-9;
      });
  add_leaking(
      registry, "batch_norm",
      [](auto& attention, const auto& query, const auto& key, const auto& value, const Mask& mask) {
        const Tensor y = attention(query, key, value, AttentionCall{.mask = mask});
        return y - mean(y, {0}, true);
      });
  return registry;
}

Ended leaks(const std::string& task, const std::string& attention,
            const std::vector<std::string>& sets = {}) {
  const Folder folder;
  folder.write("tiny.json", R"({"task": {"type": ")" + task + R"("},
    "model": {"d_model": 8, "dropout": 0.5, "attention": {"type": ")" +
                                attention + R"("}},
    "train": {"steps": 6, "batch_size": 4, "eval_every": 3, "eval_sequences": 20}})");
  std::vector<std::string> arguments{"leaks", "tiny.json"};
  const bool has_length = std::any_of(sets.begin(), sets.end(), [](const std::string& set) {
    return set.starts_with("task.length=");
  });
  if (task != "answer" && !has_length) {
    arguments.insert(arguments.end(), {"--set", "task.length=6"});
  }
  for (const std::string& set : sets) arguments.insert(arguments.end(), {"--set", set});
  return run_heed(folder, arguments, registry_with_leaks());
}

TEST_CASE("no shipped configuration leaks", "[program]") {
  const Folder folder;
  link_configs(folder);
  for (const std::string& path : shipped_configs()) {
    const Ended ended = run_heed(folder, {"leaks", path});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    const Json result = Json::parse(ended.out);
    CHECK(result["config"] == path);
    CHECK(result["leaks"] == 0);
    CHECK(result["worst"].is_null());
    CHECK(result["passed"] == true);
    CHECK(result["pairs"].get<int64_t>() >= 36);
  }
}

TEST_CASE("every form of model passes with the full attention, padding included", "[program]") {
  for (const char* task : {"reverse", "cross_reverse", "in_turn", "answer"}) {
    for (const char* positions : {"none", "rope", "alibi", "learned"}) {
      const Ended ended = leaks(task, "multi_head_attention",
                                {std::string("model.attention.positions=") + positions,
                                 "model.layers=2", "model.attention.heads=2"});
      INFO(ended.err);
      CHECK(ended.exit_code == 0);
      CHECK(contains(ended.err, ", padding (lengths "));
      CHECK(contains(ended.err, "leaks: passed: 0 of "));
      CHECK(Json::parse(ended.out)["unused"] == 0);
    }
  }
}

TEST_CASE("all pairs are looked at, of decoder inputs, too", "[program]") {
  const Json in_turn = Json::parse(leaks("in_turn", "multi_head_attention").out);
  CHECK(in_turn["outputs"] == 12);
  CHECK(in_turn["pairs"] == 12 * 12);
  const Json answer = Json::parse(leaks("answer", "multi_head_attention").out);
  CHECK(answer["outputs"] == 6);
  CHECK(answer["pairs"] == 6 * 10 + 6 * 6);
}

TEST_CASE("what is visible but unused is counted, not refused", "[program]") {
  const Ended none = leaks("in_turn", "none");
  CHECK(none.exit_code == 0);
  CHECK(Json::parse(none.out)["unused"].get<int64_t>() > 15);
  const Ended window = leaks("in_turn", "multi_head_attention", {"model.attention.window=1"});
  CHECK(window.exit_code == 0);
  CHECK(contains(window.err, "░██··· ······\n"));
  // The whole sequence, without padding: outputs 2 … 5 miss 1 + 2 + 3 + 4 tokens.
  CHECK(Json::parse(window.out)["unused"].get<int64_t>() >= 10);
}

TEST_CASE("an attention that ignores the causal mask is found", "[program]") {
  const Ended ended = leaks("in_turn", "no_mask");
  INFO(ended.err);
  CHECK(ended.exit_code == 1);
  const Json result = Json::parse(ended.out);
  CHECK(result["passed"] == false);
  // Every pair of an output and a later token of its sequence, and the padding.
  CHECK(result["leaks"].get<int64_t>() >= 30);
  CHECK(result["worst"]["tokens"] == "tokens");
  CHECK(result["worst"]["output"][0] == result["worst"]["input"][0]);
  CHECK(result["worst"]["output"][1] < result["worst"]["input"][1]);
  CHECK(result["worst"]["value"] > 0);
  CHECK(contains(ended.err, "!"));
  CHECK(contains(ended.err, "leaks: failed: " + std::to_string(result["leaks"].get<int64_t>()) +
                                " of 144 pairs leak; worst is output "));
  CHECK(contains(ended.err, " (a later token): |gradient| "));
}

TEST_CASE("a decoder that sees its later inputs is found", "[program]") {
  const Ended ended = leaks("answer", "no_mask");
  CHECK(ended.exit_code == 1);
  const Json result = Json::parse(ended.out);
  // 3 later inputs for 2 sequences, and the padding of the source for 3 outputs.
  CHECK(result["leaks"].get<int64_t>() >= 6 + 3);
  CHECK(contains(ended.err, "\nwriter.tokens: "));
  CHECK(contains(ended.err, "█!! ···\n"));
}

TEST_CASE("an attention that mixes sequences is found, however little", "[program]") {
  for (const char* attention : {"next_row", "batch_norm"}) {
    for (const char* task : {"reverse", "in_turn", "answer"}) {
      const Ended ended = leaks(task, attention);
      INFO(ended.err);
      CHECK(ended.exit_code == 1);
      const Json result = Json::parse(ended.out);
      CHECK(result["worst"]["output"][0] != result["worst"]["input"][0]);
      CHECK(contains(ended.err, " (another sequence): |gradient| "));
    }
  }
}

TEST_CASE("an attention that ignores padding is found", "[program]") {
  for (const char* task : {"reverse", "cross_reverse", "in_turn", "answer"}) {
    const Ended ended = leaks(task, "no_padding");
    INFO(ended.err);
    CHECK(ended.exit_code == 1);
    const Json result = Json::parse(ended.out);
    CHECK(result["worst"]["tokens"] == "tokens");
    CHECK(result["worst"]["output"][0] == 0);
    CHECK(result["worst"]["input"][0] == 0);
    CHECK(contains(ended.err, task == std::string("in_turn") ? " (" : " (padding): |gradient| "));
  }
}

TEST_CASE("an attention without masks is not asked for padding", "[program]") {
  const Ended ended = leaks("reverse", "my_mha");
  CHECK(ended.exit_code == 0);
  CHECK(contains(ended.err,
                 "tiny.json: outputs must not see other sequences; the attention does not support "
                 "masks, so there is no padding\n"));
}

TEST_CASE("long sequences are drawn smaller", "[program]") {
  const Ended ended = leaks("in_turn", "no_mask", {"task.length=50"});
  CHECK(ended.exit_code == 1);
  CHECK(Json::parse(ended.out)["pairs"] == 100 * 100);
  std::string dots, leaking;
  for (int i = 0; i < 25; ++i) dots += "·";
  for (int i = 0; i < 25; ++i) leaking += "!";
  // Two positions each: the first holds an allowed pair and a leak.
  CHECK(contains(ended.err, "  sequence 1  " + dots + " " + leaking + "\n"));
}

}  // namespace
}  // namespace heed::testing::program_leaks_test
