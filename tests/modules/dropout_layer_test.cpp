#include "heed/modules/dropout.h"

#include <algorithm>
#include <cmath>

#include "heed/framework/base/random_scope.h"
#include "heed/framework/nn/module_list.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::dropout_layer_test {
namespace {

Tensor ones_of(int64_t count) {
  return ones({count}, DType::f64);
}

double kept(const Tensor& y) {
  double count = 0;
  for (const double value : y.to_vector<double>()) count += value != 0 ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("In evaluation, and with p = 0, Dropout is its input itself") {
  Dropout dropout(Slot::root(), 0.5), nothing(Slot::root(), 0);
  const Tensor x = ones_of(10);
  dropout.eval();
  CHECK(dropout(x).is_same(x));
  CHECK(nothing(x).is_same(x));
}

TEST_CASE("In training Dropout keeps 1 - p of the elements, scaled by 1 / (1 - p)") {
  for (const double p : {0.1, 0.5, 0.9}) {
    Dropout dropout(Slot::root(), p);
    const RandomScope scope(RandomPosition{1, 2, 3});
    const int64_t count = 20000;
    const Tensor y = dropout(ones_of(count));
    // Four standard deviations of a binomial number.
    const double deviation = std::sqrt(static_cast<double>(count) * p * (1 - p));
    CHECK(std::abs(kept(y) - static_cast<double>(count) * (1 - p)) < 4 * deviation);
    const std::vector<double> values = y.to_vector<double>();
    CHECK(std::all_of(values.begin(), values.end(),
                      [&](double value) { return value == 0 || value == 1 / (1 - p); }));
  }
}

TEST_CASE("Dropout draws other numbers at another seed, step, micro-step, place and use") {
  Sequential net(Slot::root());
  auto& first = net.add<Dropout>(0.5);
  auto& second = net.add<Dropout>(0.5);
  const Tensor x = ones_of(64);
  const auto drawn = [&](Dropout& dropout, const RandomPosition& position) {
    const RandomScope scope(position);
    return dropout(x);
  };
  const Tensor base = drawn(first, {1, 2, 3});
  CHECK(bit_difference(drawn(first, {1, 2, 3}), base) == "");
  CHECK(bit_difference(drawn(first, {9, 2, 3}), base) != "");
  CHECK(bit_difference(drawn(first, {1, 9, 3}), base) != "");
  CHECK(bit_difference(drawn(first, {1, 2, 9}), base) != "");
  CHECK(bit_difference(drawn(second, {1, 2, 3}), base) != "");
  const RandomScope scope(RandomPosition{1, 2, 3});
  CHECK(bit_difference(first(x), base) == "");
  CHECK(bit_difference(first(x), base) != "");
}

}  // namespace heed::testing::dropout_layer_test
