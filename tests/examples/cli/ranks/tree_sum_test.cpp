#include "heed/examples/cli/ranks/tree_sum.h"

#include <cmath>
#include <cstring>
#include <string>

#include "heed/tests/support/catch.h"

namespace heed::testing::tree_sum_test {
namespace {

/// Writes down how it was added.
struct Expression {
  std::string text;
  Expression& operator+=(const Expression& other) {
    text = "(" + text + " " + other.text + ")";
    return *this;
  }
};

Expression number(int64_t i) {
  return {std::to_string(i)};
}

/// The sum of `count` values that neighbours with `share` values each have added first.
std::string sum_by_shares(int64_t count, const std::vector<int64_t>& ends) {
  TreeSum<Expression> whole(count);
  int64_t begin = 0;
  for (const int64_t end : ends) {
    TreeSum<Expression> part(count);
    for (int64_t i = begin; i < end; ++i) part.add(i, number(i));
    CHECK(tree_shape(count, begin, end).nodes == std::ssize(part.nodes()));
    for (const auto& node : part.nodes()) whole.add(node);
    begin = end;
  }
  REQUIRE(whole.nodes().size() == 1);
  return whole.nodes().front().value.text;
}

}  // namespace

TEST_CASE("TreeSum adds in the order of one tree") {
  const auto alone = [](int64_t count) { return sum_by_shares(count, {count}); };
  CHECK(alone(1) == "0");
  CHECK(alone(2) == "(0 1)");
  CHECK(alone(3) == "((0 1) 2)");
  CHECK(alone(4) == "((0 1) (2 3))");
  CHECK(alone(6) == "(((0 1) (2 3)) (4 5))");
  CHECK(alone(7) == "(((0 1) (2 3)) ((4 5) 6))");
}

TEST_CASE("TreeSum gives the same sum however its values are divided") {
  for (int64_t count = 1; count <= 9; ++count) {
    const std::string wanted = sum_by_shares(count, {count});
    for (unsigned cuts = 0; cuts < (1U << (count - 1)); ++cuts) {  // every division there is
      std::vector<int64_t> ends;
      for (int64_t i = 1; i < count; ++i) {
        if ((cuts >> (i - 1)) % 2 == 1) ends.push_back(i);
      }
      ends.push_back(count);
      CHECK(sum_by_shares(count, ends) == wanted);
    }
  }
}

TEST_CASE("A TreeSum of all values holds log2 of their number, and one more") {
  for (int64_t count = 1; count <= 300; ++count) {
    const TreeShape shape = tree_shape(count, 0, count);
    CHECK(shape.nodes == 1);
    CHECK(shape.most_held <= std::ilogb(static_cast<double>(count)) + 1);
  }
  CHECK(tree_shape(65536, 0, 65536).most_held == 17);
  CHECK(tree_shape(12, 3, 6).nodes == 2);  // 3, then 4 and 5 together
  CHECK(tree_shape(16, 4, 8).nodes == 1);
}

}  // namespace heed::testing::tree_sum_test
