// Writing at indices where PyTorch leaves the result open or its gradient is wrong: repeated
// indices, zeros in products, extremes without x's own.
#include "heed/framework/ops/scatter.h"

#include <limits>

#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/pad.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::scatter_semantics_test {

TEST_CASE("scatter: the last of several stays, and only it gets the gradient") {
  const Tensor x = leaf({1, 2, 3}), source = leaf({10, 20, 30, 40});
  const Tensor index = tensor<int64_t>({0, 2, 0, 0}), g = tensor<double>({5, 6, 7});
  const Tensor y = scatter(x, 0, index, source);
  CHECK(values(y) == Values{40, 2, 20});
  CHECK(values(grad(y, source, g, {.retain_graph = true})) == Values{0, 7, 0, 5});
  CHECK(values(grad(y, x, g)) == Values{0, 6, 0});
  const Tensor rows = leaf({1, 2, 3, 4}).reshape({2, 2});
  CHECK(values(index_copy(zeros({3, 2}, DType::f64), 0, tensor<int64_t>({1, 1}), rows)) ==
        Values{0, 0, 3, 4, 0, 0});
  CHECK(values(index_put(x, {index}, source)) == Values{40, 2, 20});
}

TEST_CASE("scatter with no indices is x, whatever the shapes, and a gradient arrives") {
  const Tensor x = leaf({1, 2, 3}), source = leaf({1, 2});
  const Tensor y = scatter(x, 0, zeros({0}, DType::i64), source);
  CHECK(values(y) == Values{1, 2, 3});
  CHECK(values(grad(y, source, tensor<double>({1, 1, 1}))) == Values{0, 0});
  CHECK(values(scatter(x, 0, zeros({2, 0}, DType::i64), 7)) == Values{1, 2, 3});
}

TEST_CASE("scatter_reduce: a product's gradient is the product of the others, zeros or not") {
  const Tensor x = leaf({3, 2}), source = leaf({0, 4, 0, 5});
  const Tensor y =
      scatter_reduce(x, 0, tensor<int64_t>({0, 0, 1, 1}), source, ScatterReduction::prod);
  CHECK(values(y) == Values{0, 0});
  const Tensor g = tensor<double>({1, 1});
  CHECK(values(grad(y, source, g, {.retain_graph = true})) == Values{12, 0, 10, 0});
  CHECK(values(grad(y, x, g)) == Values{0, 0});
}

TEST_CASE("scatter_reduce: without self x's own elements count for nothing") {
  const Tensor x = leaf({9, nan, 3}), source = leaf({4, 9, 9});
  const Tensor index = tensor<int64_t>({0, 0, 0}), g = tensor<double>({1, 1, 1});
  const Tensor y = scatter_reduce(x, 0, index, source, ScatterReduction::amax, false);
  CHECK(shown(y) == shown({9, nan, 3}));
  CHECK(values(grad(y, source, g, {.retain_graph = true})) == Values{0, 0.5, 0.5});
  CHECK(values(grad(y, x, g)) == Values{0, 1, 1});  // PyTorch counts the 9 that is not there
  const Tensor low = scatter_reduce(tensor<int64_t>({most, 5}), 0, tensor<int64_t>({0}),
                                    tensor<int64_t>({least}), ScatterReduction::amax, false);
  CHECK(whole(low) == Whole{least, 5});
}

TEST_CASE("scatter_reduce: NaN is the extreme, and a mean of integers is rounded down") {
  const Tensor x = leaf({1, nan}), index = tensor<int64_t>({0, 1});
  for (const auto reduction : {ScatterReduction::amax, ScatterReduction::amin}) {
    CHECK(shown(scatter_reduce(x, 0, index, leaf({nan, 2}), reduction)) == shown({nan, nan}));
    // What was left out has no part in it, so no gradient either.
    const Tensor alone = scatter_reduce(x, 0, index, leaf({nan, 2}), reduction, false);
    CHECK(values(grad(sum(alone), x)) == Values{0, 0});
  }
  const Tensor means = scatter_reduce(tensor<int64_t>({0, 0}), 0, tensor<int64_t>({0, 0, 1}),
                                      tensor<int64_t>({-3, -4, 5}), ScatterReduction::mean);
  CHECK(whole(means) == Whole{-3, 2});
}

TEST_CASE("embedding: the padding row gets no gradient, the others theirs") {
  const Tensor weight = leaf({1, 2, 3, 4, 5, 6}).reshape({3, 2});
  const Tensor ids = tensor<int64_t>({0, 2, 2, 1});
  for (const int64_t padding : {2, -1}) {
    const Tensor y = embedding(ids, weight, padding);
    CHECK(values(y) == Values{1, 2, 5, 6, 5, 6, 3, 4});
    CHECK(values(grad(sum(y), weight, {}, {.retain_graph = true})) == Values{1, 1, 1, 1, 0, 0});
  }
}

TEST_CASE("masked_select and nonzero go through rows in order and know NaN and -0") {
  const Tensor x = leaf({0, nan, -0.0, 2}).reshape({2, 2});
  CHECK(whole(nonzero(x)) == Whole{0, 1, 1, 1});
  const Tensor mask = tensor<bool>({true, false});
  CHECK(shown(masked_select(x, mask)) == shown({0, 0}));
  CHECK(nonzero(scalar(0)).shape() == Shape{0, 0});
}

TEST_CASE("pad refuses sizes that no tensor has, without adding them up") {
  const Tensor x = zeros({2, 2});
  const int64_t huge = int64_t{1} << 61;
  CHECK_THROWS_AS(pad(x, {huge, huge, huge, huge}), ShapeError);
  CHECK_THROWS_AS(pad(x, {huge, huge}, PadMode::replicate), Error);
  CHECK_THROWS_AS(pad(x, {std::numeric_limits<int64_t>::min(), 0}), ValueError);
}

// The 0 of two numbers in braces is a null pointer to a std::span of an older libc++.
TEST_CASE("sizes in braces are a list, even if the first is 0") {
  const Tensor x = leaf({1, 2, 3});
  CHECK(values(pad(x, {0, 1})) == Values{1, 2, 3, 0});
  const std::vector<Tensor> pieces = split(x, {0, 3});
  REQUIRE(pieces.size() == 2);
  CHECK(values(pieces[0]).empty());
  CHECK(values(pieces[1]) == Values{1, 2, 3});
}

}  // namespace heed::testing::scatter_semantics_test
