// check_module and check_attention find wrong ones out, and say what they did not check.
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/mask.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/heads.h"
#include "heed/modules/linear.h"
#include "heed/testing.h"
#include "heed/tests/modules/module_mutants.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/expect.h"

namespace heed::testing::check_module_test {
namespace {

/// x [B, L, D] → x · sigmoid(score(x)).
struct Gate : Layer<Gate> {
  Linear score;
  Gate(const Slot& slot, int64_t D) : Layer(slot), score({this, "score"}, D, 1) {}
  Tensor forward(const Tensor& x) { return x * sigmoid(score(x)); }
};

/// A second factor that the tree does not know.
struct SecretGate : Gate {
  Tensor secret;
  SecretGate(const Slot& slot, int64_t D) : Gate(slot, D) {
    static uint64_t made = 0;
    Rng rng(stream(++made, Purpose::user));
    secret = randn({D}, rng);
  }
  Tensor operator()(const Tensor& x) { return Gate::forward(x) * secret.to(x.dtype()); }
};

/// A parameter that nothing depends on.
struct IdleGate : Layer<IdleGate> {
  Gate gate;
  Linear idle;
  IdleGate(const Slot& slot, int64_t D)
      : Layer(slot), gate({this, "gate"}, D), idle({this, "idle"}, D, 1) {}
  Tensor forward(const Tensor& x) { return gate(x); }
};

template <class Module>
ModuleCase row_of(int64_t num_parameters) {
  return {.name = "gate",
          .inputs = {"x"},
          .build = [](const Attributes&) { return built<Module>(call_with_one, 4); },
          .num_parameters = [=](const Attributes&) { return num_parameters; },
          .samples = {{.inputs = {any({2, 3, 4})}}, {.inputs = {any({1, 0, 4})}}},
          .no_reference = "the forward is its own definition"};
}

/// w·tanh(q + k): Bahdanau, Cho & Bengio 2015, with one mistake.
enum class Mistake { none, ignores_the_mask, multiplies_what_is_blocked, looks_at_other_rows };

template <Mistake mistake>
struct Additive : Layer<Additive<mistake>> {
  static constexpr AttentionAbilities abilities{.masks = true};
  Linear query, key, value, score;

  Additive(const Slot& slot, int64_t D_1, int64_t D_2, int64_t width)
      : Layer<Additive>(slot),
        query({this, "query"}, D_1, width),
        key({this, "key"}, D_2, width),
        value({this, "value"}, D_2, D_1),
        score({this, "score"}, width, 1, Bias::none) {}

  Tensor attend(const Tensor& x1, const Tensor& x2, const Tensor&, const AttentionCall& call) {
    return (*this)(x1, x2, call.mask);
  }

  Tensor forward(const Tensor& x1, const Tensor& x2, const Mask& mask) {
    const Shape shape{x1.size(0), 1, x1.size(1), x2.size(1)};  // one head
    const Mask::Parts parts =
        (mistake == Mistake::ignores_the_mask ? Mask() : mask).resolve(shape, x1.dtype());
    const Tensor blocked = parts.blocked.defined() ? expand(parts.blocked, shape).squeeze(1)
                                                   : zeros({1}, DType::boolean);
    Tensor seen = x2;
    if (parts.blocked.defined() && mistake != Mistake::multiplies_what_is_blocked) {
      seen = masked_fill(x2, all(blocked, {1}).unsqueeze(-1), 0);
    }
    const Tensor q = query(x1).unsqueeze(2), k = key(seen).unsqueeze(1);
    Tensor scores = score(tanh(q + k)).squeeze(-1);  // [B, L_1, L_2]
    if (mistake == Mistake::looks_at_other_rows) scores = scores + mean(scores);
    if (parts.bias.defined()) scores = scores + expand(parts.bias, shape).squeeze(1);
    return matmul(masked_softmax(scores, blocked), value(seen));
  }
};

template <Mistake mistake>
ModuleCase additive_row() {
  return {.name = "additive",
          .inputs = {"query", "key"},
          .build = [](const Attributes&) { return built_attention<Additive<mistake>>(4, 5, 3); },
          .num_parameters = [](const Attributes&) { return 4 * 3 + 3 + 5 * 3 + 3 + 5 * 4 + 4 + 3; },
          .samples = {{.inputs = {any({2, 3, 4}), any({2, 5, 5})}},
                      {.inputs = {any({2, 3, 4}), any({2, 1, 5})}}},
          .attention = AttentionRoles{},
          .no_reference = "the forward is its own definition"};
}

/// softmax(−‖q − k‖²) with several heads, whose output projection has a name of its own.
enum class Gates { right, ignored, of_another_head, after_the_projection };

template <Gates gates, bool masks = true>
struct Distance : Layer<Distance<gates, masks>> {
  static constexpr AttentionAbilities abilities{
      .masks = masks, .separate_values = true, .heads = true};
  int64_t H;
  Linear query, key, value, mix;

  Distance(const Slot& slot, int64_t D_1, int64_t D_2, int64_t width, int64_t heads)
      : Layer<Distance>(slot),
        H(heads),
        query({this, "query"}, D_1, width),
        key({this, "key"}, D_2, width),
        value({this, "value"}, D_2, width),
        mix({this, "mix"}, width, D_1) {}

  Tensor attend(const Tensor& x1, const Tensor& x2, const Tensor& x3, const AttentionCall& call) {
    return (*this)(x1, x2, x3, call);
  }

  Tensor forward(const Tensor& x1, const Tensor& x2, const Tensor& x3, const AttentionCall& call) {
    const Shape shape{x1.size(0), H, x1.size(1), x2.size(1)};
    const Mask::Parts parts = call.mask.resolve(shape, x1.dtype());
    Tensor blocked = zeros({1}, DType::boolean), unseen = zeros({1, 1, 1}, DType::boolean);
    if (parts.blocked.defined()) {
      blocked = expand(parts.blocked, shape);
      unseen = all(blocked, {1, 2}).unsqueeze(-1);
    }
    const Tensor q = split_heads(query(x1), H), k = split_heads(key(masked_fill(x2, unseen, 0)), H);
    Tensor scores = -sum(square(q.unsqueeze(3) - k.unsqueeze(2)), {-1});
    if (parts.bias.defined()) scores = scores + parts.bias;
    const Tensor weights = masked_softmax(scores, blocked);
    if (call.weights != nullptr) *call.weights = weights;
    Tensor z = matmul(weights, split_heads(value(masked_fill(x3, unseen, 0)), H));
    if (!call.head_gates.defined() || gates == Gates::ignored) return mix(merge_heads(z));
    if (gates == Gates::after_the_projection) {
      return mix(merge_heads(z)) * mean(call.head_gates, {-1}, true).unsqueeze(-1);
    }
    const Tensor factors =
        gates == Gates::of_another_head ? flip(call.head_gates, {-1}) : call.head_gates;
    return mix(merge_heads(z * factors.unsqueeze(-1).unsqueeze(-1)));
  }
};

template <Gates gates, bool masks = true>
ModuleCase distance_row() {
  return {.name = "distance",
          .inputs = {"query", "key", "value"},
          .build =
              [](const Attributes&) { return built_attention<Distance<gates, masks>>(4, 5, 4, 2); },
          .num_parameters = [](const Attributes&) { return 5 * 4 + 6 * 4 + 6 * 4 + 5 * 4; },
          .samples = {{.inputs = {any({2, 3, 4}), any({2, 5, 5}), any({2, 5, 5})}}},
          .attention = AttentionRoles{.keys = {1, 2}},
          .no_reference = "the forward is its own definition"};
}

}  // namespace

TEST_CASE("check_module passes a right module, and says what it could not check") {
  const Report report = check_module(row_of<Gate>(5));
  CHECK(report.text() ==
        "gate: passed: 31 checks at 2 samples, 29 elements gradchecked, 53 gradgradchecked\n"
        "  not checked: it gives the right values: there is no reference: the forward is its own "
        "definition\n"
        "  not tried: a sample that is .large, to be split between threads\n"
        "  not tried: arguments or inputs that it refuses (.errors)");
}

TEST_CASE("check_module finds state that is not in the tree") {
  const Report report = check_module(row_of<SecretGate>(9));
  CHECK(finds(report,
              "it has as many parameters as its formula says: has 5 parameters instead of 9"));
  CHECK(finds(report, "it gives the same bits after its state went into a fresh one"));
}

TEST_CASE("check_module finds a parameter that nothing depends on") {
  CHECK(
      finds(check_module(row_of<IdleGate>(10)),
            "it gives every parameter a gradient by which it moves: idle.weight has no gradient"));
}

TEST_CASE("check_attention passes a right attention that shows no weights") {
  const Report report = check_attention(additive_row<Mistake::none>());
  CHECK(report.passed);
  CHECK(report.unchecked ==
        std::vector<std::string>{
            "it gives the right values: there is no reference: the forward is its own definition",
            "its weights sum to 1 over the keys: its abilities have no heads",
            "under a mask, it has its former weights, biased and renormalised: its abilities have "
            "no heads",
            "it applies the mask of a head to this head alone: its abilities have no heads",
            "it gives in chunks, with a cache, what it gives at once: its abilities have no caches",
            "it multiplies each head by its gate before the output projection: its abilities have "
            "no heads"});
}

TEST_CASE("check_attention finds what a mask should have blocked") {
  const Report ignoring = check_attention(additive_row<Mistake::ignores_the_mask>());
  CHECK(finds(ignoring, "it has no gradient to later keys under a causal mask"));
  CHECK(finds(ignoring, "it does not feel what padding holds, to the bit"));
  const Report poisoned = check_attention(additive_row<Mistake::multiplies_what_is_blocked>());
  CHECK(finds(poisoned, "it does not feel NaN and infinities in padding"));
  CHECK(poisoned.problems.size() == 1);
}

TEST_CASE("check_attention finds an attention that looks at other samples of the batch") {
  CHECK(finds(check_attention(additive_row<Mistake::looks_at_other_rows>()),
              "it keeps each batch row free of the others, to the bit"));
}

TEST_CASE("check_attention passes right gates, whatever the output projection is called") {
  const Report report = check_attention(distance_row<Gates::right>());
  INFO(report.text());
  CHECK(report.passed);
  CHECK(report.unchecked ==
        std::vector<std::string>{
            "it gives the right values: there is no reference: the forward is its own definition",
            "it does not see the query where there is one key: needs a sample with one key",
            "it gives in chunks, with a cache, what it gives at once: its abilities have no "
            "caches"});
  CHECK(check_attention(distance_row<Gates::right, false>()).passed);
}

TEST_CASE("check_attention finds gates that act elsewhere than on their heads") {
  const std::string check = "it multiplies each head by its gate before the output projection: ";
  const std::string left = "gates of 0: the output is neither zeros nor a parameter";
  CHECK(finds(check_attention(distance_row<Gates::ignored>()), check + left));
  CHECK(finds(check_attention(distance_row<Gates::ignored, false>()), check + left));
  CHECK(finds(check_attention(distance_row<Gates::of_another_head>()),
              check + "all but head 0 shut: "));
  CHECK(finds(check_attention(distance_row<Gates::after_the_projection>()),
              check + "gates of 0 against a mask that blocks all: "));
  CHECK(finds(check_attention(distance_row<Gates::after_the_projection, false>()),
              check + "the gates of heads 0 and 1 do the same"));
}

TEST_CASE("check_attention fails wrong variants of MultiHeadAttention, not the right one") {
  for (AttentionMutant& mutant : attention_mutants()) {
    const bool is_right = mutant.name.starts_with("(none");
    const bool is_asked = is_right || mutant.name == "mask dropped" ||
                          mutant.name == "softmax over queries" ||
                          mutant.name == "keys of another batch row";
    if (!is_asked) continue;
    mutant.row.samples.resize(1);
    mutant.row.errors = {};
    INFO(mutant.name);
    CHECK(check_attention(mutant.row).passed == is_right);
  }
}

TEST_CASE("check_attention wants to know which inputs are queries and keys") {
  ModuleCase row = additive_row<Mistake::none>();
  row.attention = {};
  CHECK(finds(check_attention(row), "it says which inputs are queries and keys"));
  row = distance_row<Gates::right>();
  row.attention = AttentionRoles{};
  CHECK(finds(check_attention(row),
              "it says which inputs are queries and keys: input \"value\" is in no role; "
              "AttentionRoles{.keys = {1, 2}}"));
}

TEST_CASE("check_attention names an input that no output depends on, and values not tried apart") {
  ModuleCase row = additive_row<Mistake::none>();
  row.inputs.push_back("value");
  row.samples = {{.inputs = {any({2, 3, 4}), any({2, 5, 5}), any({2, 5, 5})}}};
  row.attention = AttentionRoles{.keys = {1, 2}};
  CHECK(finds(check_attention(row),
              "it has no gradient to later keys under a causal mask, and one to earlier ones: no "
              "output depends on input 2, \"value\""));
  row = distance_row<Gates::right>();
  row.inputs.pop_back();
  row.samples[0].inputs.pop_back();
  row.attention = AttentionRoles{};
  const Report report = check_attention(row);
  CHECK(report.passed);
  CHECK(report.unchecked.back() == "separate values: needs a third input");
}

}  // namespace heed::testing::check_module_test
