#include "heed/framework/nn/shape_contract.h"

#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/allocations.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::shape_contract_test {
namespace {

/// The message when `shape` is checked against `pattern` by a contract with D = 4 and H = 2.
std::string refusal(const Shape& shape, const char* pattern) {
  Dims d{"Gate", {{"D", 4}, {"H", 2}}};
  const Tensor x = zeros(shape);
  return message_of([&] { d.check(x, pattern); });
}

}  // namespace

TEST_CASE("Letters are bound when first seen and hold from then on") {
  Dims d{"Gate", {{"D", 4}}};
  const Tensor x = zeros({3, 5, 4});
  CHECK(d.check(x, "B L D").is_same(x));
  CHECK(d["B"] == 3);
  CHECK(d["L"] == 5);
  d.check(zeros({3, 5, 5}), "B L L");
  CHECK(message_of([&] {
          d.check(zeros({3, 6, 4}), "B L D");
        }) == "Gate: expected [B L D], got [3, 6, 4] where D = 4, B = 3, L = 5");
}

TEST_CASE("Products are of known letters and numbers, numbers stand for themselves") {
  CHECK(refusal({8}, "H*D") == "no error");
  CHECK(refusal({24}, "3*H*D") == "no error");
  CHECK(refusal({4, 1, 0, 12}, "D 1 0 12") == "no error");
  CHECK(refusal({9}, "H*D") == "Gate: expected [H*D], got [9] where D = 4, H = 2");
  CHECK(refusal({2}, "1") == "Gate: expected [1], got [2] where D = 4, H = 2");
  CHECK(refusal({8}, "H*Q") == "Gate: the letter Q has no size yet");
  CHECK(refusal({8}, "H*") == "Gate: the letter  has no size yet");
  Dims d{"Gate", {}};
  d.check(zeros({3, 5, 15}), "B L B*L");
  // What no size can be is no size, and nothing times it is nothing.
  constexpr int64_t huge = int64_t{1} << 62;
  Dims large{"Gate", {{"N", huge}, {"zero", 0}}};
  CHECK(message_of([&] { large.check(zeros({0}), "N*4"); }) ==
        "Gate: expected [N*4], got [0] where N = 4611686018427387904, zero = 0");
  large.check(zeros({0}), "N*4*zero");
  CHECK(message_of([&] { large.check(zeros({0}), "99999999999999999999"); }) ==
        "Gate: 99999999999999999999 is not a size");
}

TEST_CASE("Another rank is refused, an empty pattern is a 0-d tensor") {
  CHECK(refusal({}, "") == "no error");
  CHECK(refusal({3}, "") == "Gate: expected [], got [3] where D = 4, H = 2");
  CHECK(refusal({3, 4}, "D") == "Gate: expected [D], got [3, 4] where D = 4, H = 2");
  CHECK(refusal({4}, "D B") == "Gate: expected [D B], got [4] where D = 4, H = 2");
  CHECK(refusal({}, "D") == "Gate: expected [D], got [] where D = 4, H = 2");
  CHECK(refusal({4, 3}, "D  B") == "Gate: expected [D  B], got [4, 3] where D = 4, H = 2");
  CHECK(refusal({0, 4}, "B D") == "no error");
}

TEST_CASE("Dots in front stand for any axes") {
  CHECK(refusal({4}, "... D") == "no error");
  CHECK(refusal({7, 5, 3, 4}, "... D") == "no error");
  CHECK(refusal({3, 8}, "... H*D") == "no error");
  CHECK(refusal({2, 4}, "... H D") == "no error");
  CHECK(refusal({4, 3}, "... D") == "Gate: expected [... D], got [4, 3] where D = 4, H = 2");
  CHECK(refusal({}, "... D") == "Gate: expected [... D], got [] where D = 4, H = 2");
  CHECK(refusal({4}, "... H D") == "Gate: expected [... H D], got [4] where D = 4, H = 2");
}

TEST_CASE("A letter that is not known and a seventeenth letter are refused") {
  Dims d{"Gate",
         {{"a", 1},
          {"b", 1},
          {"c", 1},
          {"d", 1},
          {"e", 1},
          {"f", 1},
          {"g", 1},
          {"h", 1},
          {"i", 1},
          {"j", 1},
          {"k", 1},
          {"l", 1},
          {"m", 1},
          {"n", 1},
          {"o", 1}}};
  CHECK(message_of([&] { static_cast<void>(d["p"]); }) == "Gate: the letter p has no size yet");
  d.check(zeros({7}), "p");
  CHECK(d["p"] == 7);
  CHECK(message_of([&] { d.check(zeros({8}), "q"); }) == "Gate: a contract has at most 16 letters");
}

TEST_CASE("A contract that holds allocates nothing") {
  const Tensor x = zeros({2, 3, 4}), y = zeros({2, 6, 3, 1, 24});
  const int64_t before = allocations();
  for (int i = 0; i < 100; ++i) {
    Dims d{"a name too long for any small string", {{"D", 4}, {"a letter of some length", 6}}};
    d.check(x, "B L D");
    d.check(y, "B 6 L 1 6*D");
  }
  CHECK(allocations() == before);
  const std::string some(100, 'x');
  CHECK(allocations() > before);
}

}  // namespace heed::testing::shape_contract_test
