// The formulas of the position schemes, and what each of them must not see.
#include "heed/modules/attention/relative_positions.h"

#include <cmath>

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/modules/multi_head_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::relative_positions_test {
namespace {

Values slopes_of(int64_t H) {
  const AlibiPositions alibi(Slot::root(), H);
  return alibi.slopes->to(DType::f64).to_vector<double>();
}

/// `powers` of 1/2, rounded to f32 as the buffer is.
Values halved(const std::vector<double>& powers) {
  Values slopes;
  for (const double power : powers) slopes.push_back(static_cast<float>(std::exp2(-power)));
  return slopes;
}

}  // namespace

TEST_CASE("ALiBi's slopes are those of Press et al., for any number of heads") {
  CHECK(slopes_of(1) == halved({8}));
  CHECK(slopes_of(2) == halved({4, 8}));
  CHECK(slopes_of(3) == halved({4, 8, 2}));
  CHECK(slopes_of(4) == halved({2, 4, 6, 8}));
  CHECK(slopes_of(6) == halved({2, 4, 6, 8, 1, 3}));
  CHECK(slopes_of(8) ==
        Values{1. / 2, 1. / 4, 1. / 8, 1. / 16, 1. / 32, 1. / 64, 1. / 128, 1. / 256});
  CHECK(slopes_of(12) == halved({1, 2, 3, 4, 5, 6, 7, 8, 0.5, 1.5, 2.5, 3.5}));
  CHECK(slopes_of(16) == halved({0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8}));
}

TEST_CASE("ALiBi adds minus slope times distance, from the first query's place") {
  AlibiPositions alibi(Slot::root(), 2);
  const Tensor bias = alibi.bias(1, 2, 4, DType::f32);
  CHECK(bias.shape() == Shape{2, 2, 4});
  const double a = 1. / 16, b = 1. / 256;
  CHECK(values(bias.to(DType::f64)) ==
        Values{-a, 0, -a, -2 * a, -2 * a, -a, 0, -a, -b, 0, -b, -2 * b, -2 * b, -b, 0, -b});
  CHECK(bias.dtype() == DType::f32);
  alibi.to(DType::f64);
  CHECK(alibi.bias(0, 1, 1, DType::f64).dtype() == DType::f64);
}

TEST_CASE("Learned distances read the number of key minus query, cut at both ends") {
  LearnedDistances learned(Slot::root(), 2, 2);
  learned.load_state_dict(
      {{"weight",
        from_values(Values{10, 11, 12, 13, 14, 20, 21, 22, 23, 24}, {2, 5}).to(DType::f32)}});
  const Tensor bias = learned.bias(3, 2, 7, DType::f32);
  CHECK(values(bias.to(DType::f64)) == Values{10, 10, 11, 12, 13, 14, 14, 10, 10, 10,
                                              11, 12, 13, 14, 20, 20, 21, 22, 23, 24,
                                              24, 20, 20, 20, 21, 22, 23, 24});
  CHECK(learned.bias(0, 2, 0, DType::f32).shape() == Shape{2, 2, 0});
}

TEST_CASE("Rotary scores depend on the distance alone") {
  for (const RotaryPairs pairs : {RotaryPairs::halves, RotaryPairs::neighbours}) {
    RotaryPositions rope(Slot::root(), 50, pairs);
    const Tensor q = normal({1, 2, 1, 6}, 1), k = normal({1, 2, 1, 6}, 2);
    const auto score = [&](int64_t query, int64_t key) {
      return matmul(rope.turned(q, query), rope.turned(k, key).transpose(-2, -1));
    };
    for (const int64_t along : {0, 1, 5, -3}) {
      const Tensor want = score(10, 10 + along);
      for (const int64_t query : {3, 4, 77, 5000}) {
        CHECK(difference(score(query, query + along), want, 1e-11) == "");
      }
    }
    CHECK_FALSE(difference(score(3, 4), score(3, 5), 1e-3).empty());
    CHECK_FALSE(difference(score(3, 4), score(4, 3), 1e-3).empty());
    CHECK(bit_difference(rope.turned(q, 0), q) == "");
  }
}

TEST_CASE("A sequence at a later position is rotated as the end of a longer one") {
  RotaryPositions rope(Slot::root());
  const Tensor x = normal({2, 3, 9, 4}, 3);
  CHECK(bit_difference(rope.turned(narrow(x, 2, 4, 5), 4), narrow(rope.turned(x, 0), 2, 4, 5)) ==
        "");
  CHECK(bit_difference(rope.turned(narrow(x, 2, 0, 5), -4),
                       narrow(rope.turned(cat(std::array{x, x}, 2), -4), 2, 0, 5)) == "");
}

TEST_CASE("No relative scheme sees the position of the whole sequence") {
  // Ten keys in front that no query may see: everything stands ten places later.
  const Tensor x = normal({2, 6, 8}, 4);
  const Tensor longer = cat(std::array{normal({2, 10, 8}, 5), x}, 1);
  const Tensor in_front = lt(arange(16), 10).view({1, 16});
  for (const auto& [name, positions] : position_schemes(4)) {
    INFO(name);
    const auto attention = filled({.D_1 = 8,
                                   .H = 4,
                                   .D_qk = 4,
                                   .causal = Alignment::bottom_right,
                                   .relative_positions = positions});
    const Tensor want = (*attention)(x, x, x);
    const Tensor got =
        (*attention)(longer, longer, longer, AttentionCall{.mask = Mask::block(in_front)});
    CHECK(difference(narrow(got, 1, 10, 6), want, 1e-12) == "");
  }
}

TEST_CASE("Schemes say whether they differ between heads, and add or turn nothing by default") {
  const RotaryPositions rope(Slot::root());
  CHECK_FALSE(rope.differs_between_heads());
  CHECK(AlibiPositions(Slot::root(), 2).differs_between_heads());
  CHECK(LearnedDistances(Slot::root(), 2, 3).differs_between_heads());
  AlibiPositions alibi(Slot::root(), 2);
  const Tensor x = normal({1, 2, 3, 5}, 6);
  CHECK(alibi.turned(x, 4).is_same(x));
  RotaryPositions turning(Slot::root());
  CHECK_FALSE(turning.bias(0, 2, 3, DType::f64).defined());
}

TEST_CASE("Position schemes refuse what they cannot do") {
  CHECK(message_of([] { AlibiPositions(Slot::root(), 0); }) ==
        "AlibiPositions: H must be at least 1, got 0");
  CHECK(message_of([] { LearnedDistances(Slot::root(), 0, 3); }) ==
        "LearnedDistances: H must be at least 1, got 0");
  CHECK(message_of([] { LearnedDistances(Slot::root(), 2, 0); }) ==
        "LearnedDistances: max_distance must be at least 1, got 0");
  CHECK(message_of([] { RotaryPositions(Slot::root(), -1); }) ==
        "RotaryPositions: base must be above 0, got -1");
  CHECK(message_of([] {
          RotaryPositions(Slot::root()).turned(zeros({1, 1, 2, 3}), 0);
        }) == "RotaryPositions: rotates pairs, so D_qk must be even, got [1, 1, 2, 3]");
}

}  // namespace heed::testing::relative_positions_test
