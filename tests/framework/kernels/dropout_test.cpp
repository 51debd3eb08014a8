// dropout by vectors against the generator's definition, word by word, on every target.
#include "heed/framework/kernels/dropout.h"

#include <cstdint>
#include <string>
#include <vector>

#include "heed/framework/base/random.h"
#include "heed/framework/kernels/simd.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::dropout_test {
namespace {

template <class T>
bool is_by_definition(const Tensor& x, double p, RandomStream words) {
  const std::vector<T> in = x.to_vector<T>();
  const std::vector<T> out = kernels::dropout(x, p, words).to_vector<T>();
  const T scale = p < 1 ? static_cast<T>(1 / (1 - p)) : T{0};
  for (size_t i = 0; i < in.size(); ++i) {
    const bool dropped = uniform_float(bits_at(words, i)) < static_cast<float>(p);
    if (out[i] != (dropped ? T{0} : in[i] * scale)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("dropout lets word i decide element i on every target") {
  const RandomStream words = stream(0xFEDCBA9876543210, Purpose::dropout, 7);
  const std::string before = kernels::simd_target();
  for (const std::string& target : kernels::simd_targets()) {
    kernels::use_simd_target(target);
    CAPTURE(target);
    for (const double p : {0.0, 0.1, 0.5, 0x1p-24, 1 - 0x1p-24, 1 - 1e-12, 1.0}) {
      CAPTURE(p);
      for (const int64_t size : {1, 3, 4, 5, 15, 16, 17, 63, 255, 256, 257, 32767, 32769, 70'001}) {
        CAPTURE(size);
        CHECK(is_by_definition<float>(normal({size}, 1, DType::f32), p, words));
        CHECK(is_by_definition<double>(normal({size}, 1, DType::f64), p, words));
      }
    }
    const Tensor matrix = normal({130, 70}, 2, DType::f32);
    CHECK(is_by_definition<float>(matrix.transpose(0, 1), 0.3, words));
    CHECK(is_by_definition<float>(normal({5'000'003}, 3, DType::f32), 0.3, words));
  }
  kernels::use_simd_target(before);
}

}  // namespace heed::testing::dropout_test
