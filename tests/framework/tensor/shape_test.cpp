#include "heed/framework/tensor/shape.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::shape_test {
namespace {

constexpr int64_t huge = int64_t{1} << 40;

struct Layout {
  Shape shape;
  Strides strides;
};

/// Where each element of the layout stands, in row-major order.
std::vector<int64_t> addresses(const Shape& shape, const Strides& strides) {
  std::vector<int64_t> all{0};
  for (int64_t d = 0; d < shape.size(); ++d) {
    std::vector<int64_t> next;
    for (const int64_t at : all) {
      for (int64_t i = 0; i < shape[d]; ++i) next.push_back(at + i * strides[d]);
    }
    all = next;
  }
  return all;
}

/// A layout that views can make: a dense one, sliced, permuted and expanded.
Layout random_layout(Rng& rng) {
  Shape shape;
  const int64_t rank = rng.integer(0, 5);
  for (int64_t d = 0; d < rank; ++d)
    shape.push_back(rng.integer(rng.integer(0, 8) == 0 ? 0 : 1, 5));
  Strides strides = contiguous_strides(shape);
  for (int64_t d = 0; d < rank; ++d) {
    const int64_t action = rng.integer(0, 8);
    if (action == 0 && shape[d] > 1) shape[d] = rng.integer(1, shape[d]);
    if (action == 1 && shape[d] > 2) {
      strides[d] *= 2;
      shape[d] = (shape[d] + 1) / 2;
    }
    if (action == 2 && shape[d] == 1) {
      strides[d] = 0;
      shape[d] = rng.integer(1, 4);
    }
    if (action == 3 && shape[d] == 1) strides[d] = rng.integer(0, 50);
  }
  if (rank > 1 && rng.integer(0, 3) == 0) {
    const int64_t i = rng.integer(0, rank), j = rng.integer(0, rank);
    std::swap(shape[i], shape[j]);
    std::swap(strides[i], strides[j]);
  }
  return {shape, strides};
}

/// Another shape with the same number of elements.
Shape random_target(int64_t numel, Rng& rng) {
  Shape target;
  while (target.size() < 4) {
    std::vector<int64_t> factors;
    for (int64_t f = 1; f <= numel; ++f) {
      if (numel % f == 0) factors.push_back(f);
    }
    const auto count = static_cast<int64_t>(factors.size());
    target.push_back(factors[static_cast<size_t>(rng.integer(0, count))]);
    numel /= target.back();
    if (numel == 1 && rng.integer(0, 2) == 0) return target;
  }
  target.push_back(numel);
  return target;
}

/// Strides by which `target` visits these addresses in order, found without the shape they came
/// from: element e_d (one step along d) fixes stride d, the rest must follow.
bool oracle_can_view(const std::vector<int64_t>& from, const Shape& target) {
  Strides strides = Strides(IntList::filled(target.size(), 0));
  int64_t step = 1;
  for (int64_t d = target.size() - 1; d >= 0; --d) {
    if (target[d] > 1) strides[d] = from[static_cast<size_t>(step)] - from[0];
    step *= target[d];
  }
  std::vector<int64_t> seen = addresses(target, strides);
  for (int64_t& at : seen) at += from[0];
  return seen == from;
}

}  // namespace

TEST_CASE("a list of integers grows to eight and no further") {
  IntList list{1, 2, 3};
  list.insert(1, 9);
  CHECK(text_of(list) == "[1, 9, 2, 3]");
  list.erase(0);
  list.insert(3, 7);
  CHECK(list == IntList{9, 2, 3, 7});
  CHECK(list.contains(7));
  CHECK_FALSE(list.contains(1));
  CHECK(text_of(IntList{}) == "[]");
  CHECK(message_of([] { IntList::filled(9, 1); }) == "shape: a tensor has at most 8 dimensions");
}

TEST_CASE("the number of elements is counted without overflow") {
  CHECK(numel_of({}) == 1);
  CHECK(numel_of({3, 0, 2}) == 0);
  CHECK(numel_of({3, 4}) == 12);
  CHECK(numel_of({std::numeric_limits<int64_t>::max()}) == std::numeric_limits<int64_t>::max());
  CHECK(message_of([] { numel_of({2, -3}); }) == "shape: a size is negative: [2, -3]");
  CHECK(message_of([] {
          numel_of({huge, huge});
        }) == "shape: too many elements to count: [1099511627776, 1099511627776]");
  CHECK(message_of([] {
          numel_of({huge, huge, 0});
        }) == "shape: too many elements to count: [1099511627776, 1099511627776, 0]");
  CHECK(message_of([] {
          Tensor::empty({huge, 4194304}, DType::f64);
        }) == "empty: too many bytes to count: [1099511627776, 4194304] of f64");
  CHECK_THROWS_AS(Tensor::empty({huge * 1024}, DType::f64), std::bad_alloc);
}

TEST_CASE("view sizes that overflow are refused in any order of the sizes") {
  CHECK(message_of([] {
          infer_size("view", {0, huge, huge}, {0});
        }) == "view: too many elements to count: [0, 1099511627776, 1099511627776]");
  CHECK(message_of([] {
          infer_size("view", {huge, huge, 0}, {0});
        }) == "view: too many elements to count: [1099511627776, 1099511627776, 0]");
}

TEST_CASE("one size is inferred from the number of elements") {
  CHECK(infer_size("view", {-1, 4}, {2, 6}) == Shape{3, 4});
  CHECK(infer_size("view", {12}, {2, 6}) == Shape{12});
  CHECK(infer_size("view", {-1}, {}) == Shape{1});
  CHECK(infer_size("view", {3, -1}, {0, 2}) == Shape{3, 0});
  CHECK(message_of([] {
          infer_size("view", {-1, -1}, {4});
        }) == "view: only one size can be -1: [-1, -1]");
  CHECK(message_of([] {
          infer_size("view", {-2, 2}, {4});
        }) == "view: a size is negative: [-2, 2]");
  CHECK(message_of([] {
          infer_size("view", {-1, 3}, {4});
        }) == "view: sizes do not fit the number of elements: [4] (4 elements) as [-1, 3]");
  CHECK(message_of([] {
          infer_size("view", {-1, 0}, {0});
        }) == "view: sizes do not fit the number of elements: [0] (0 elements) as [-1, 0]");
  CHECK(message_of([] { infer_size("reshape", {5}, {4}); }) ==
        "reshape: sizes do not fit the number of elements: [4] (4 elements) as [5]");
}

TEST_CASE("dimensions count from both ends") {
  CHECK(normalize_dim("op", -1, 3) == 2);
  CHECK(normalize_dim("op", 0, 0) == 0);
  CHECK(normalize_dim("op", -1, 0) == 0);
  CHECK(message_of([] { normalize_dim("op", 3, 3); }) ==
        "op: dim 3 is out of range for a 3-d tensor; it goes from -3 to 2");
  CHECK(message_of([] { normalize_dim("op", 1, 0); }) ==
        "op: dim 1 is out of range for a 0-d tensor; it goes from -1 to 0");
  CHECK(normalize_dims("op", {-1, 0}, 3) == IntList{0, 2});
  CHECK(normalize_dims("op", {}, 3) == IntList{0, 1, 2});
  CHECK(message_of([] {
          normalize_dims("op", {1, -2}, 3);
        }) == "op: dim -2 appears twice in [1, -2]");
}

TEST_CASE("shapes broadcast as in NumPy") {
  CHECK(broadcast_shapes("add", {2, 1, 4}, {3, 1}) == Shape{2, 3, 4});
  CHECK(broadcast_shapes("add", {}, {2, 0}) == Shape{2, 0});
  CHECK(broadcast_shapes("add", {0}, {1}) == Shape{0});
  CHECK(message_of([] {
          broadcast_shapes("add", {2, 3}, {4, 2, 5});
        }) == "add: shapes do not broadcast: [2, 3] and [4, 2, 5] (3 != 5 at dim -1)");
  CHECK(message_of([] {
          broadcast_shapes("add", {2, 3}, {4, 3});
        }) == "add: shapes do not broadcast: [2, 3] and [4, 3] (2 != 4 at dim -2)");
  CHECK(message_of([] { broadcast_shapes("add", {0}, {2}); }) ==
        "add: shapes do not broadcast: [0] and [2] (0 != 2 at dim -1)");
}

TEST_CASE("reduced dimensions go away or keep size 1") {
  CHECK(reduced_shape({2, 3, 4}, {0, 2}, false) == Shape{3});
  CHECK(reduced_shape({2, 3, 4}, {0, 2}, true) == Shape{1, 3, 1});
  CHECK(reduced_shape({}, {}, true) == Shape{});
}

TEST_CASE("contiguity and overlap agree with a list of all addresses") {
  Rng rng(stream(1, Purpose::user));
  int dense = 0, overlapping = 0;
  for (int round = 0; round < 5000; ++round) {
    const auto [shape, strides] = random_layout(rng);
    INFO(text_of(shape, " ", strides));
    std::vector<int64_t> all = addresses(shape, strides);
    std::vector<int64_t> in_order(all.size());
    std::iota(in_order.begin(), in_order.end(), int64_t{0});
    CHECK(is_contiguous(shape, strides) == (all == in_order));
    dense += all == in_order ? 1 : 0;
    std::sort(all.begin(), all.end());
    const bool unique = std::adjacent_find(all.begin(), all.end()) == all.end();
    CHECK(is_non_overlapping(shape, strides) == unique);
    overlapping += unique ? 0 : 1;
  }
  CHECK(dense > 500);
  CHECK(overlapping > 100);
}

TEST_CASE("a view is possible exactly if some strides visit the same addresses in order") {
  Rng rng(stream(2, Purpose::user));
  int possible = 0, impossible = 0;
  for (int round = 0; round < 20000; ++round) {
    const auto [shape, strides] = random_layout(rng);
    const int64_t numel = numel_of(shape);
    if (numel == 0) continue;
    const Shape target = random_target(numel, rng);
    INFO(text_of(shape, " ", strides, " as ", target));
    const std::vector<int64_t> from = addresses(shape, strides);
    Strides result;
    const bool can = view_strides(shape, strides, target, result);
    REQUIRE(can == oracle_can_view(from, target));
    if (can) REQUIRE(addresses(target, result) == from);
    ++(can ? possible : impossible);
  }
  CHECK(possible > 2000);
  CHECK(impossible > 500);
}

TEST_CASE("any view of no elements is possible") {
  Strides strides;
  CHECK(view_strides({2, 0}, {0, 7}, {0, 5, 3}, strides));
  CHECK(strides == Strides{15, 3, 1});
}

}  // namespace heed::testing::shape_test
