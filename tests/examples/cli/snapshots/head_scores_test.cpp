// Scores of weights made by hand, whose answers are known.
#include "heed/examples/cli/snapshots/head_scores.h"

#include <cmath>
#include <limits>

#include "heed/framework/tensor/factories.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::head_scores_test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Two sequences, two heads, L_1 = 2 queries and L_2 = 3 keys: swapped axes would show.
HeadWeights crossing() {
  const std::vector<double> weights{
      // Sequence 0, head 0, then head 1.
      0.5, 0.25, 0.25,  //
      0.1, 0.7, 0.2,    //
      1, 0, 0,          //
      0, 0, 1,
      // Sequence 1 has two keys, the third is padding; its second query is padding too.
      0.75, 0.25, 0,  //
      9, 9, 9,        //
      0, 1, 0,        //
      9, 9, 9};
  Tensor blocked = full({2, 2, 3}, 0, DType::boolean);
  for (const int64_t at : {8, 9, 10, 11}) blocked.mutable_data<bool>()[at] = true;
  return {.weights = from_values(weights, {2, 2, 2, 3}),
          .blocked = blocked,
          .key_counts = {3, 2},
          .symbols = {}};
}

/// Causal self-attention of two sequences of five symbols.
HeadWeights reading_itself() {
  HeadWeights heads{.weights = full({2, 2, 5, 5}, 0, DType::f64),
                    .blocked = full({2, 5, 5}, 0, DType::boolean),
                    .key_counts = {5, 5},
                    .symbols = from_values<int64_t>({7, 8, 9, 7, 8,  //
                                                     1, 2, 1, 1, 3},
                                                    {2, 5})};
  for (int64_t b = 0; b < 2; ++b) {
    for (int64_t i = 0; i < 5; ++i) {
      for (int64_t j = i + 1; j < 5; ++j) {
        heads.blocked.mutable_data<bool>()[(b * 5 + i) * 5 + j] = true;
      }
    }
  }
  return heads;
}

void set(const HeadWeights& heads, int64_t b, int64_t h, int64_t i, int64_t j, double weight) {
  heads.weights.mutable_data<double>()[((b * 2 + h) * 5 + i) * 5 + j] = weight;
}

void check(const HeadScores& scores, const HeadScores& expected) {
  REQUIRE(scores.size() == expected.size());
  for (size_t h = 0; h < scores.size(); ++h) {
    INFO("head " << h);
    if (std::isnan(expected[h])) {
      CHECK(std::isnan(scores[h]));
    } else {
      CHECK(scores[h] == Approx(expected[h]).epsilon(1e-14));
    }
  }
}

double entropy(const std::vector<double>& weights) {
  double sum = 0;
  for (const double w : weights) sum -= w == 0 ? 0 : w * std::log(w);
  return sum;
}

TEST_CASE("entropy is a share of the most that a query could have", "[program][snapshots]") {
  const double head_0 = entropy({0.5, 0.25, 0.25}) / std::log(3) +
                        entropy({0.1, 0.7, 0.2}) / std::log(3) +
                        entropy({0.75, 0.25}) / std::log(2);
  check(entropy_score(crossing()), {head_0 / 3, 0});
  HeadWeights no_choice = crossing();
  no_choice.blocked = full({2, 2, 3}, 1, DType::boolean);
  no_choice.blocked.mutable_data<bool>()[0] = false;
  check(entropy_score(no_choice), {nan, nan});
}

TEST_CASE("distance, previous token and diagonal count keys from each query",
          "[program][snapshots]") {
  const HeadWeights heads = crossing();
  // Queries (0, 0), (0, 1) and (1, 0) count.
  check(distance_score(heads), {(0.25 + 2 * 0.25 + 0.1 + 0.2 + 0.25) / 3, (0 + 1 + 1) / 3.0});
  check(previous_token_score(heads), {0.1, 0});
  check(diagonal_score(heads), {(0.5 + 0.7 + 0.75) / 3, (1 + 0 + 0) / 3.0});
}

TEST_CASE("the mirror is counted from the end of each sequence", "[program][snapshots]") {
  // w_02 and w_11 of the first, w_01 of the second, which has two keys.
  check(mirror_score(crossing()), {(0.25 + 0.7 + 0.25) / 3, (0 + 0 + 1) / 3.0});
}

TEST_CASE("a query does not count where it may not see the key", "[program][snapshots]") {
  const HeadWeights heads = reading_itself();
  set(heads, 0, 1, 2, 2, 0.5);
  set(heads, 0, 1, 3, 1, 0.25);
  set(heads, 1, 1, 4, 0, 0.75);
  set(heads, 1, 1, 0, 4, 9);  // hidden by the mask
  check(mirror_score(heads), {0, (0.5 + 0.25 + 0.75) / 6});
}

TEST_CASE("the previous token needs one, so the first query does not count",
          "[program][snapshots]") {
  const HeadWeights heads = reading_itself();
  for (int64_t i = 1; i < 5; ++i) set(heads, 0, 0, i, i - 1, 1);
  set(heads, 1, 0, 2, 1, 0.5);
  set(heads, 0, 1, 1, 2, 9);  // the other axis
  check(previous_token_score(heads), {4.5 / 8, 0});
}

TEST_CASE("a prefix matches after earlier occurrences of the symbol", "[program][snapshots]") {
  const HeadWeights heads = reading_itself();
  // Sequence 0: query 3 (7) has key 1, query 4 (8) has key 2. Sequence 1: query 2 (1) has key 1,
  // query 3 (1) has keys 1; key 3, after the 1 at 2, is the query itself.
  set(heads, 0, 0, 3, 1, 0.5);
  set(heads, 0, 0, 4, 2, 0.25);
  set(heads, 1, 0, 2, 1, 1);
  set(heads, 1, 0, 3, 1, 0.125);
  set(heads, 1, 0, 3, 3, 0.75);
  set(heads, 0, 1, 3, 0, 1);  // the occurrence itself
  set(heads, 0, 1, 4, 3, 1);
  set(heads, 0, 1, 1, 3, 9);  // the other axis
  check(prefix_match_score(heads), {(0.5 + 0.25 + 1 + 0.125) / 4, 0});
  HeadWeights all_different = heads;
  all_different.symbols = from_values<int64_t>({1, 2, 3, 4, 5, 5, 4, 3, 2, 1}, {2, 5});
  check(prefix_match_score(all_different), {nan, nan});
  check(prefix_match_score(crossing()), {nan, nan});  // queries are no keys
}

TEST_CASE("importance is a mean over sequences of absolute gradients", "[program][snapshots]") {
  check(importance_score(from_values<double>({1, -2, -3, 0.5, 2, 0}, {3, 2})), {2, 2.5 / 3});
}

TEST_CASE("every score of weights has its name", "[program][snapshots]") {
  std::vector<std::string> names;
  for (const auto& [name, scores] : weight_scores(crossing())) {
    names.push_back(name);
    CHECK(scores.size() == 2);
  }
  CHECK(names == std::vector<std::string>{"entropy", "distance", "previous_token", "prefix_match",
                                          "diagonal", "mirror"});
}

}  // namespace
}  // namespace heed::testing::head_scores_test
