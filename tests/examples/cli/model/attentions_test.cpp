// The attentions that a configuration can name: behind the interface, and with conflicting keys.
#include "heed/examples/cli/model/attentions.h"

#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/training/registry.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/order.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::attentions_test {
namespace {

/// An attention in a tree of its own, as a block has one.
struct Holder : Layer<Holder> {
  AnyAttention attention;

  Holder(const std::string& type, const std::string& keys, const AttentionWidths& widths)
      : Layer(Slot::root()) {
    const Registry registry = builtin_registry();
    const Config config =
        read_config_text(registry.table(),
                         R"({"task": {"type": "reverse"}, "model": {"attention": {"type": ")" +
                             type + "\"" + keys + "}}}",
                         "attention.json");
    const ModelKeys model{config.section("model"), registry};
    attention = model.attention({this, "attention"}, widths);
    Rng rng(stream(1, Purpose::user));
    reset_parameters(rng);
    to(DType::f64);
    eval();
  }
  Tensor forward(const Tensor& x) { return x; }
};

struct Choice {
  std::string type, keys;
  AttentionWidths widths;
};

const std::vector<Choice> choices{
    {"my_mha", R"(, "heads": 3, "d_qk": 2, "d_v": 5)", {6, 4}},
    {"my_multi_head_attention", R"(, "heads": 3)", {6, 6}},
    {"d2l_multi_head_attention", R"(, "heads": 2)", {6, 4}},
    {"d2l_multi_head_attention", R"(, "heads": 2, "bias": true, "dropout": 0.5)", {6, 4}},
    {"self_attention", R"(, "heads": 4, "hidden_size": 8)", {6, 6}},
    {"cross_attention", R"(, "heads": 4, "hidden_size": 8)", {6, 6}},
    {"cross_attention", "", {6, 6}},
    {"labml_multi_head_attention", R"(, "heads": 2, "bias": false, "dropout": 0.5)", {6, 6}},
};

/// Sums up what it has seen.
struct Running : Layer<Running> {
  static constexpr AttentionAbilities abilities{.causal_only = true};
  explicit Running(const Slot& slot) : Layer(slot) {}
  Tensor attend(const Tensor& x, const Tensor&, const Tensor&, const AttentionCall&) {
    return (*this)(x);
  }
  Tensor forward(const Tensor& x) { return cumsum(x, 1); }
};

/// A task of cross-attention with this attention.
std::string refusal(const std::string& model) {
  const Folder folder;
  folder.write("bad.json",
               R"({"task": {"type": "cross_reverse"}, "model": {"d_model": 6, )" + model + "}}");
  const Ended ended = run_heed(folder, {"train", "bad.json"});
  CHECK(ended.exit_code == 2);
  return ended.err;
}

}  // namespace

TEST_CASE("every attention of a configuration computes what its as_multi_head() does",
          "[program]") {
  for (const Choice& choice : choices) {
    INFO(choice.type << choice.keys);
    const Holder holder(choice.type, choice.keys, choice.widths);
    const AnyAttention& attention = holder.attention;
    const auto full = attention.as_multi_head();
    full->eval();
    const Tensor x = normal({2, 3, choice.widths.D_1}, 1);
    const Tensor memory = attention.abilities().crosses ? normal({2, 4, choice.widths.D_2}, 2) : x;
    const Mask mask =
        attention.abilities().masks
            ? Mask::causal() & Mask::lengths(from_values(Values{2, 3}, {2}).to(DType::i64))
            : no_mask;
    const Tensor got = attention(x, memory, memory, {.mask = mask});
    CHECK(difference(got.detach(), (*full)(x, memory, memory, AttentionCall{.mask = mask}).detach(),
                     1e-12) == "");
  }
}

TEST_CASE("an attention that only supports self-attention refuses another sequence", "[program]") {
  const Holder holder("self_attention", "", {6, 6});
  const Tensor x = normal({2, 3, 6}, 1);
  CHECK(message_of([&] { holder.attention(x, x, x.clone()); }) ==
        "SelfAttention: attends one sequence, so key and value must be the same tensor");
  CHECK(message_of([&] { holder.attention(x.clone(), x, x); }) ==
        "SelfAttention: a sequence attends to itself, so query, key and value must be the same "
        "tensor");
}

TEST_CASE("an attention that is causal by itself trains on causal tasks only", "[program]") {
  Registry registry = builtin_registry();
  registry.attentions.add(
      "running", "the sum so far",
      [](const Slot& slot, const AttentionWidths&) { return make_attention<Running>(slot); });
  const Folder folder;
  const auto train = [&](const std::string& task) {
    folder.write("a.json", R"({"task": {"type": ")" + task + R"("}, "model": {"d_model": 8,
      "attention": {"type": "running"}}, "train": {"steps": 2, "eval_sequences": 10}})");
    return run_heed(folder, {"train", "a.json", "--out", task}, registry);
  };
  CHECK(train("noise").exit_code == 0);
  for (const std::string task : {"reverse", "cross_reverse", "seq2seq_reverse"}) {
    const Ended ended = train(task);
    CHECK(ended.exit_code == 2);
    CHECK(ended.err.find("model.attention.type: this attention never sees later positions, but "
                         "the task needs to; `heed tasks` lists others") != std::string::npos);
  }
  // `leaks` makes no padding for it, and finds none of what it must not see.
  CHECK(run_heed(folder, {"leaks", "noise/config.json"}, registry).exit_code == 0);
}

TEST_CASE("attentions that do not fit their task or widths are refused at their key", "[program]") {
  for (const std::string type : {"my_multi_head_attention", "self_attention"}) {
    CHECK(refusal(R"("attention": {"type": ")" + type + "\"}") ==
          "bad.json:1:83: error: model.attention.type: this attention supports self-attention "
          "only, but the task needs cross-attention; `heed tasks` lists those that support it\n");
  }
  for (const std::string type : {"cross_attention", "labml_multi_head_attention"}) {
    CHECK(refusal(R"("d_source": 4, "attention": {"type": ")" + type + "\"}") ==
          "bad.json:1:73: error: model.d_source: this attention requires equal widths of both "
          "sequences, d_model 6: 4; remove it\n");
  }
  for (const std::string type :
       {"d2l_multi_head_attention", "cross_attention", "labml_multi_head_attention"}) {
    CHECK(refusal(R"("attention": {"heads": 4, "type": ")" + type + "\"}") ==
          "bad.json:1:84: error: model.attention.heads: 4 does not divide d_model 6, which the "
          "heads share\n");
  }
  CHECK(refusal(R"("attention": {"heads": 3, "hidden_size": 8, "type": "cross_attention"})") ==
        "bad.json:1:84: error: model.attention.heads: 3 does not divide hidden_size 8, which the "
        "heads share\n");
}

}  // namespace heed::testing::attentions_test
