// Beam search against the search through everything.
#include "heed/modules/beam_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/generation.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::beam_search_test {
namespace {

constexpr int64_t symbols = 3, end = 2;

/// Scores after each prefix, drawn once for each: a model that is as irregular as can be.
Tensor scores_of(const Tensor& ids, uint64_t seed) {
  const int64_t B = ids.size(0), L = ids.size(1);
  const auto values = ids.to_vector<int64_t>();
  std::vector<double> scores(static_cast<size_t>(B * L * symbols));
  for (int64_t b = 0; b < B; ++b) {
    uint64_t prefix = 1;
    for (int64_t i = 0; i < L; ++i) {
      prefix = prefix * symbols + static_cast<uint64_t>(values[static_cast<size_t>(b * L + i)]);
      Rng rng(stream(seed, Purpose::user, prefix));
      for (int64_t c = 0; c < symbols; ++c) {
        scores[static_cast<size_t>((b * L + i) * symbols + c)] = 3 * rng.normal();
      }
    }
  }
  return from_values(scores, {B, L, symbols});
}

/// Every complete continuation, one by one.
void visit(const ScoresOfAll& scores, const std::vector<int64_t>& start,
           const BeamSearchOptions& options, Hypothesis so_far, std::vector<Hypothesis>& all) {
  std::vector<int64_t> ids = start;
  ids.insert(ids.end(), so_far.tokens.begin(), so_far.tokens.end());
  const Tensor last = select(scores(from_values(ids, {1, std::ssize(ids)})), 1, -1);
  const std::vector<double> logs = log_softmax(last, -1).to_vector<double>();
  for (int64_t c = 0; c < symbols; ++c) {
    Hypothesis next = so_far;
    next.tokens.push_back(c);
    next.log_probability += logs[static_cast<size_t>(c)];
    const auto length = static_cast<double>(next.tokens.size());
    next.score = next.log_probability / std::pow(length, options.length_penalty);
    const bool complete = c == options.end || std::ssize(next.tokens) == options.tokens;
    if (complete) {
      all.push_back(next);
    } else {
      visit(scores, start, options, next, all);
    }
  }
}

std::vector<Hypothesis> exhaustive(const ScoresOfAll& scores, const std::vector<int64_t>& start,
                                   const BeamSearchOptions& options) {
  std::vector<Hypothesis> all;
  visit(scores, start, options, {{}, 0, 0}, all);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score; });
  return all;
}

}  // namespace

TEST_CASE("With as many beams as continuations a beam search finds the best of all, in order") {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    for (const double penalty : {0.0, 0.6, 1.0, 2.0, -1.0}) {
      const ScoresOfAll scores = [&](const Tensor& ids) { return scores_of(ids, seed); };
      const BeamSearchOptions options{
          .beams = 81, .tokens = 4, .end = end, .length_penalty = penalty};
      const auto want = exhaustive(scores, {0, 1}, options);
      const auto got = beam_search(scores, {0, 1}, options);
      CAPTURE(seed, penalty);
      REQUIRE(got.size() == want.size());
      for (size_t i = 0; i < got.size(); ++i) {
        CHECK(got[i].tokens == want[i].tokens);
        CHECK(std::abs(got[i].log_probability - want[i].log_probability) < 1e-12);
        CHECK(std::abs(got[i].score - want[i].score) < 1e-12);
      }
    }
  }
}

TEST_CASE("Few beams find the best of all more often than one, and never say what is not so") {
  constexpr uint64_t models = 40;
  std::map<int64_t, int64_t> found;
  for (uint64_t seed = 0; seed < models; ++seed) {
    const ScoresOfAll scores = [&](const Tensor& ids) { return scores_of(ids, seed); };
    const auto all = exhaustive(scores, {0}, {.beams = 1, .tokens = 5, .end = end});
    for (const int64_t beams : {1, 2, 4, 16}) {
      const auto got = beam_search(scores, {0}, {.beams = beams, .tokens = 5, .end = end});
      REQUIRE(!got.empty());
      CHECK(std::ssize(got) <= beams);
      if (got.front().tokens == all.front().tokens) ++found[beams];
      for (const Hypothesis& one : got) {
        const auto same = std::find_if(all.begin(), all.end(), [&](const Hypothesis& other) {
          return other.tokens == one.tokens;
        });
        REQUIRE(same != all.end());
        CHECK(std::abs(same->score - one.score) < 1e-12);
      }
    }
  }
  CHECK(found[1] < found[4]);
  CHECK(found[4] <= found[16]);
  CHECK(found[16] >= 38);
}

TEST_CASE("One beam is greedy") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const ScoresOfAll scores = [&](const Tensor& ids) { return scores_of(ids, seed); };
    Rng rng(stream(0, Purpose::user));
    const Tensor greedy =
        generate(recomputing(scores), from_values(std::vector<int64_t>{1}, {1, 1}),
                 {.tokens = 6, .stop = {end}}, rng);
    const auto got = beam_search(scores, {1}, {.beams = 1, .tokens = 6, .end = end});
    CHECK(got.size() == 1);
    CHECK(got.front().tokens == greedy.to_vector<int64_t>());
  }
}

TEST_CASE("Without length normalisation a beam search prefers what is short") {
  // The end has 0.3 at each place, so the shortest answer is likelier than any longer one.
  const ScoresOfAll scores = [](const Tensor& ids) {
    const Tensor row =
        from_values(std::vector<double>{std::log(0.69), std::log(0.01), std::log(0.3)}, {1, 1, 3});
    return row.expand({ids.size(0), ids.size(1), 3});
  };
  BeamSearchOptions options{.beams = 8, .tokens = 6, .end = end, .length_penalty = 0};
  CHECK(beam_search(scores, {0}, options).front().tokens == std::vector<int64_t>{end});
  options.length_penalty = 1;
  CHECK(beam_search(scores, {0}, options).front().tokens == std::vector<int64_t>(6, 0));
}

TEST_CASE("A beam search refuses what it can not use; impossible tokens are never taken") {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto search = [](double score, const BeamSearchOptions& options,
                         const std::vector<int64_t>& start = {0}) {
    return beam_search(
        [=](const Tensor& ids) {
          const Tensor row = from_values(std::vector<double>{0, score, 0}, {1, 1, 3});
          return row.expand({ids.size(0), ids.size(1), 3});
        },
        start, options);
  };
  CHECK(message_of([&] { search(0, {.beams = 0, .tokens = 1}); }) ==
        "beam_search: beams must be at least 1, got 0");
  CHECK(message_of([&] { search(0, {.beams = 1, .tokens = 0}); }) ==
        "beam_search: tokens must be at least 1, got 0");
  CHECK(message_of([&] { search(0, {.beams = 1, .tokens = 1, .length_penalty = infinity}); }) ==
        "beam_search: length_penalty must be finite, got inf");
  CHECK(message_of([&] { search(0, {.beams = 1, .tokens = 1}, {}); }) ==
        "beam_search: needs at least one token to start from");
  CHECK(message_of([&] { search(std::nan(""), {.beams = 1, .tokens = 1}); }) ==
        "beam_search: a score is not a number");
  for (const Hypothesis& one : search(-infinity, {.beams = 99, .tokens = 3})) {
    CHECK(std::count(one.tokens.begin(), one.tokens.end(), 1) == 0);
  }
}

}  // namespace heed::testing::beam_search_test
