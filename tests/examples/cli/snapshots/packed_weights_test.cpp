// Packed weights read back as what they were, as exactly as they say.
#include "heed/examples/cli/snapshots/packed_weights.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "heed/tests/examples/cli/snapshots/unpacked.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::packed_weights_test {
namespace {

TEST_CASE("packed numbers read back", "[report]") {
  const std::vector<int32_t> numbers{0, 1, -1, 15, 16, -16, 0, 0, 0, 0, 1 << 20, -(1 << 21), 0, 0};
  CHECK(unpacked(packed_numbers(numbers)) == numbers);
  CHECK(packed_numbers({1, -1, 16}) == "CDgB");
  CHECK(packed_numbers(std::vector<int32_t>(1000)).size() == 3);
  CHECK(packed_numbers({}).empty());
}

TEST_CASE("weights of snapshots read back to a millionth", "[report]") {
  WeightsOfSnapshots weights(4, std::vector<float>(50));
  for (size_t snapshot = 0; snapshot < weights.size(); ++snapshot) {
    for (size_t i = 0; i < 50; ++i) {
      const double wave = std::sin(static_cast<double>(i * 7 + snapshot * 3));
      weights[snapshot][i] = static_cast<float>(wave * wave);
    }
  }
  weights[2] = weights[1];  // nothing has moved
  const int64_t scale = int64_t{1} << 20;
  const std::vector<int32_t> changes = unpacked(packed_weights(weights, scale));
  REQUIRE(changes.size() == 200);
  std::vector<int32_t> now(50);
  for (size_t snapshot = 0; snapshot < weights.size(); ++snapshot) {
    for (size_t i = 0; i < 50; ++i) {
      now[i] += changes[snapshot * 50 + i];
      CHECK(std::abs(now[i] / static_cast<double>(scale) -
                     static_cast<double>(weights[snapshot][i])) <= 0.5e-6);
    }
  }
}

}  // namespace
}  // namespace heed::testing::packed_weights_test
