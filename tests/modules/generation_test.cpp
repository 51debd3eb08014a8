#include "heed/modules/generation.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/order.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/embedding.h"
#include "heed/modules/transformer/stack.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::generation_test {
namespace {

constexpr int64_t symbols = 7;

/// A small decoder-only model whose output is tied to its embedding.
struct Writer : Layer<Writer> {
  Embedding tokens{{this, "tokens"}, symbols, 8};
  TransformerStack stack;

  explicit Writer(const Slot& slot)
      : Layer(slot),
        stack({this, "stack"}, {.block = {.d_model = 8, .d_ff = 16}, .layers = 2},
              [](const Slot& place) {
                return make_attention<MultiHeadAttention>(
                    place,
                    MultiHeadAttentionConfig{
                        .D_1 = 8, .H = 2, .relative_positions = with_positions<RotaryPositions>()});
              }) {
    to(DType::f64);
    Rng rng(stream(5, Purpose::user));
    reset_parameters(rng);
  }
  Tensor forward(const Tensor& ids, KeyValueCaches* caches = nullptr) {
    const Tensor x = stack(
        tokens(ids), StackCall{.mask = Mask::causal(Alignment::bottom_right), .caches = caches});
    return matmul(x, tokens.weight->transpose(0, 1));
  }
};

Tensor ids_of(std::vector<int64_t> values) {
  const auto count = static_cast<int64_t>(values.size());
  return from_values(values, {1, count});
}

/// Says 1 after 0, 2 after 1, … and `symbols` − 1 for ever.
Tensor counting(const Tensor& ids) {
  const Tensor next = clamp(ids + 1, 0, symbols - 1);
  return one_hot(next, symbols).to(DType::f32);
}

}  // namespace

TEST_CASE("Greedy generation with caches, without, and by the whole sequence says the same") {
  Writer writer(Slot::root());
  const Tensor prompt = from_values(std::vector<int64_t>{3, 1, 4, 1, 5, 2}, {2, 3});
  Rng rng(stream(1, Purpose::user));
  KeyValueCaches caches;
  const Tensor with =
      generate([&](const Tensor& ids) { return writer(ids, &caches); }, prompt, {.tokens = 9}, rng);
  CHECK(caches.front().length() == 3 + 9 - 1);
  const Tensor without = generate(recomputing([&](const Tensor& ids) { return writer(ids); }),
                                  prompt, {.tokens = 9}, rng);
  CHECK(with.shape() == Shape{2, 9});
  CHECK(with.to_vector<int64_t>() == without.to_vector<int64_t>());
  // Teacher forcing: reading its own answer, the model says at each place what it said.
  const Tensor all = writer(cat(std::vector{prompt, with}, 1));
  const Tensor said = argmax(narrow(all, 1, 2, 9), -1);
  CHECK(said.to_vector<int64_t>() == with.to_vector<int64_t>());
  CHECK_FALSE(with.requires_grad());
}

TEST_CASE("Scores without caches are those after all tokens so far, of the new places alone") {
  const NextScores next =
      recomputing([](const Tensor& ids) { return unsqueeze(cumsum(ids, 1), 2); });
  const Tensor first = next(from_values(std::vector<int64_t>{1, 2, 5, 0}, {2, 2}));
  CHECK(first.shape() == Shape{2, 2, 1});
  CHECK(first.to_vector<int64_t>() == std::vector<int64_t>{1, 3, 5, 5});
  const Tensor second = next(from_values(std::vector<int64_t>{4, 1}, {2, 1}));
  CHECK(second.shape() == Shape{2, 1, 1});
  CHECK(second.to_vector<int64_t>() == std::vector<int64_t>{7, 6});
}

TEST_CASE("A row that has ended repeats the end, and generation ends with the last row") {
  Rng rng(stream(1, Purpose::user));
  const Tensor prompt = from_values(std::vector<int64_t>{2, 0}, {2, 1});
  const Tensor said = generate(counting, prompt, {.tokens = 50, .stop = {4}}, rng);
  CHECK(said.shape() == Shape{2, 4});
  CHECK(said.to_vector<int64_t>() == std::vector<int64_t>{3, 4, 4, 4, 1, 2, 3, 4});
  CHECK(generate(counting, prompt, {.tokens = 0}, rng).shape() == Shape{2, 0});
}

TEST_CASE("Every row of a batch ends by itself, in whichever order they end") {
  Rng rng(stream(1, Purpose::user));
  std::vector<int64_t> starts{0, 1, 2, 3};
  do {
    for (const std::vector<int64_t>& stop : {std::vector<int64_t>{4}, {3, 4}, {2, 3, 4}}) {
      const auto shortest = static_cast<int64_t>(stop.size());
      std::vector<int64_t> prompt, want;
      int64_t length = 0;
      for (const int64_t first : starts)
        length = std::max(length, 4 - std::min(first, 4 - shortest));
      for (const int64_t first : starts) {
        const int64_t from = std::min(first, 4 - shortest);  // the whole stop is generated
        prompt.push_back(from);
        for (int64_t i = 1; i <= length; ++i) want.push_back(std::min<int64_t>(from + i, 4));
      }
      const Tensor said =
          generate(counting, from_values(prompt, {4, 1}), {.tokens = 50, .stop = stop}, rng);
      CHECK(said.shape() == Shape{4, length});
      CHECK(said.to_vector<int64_t>() == want);
    }
  } while (std::next_permutation(starts.begin(), starts.end()));
}

TEST_CASE("Each row is chosen by its scores and by what has occurred in it") {
  Rng rng(stream(1, Purpose::user));
  const Tensor scores =
      from_values(std::vector<double>{0, 1, 3, 2, 3, 2, 1, 0, 1, 0, 2, 3, 2, 3, 0, 1}, {4, 4});
  const auto chosen = [&](const Sampling& sampling, const Tensor& seen = {}) {
    return choose(scores, sampling, rng, seen).to_vector<int64_t>();
  };
  const std::vector<int64_t> best{2, 0, 3, 1}, second{3, 1, 2, 0};
  CHECK(chosen({}) == best);
  CHECK(chosen({.temperature = 1e-3}) == best);
  CHECK(chosen({.temperature = 1e-320}) == best);
  CHECK(chosen({.temperature = 9, .top_k = 1}) == best);
  CHECK(chosen({.temperature = 9, .top_p = 0.01}) == best);
  const Tensor seen = from_values(std::vector<int64_t>{2, 2, 0, 0, 3, 3, 1, 1}, {4, 2});
  CHECK(chosen({.repetition_penalty = 4}, seen) == second);
  std::vector<std::map<int64_t, int64_t>> counts(4);
  for (int draw = 0; draw < 400; ++draw) {
    const std::vector<int64_t> ids = chosen({.temperature = 1, .top_k = 2});
    for (size_t row = 0; row < 4; ++row) ++counts[row][ids[row]];
  }
  for (size_t row = 0; row < 4; ++row) {
    CHECK(counts[row][best[row]] + counts[row][second[row]] == 400);
    CHECK(std::abs(static_cast<double>(counts[row][best[row]]) / 400 - 1 / (1 + std::exp(-1.0))) <
          0.12);
  }
  // In generation, too: each row goes on to what it has not said.
  const auto likes = [](const Tensor& ids) {  // the first of 1, 2, … that has not been said
    const std::vector<double> row{1, 8, 7, 6, 5};
    return expand(from_values(row, {1, 1, 5}), {ids.size(0), ids.size(1), 5});
  };
  const Tensor prompt = from_values(std::vector<int64_t>{1, 2, 3}, {3, 1});
  const Tensor said =
      generate(likes, prompt, {.tokens = 3, .sampling = {.repetition_penalty = 100}}, rng);
  CHECK(said.to_vector<int64_t>() == std::vector<int64_t>{2, 3, 4, 1, 3, 4, 1, 2, 4});
}

TEST_CASE("Tokens are drawn as often as softmax of the scores over the temperature says") {
  const std::vector<double> scores{0.5, -1, 2, 0.25};
  for (const double temperature : {0.5, 1.0, 3.0}) {
    double total = 0;
    for (const double score : scores) total += std::exp(score / temperature);
    constexpr int64_t draws = 20000;
    Rng rng(stream(7, Purpose::user));
    const Tensor rows = expand(from_values(scores, {1, 4}), {draws, 4});
    std::map<int64_t, int64_t> counts;
    for (const int64_t id : choose(rows, {.temperature = temperature}, rng).to_vector<int64_t>()) {
      ++counts[id];
    }
    for (size_t i = 0; i < scores.size(); ++i) {
      const double want = std::exp(scores[i] / temperature) / total;
      const double deviation = std::sqrt(want * (1 - want) / draws);
      const double got = static_cast<double>(counts[static_cast<int64_t>(i)]) / draws;
      CHECK(std::abs(got - want) < 5 * deviation);
    }
  }
}

TEST_CASE("top_k leaves only the most likely tokens, temperature 0 only the first of them") {
  const Tensor scores = expand(from_values(std::vector<double>{1, 3, 2, 3}, {1, 4}), {200, 4});
  Rng rng(stream(3, Purpose::user));
  std::map<int64_t, int64_t> counts;
  const Tensor drawn = choose(scores, {.temperature = 5, .top_k = 2}, rng);
  for (const int64_t id : drawn.to_vector<int64_t>()) ++counts[id];
  CHECK(counts.size() == 2);
  CHECK(counts[1] > 50);
  CHECK(counts[3] > 50);
  for (const int64_t id : choose(scores, {}, rng).to_vector<int64_t>()) CHECK(id == 1);
  const Tensor one = choose(scores, {.temperature = 5, .top_k = 1}, rng);
  for (const int64_t id : one.to_vector<int64_t>()) CHECK(id == 1);
  CHECK(choose(scores, {.temperature = 5, .top_k = 99}, rng).shape() == Shape{200});
}

TEST_CASE("top_p leaves the fewest most likely tokens that have that probability together") {
  // Probabilities 0.5, 0.25, 0.125, 0.125 in another order.
  const double one = std::log(2);
  const Tensor scores =
      expand(from_values(std::vector<double>{-2 * one, 0, -2 * one, -one}, {1, 4}), {500, 4});
  const auto drawn = [&](const Sampling& sampling) {
    Rng rng(stream(3, Purpose::user));
    std::map<int64_t, int64_t> counts;
    const Tensor ids = choose(scores, sampling, rng);
    for (const int64_t id : ids.to_vector<int64_t>()) ++counts[id];
    return counts;
  };
  CHECK(drawn({.temperature = 1, .top_p = 1e-9}).size() == 1);
  CHECK(drawn({.temperature = 1, .top_p = 0.5}).size() == 1);
  auto two = drawn({.temperature = 1, .top_p = 0.7});
  CHECK(two.size() == 2);
  CHECK(std::abs(static_cast<double>(two[1]) / 500 - 2.0 / 3) < 0.1);
  CHECK(two[3] > 0);
  CHECK(drawn({.temperature = 1, .top_p = 0.8}).count(0) == 1);  // the first of equals
  CHECK(drawn({.temperature = 1, .top_p = 0.8}).count(2) == 0);
  CHECK(drawn({.temperature = 1, .top_p = 1}).size() == 4);
  // Of what top_k leaves, 2/3 and 1/3, and at the temperature that is drawn at.
  CHECK(drawn({.temperature = 1, .top_k = 2, .top_p = 0.6}).size() == 1);
  CHECK(drawn({.temperature = 100, .top_p = 0.6}).size() == 3);
}

TEST_CASE("A repetition penalty makes tokens that have occurred less likely, each once") {
  const Tensor scores = from_values(std::vector<double>{2, 1.5, -1, -1.5}, {1, 4});
  Rng rng(stream(3, Purpose::user));
  const auto chosen = [&](const std::vector<int64_t>& seen, double penalty) {
    return choose(scores, {.repetition_penalty = penalty}, rng, ids_of(seen)).item();
  };
  CHECK(chosen({0}, 1) == 0);
  CHECK(chosen({0}, 1.3) == 0);
  CHECK(chosen({0}, 1.4) == 1);
  CHECK(chosen({0, 0, 0}, 1.3) == 0);
  CHECK(chosen({0, 1}, 1e9) == 0);
  CHECK(chosen({1, 2, 3}, 0.5) == 1);
  CHECK(chosen({99, -1}, 2) == 0);  // symbols that are read but never written
  CHECK(choose(scores, {.repetition_penalty = 2}, rng).item() == 0);
  // Negative scores are multiplied: −1 · 2 is below −1.5.
  const Tensor negative = from_values(std::vector<double>{-1, -1.5}, {1, 2});
  CHECK(choose(negative, {.repetition_penalty = 2}, rng, ids_of({0})).item() == 1);
  // Of the prompt and of what has been generated: it would say 6 for ever.
  const auto above_zero = [](const Tensor& ids) { return counting(ids) * 2 + 1; };
  const Tensor said = generate(above_zero, ids_of({3}),
                               {.tokens = 5, .sampling = {.repetition_penalty = 1e9}}, rng);
  CHECK(said.to_vector<int64_t>() == std::vector<int64_t>{4, 5, 6, 0, 1});
}

TEST_CASE("A row ends with a stop of several tokens, all of them generated") {
  Rng rng(stream(1, Purpose::user));
  const Tensor prompt = from_values(std::vector<int64_t>{2, 4}, {2, 1});
  const Tensor said = generate(counting, prompt, {.tokens = 50, .stop = {4, 5}}, rng);
  CHECK(said.shape() == Shape{2, 50});  // the 4 of the second row belongs to the prompt
  CHECK(narrow(said, 1, 0, 4).clone().to_vector<int64_t>() ==
        std::vector<int64_t>{3, 4, 5, 5, 5, 6, 6, 6});
  CHECK(generate(counting, narrow(prompt, 0, 0, 1), {.tokens = 50, .stop = {4, 5}}, rng)
            .to_vector<int64_t>() == std::vector<int64_t>{3, 4, 5});
}

TEST_CASE("The same stream draws the same tokens; −∞ is never drawn") {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor scores = expand(from_values(std::vector<double>{0, -infinity, 0}, {1, 3}), {100, 3});
  Rng first(stream(3, Purpose::user)), second(stream(3, Purpose::user));
  const auto a = choose(scores, {.temperature = 1}, first).to_vector<int64_t>();
  CHECK(a == choose(scores, {.temperature = 1}, second).to_vector<int64_t>());
  for (const int64_t id : a) CHECK(id != 1);
}

TEST_CASE("Generation refuses what it can not use") {
  Rng rng(stream(1, Purpose::user));
  const double infinity = std::numeric_limits<double>::infinity();
  const auto choice = [&](const std::vector<double>& row, const Sampling& sampling) {
    return message_of([&] {
      choose(from_values(row, {1, static_cast<int64_t>(row.size())}), sampling, rng);
    });
  };
  CHECK(choice({1, NAN}, {}) == "choose: the scores of row 0 have no finite largest one, but nan");
  CHECK(choice({1, infinity}, {}) ==
        "choose: the scores of row 0 have no finite largest one, but inf");
  CHECK(choice({-infinity, -infinity}, {}) ==
        "choose: the scores of row 0 have no finite largest one, but -inf");
  CHECK(message_of([&] {
          choose(from_values(std::vector<double>{1, 2, 3, NAN, 1, 2}, {3, 2}), {}, rng);
        }) == "choose: the scores of row 1 have no finite largest one, but nan");
  CHECK(choice({1}, {.temperature = -1}) ==
        "choose: temperature must be at least 0 and finite, got -1");
  CHECK(choice({1}, {.top_k = 0}) == "choose: top_k must be at least 1, got 0");
  for (const double p : {0.0, -0.5, 1.5}) {
    CHECK(choice({1}, {.top_p = p}) == text_of("choose: top_p must be in (0, 1], got ", p));
  }
  for (const double penalty : {0.0, -1.0, infinity}) {
    CHECK(choice({1}, {.repetition_penalty = penalty}) ==
          text_of("choose: repetition_penalty must be above 0 and finite, got ", penalty));
  }
  CHECK(message_of([&] {
          choose(from_values(std::vector<double>{1}, {1, 1}), {.repetition_penalty = 2}, rng,
                 from_values(std::vector<int64_t>{0}, {1}));
        }) == "choose: needs the tokens that have occurred [B, L], got [1]");
  CHECK(choice({}, {}) == "choose: needs scores [B, classes], got [1, 0]");
  CHECK(message_of([&] { generate(counting, ids_of({}), {.tokens = 1}, rng); }) ==
        "generate: needs a prompt [B, L] with L >= 1, got [1, 0]");
  CHECK(message_of([&] { generate(counting, ids_of({1}), {.tokens = -1}, rng); }) ==
        "generate: tokens must not be negative, got -1");
}

}  // namespace heed::testing::generation_test
