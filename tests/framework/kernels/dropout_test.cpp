// dropout by vectors against the generator's definition, word by word, on every target.
#include "heed/framework/kernels/dropout.h"

#include <cstdint>
#include <vector>

#include "heed/framework/base/random.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/simd_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::dropout_test {
namespace {

/// Holds dropout of x on every target against the words themselves.
template <class T>
void check_by_definition(const Tensor& x, double p) {
  const RandomStream words = stream(0xFEDCBA9876543210, Purpose::dropout, 7);
  const T scale = p < 1 ? static_cast<T>(1 / (1 - p)) : T{0};
  std::vector<T> want = x.to_vector<T>();
  for (size_t i = 0; i < want.size(); ++i) {
    const bool dropped = uniform_float(bits_at(words, i)) < static_cast<float>(p);
    want[i] = dropped ? T{0} : want[i] * scale;
  }
  CAPTURE(p, x.shape());
  on_every_target([&] { CHECK((kernels::dropout(x, p, words).to_vector<T>() == want)); });
}

}  // namespace

TEST_CASE("dropout lets word i decide element i on every target") {
  for (const double p : {0.0, 0.1, 0.5, 0x1p-24, 1 - 0x1p-24, 1 - 1e-12, 1.0}) {
    for (const int64_t size : {1, 3, 4, 5, 15, 16, 17, 63, 255, 256, 257, 32767, 32769, 70'001}) {
      check_by_definition<float>(normal({size}, 1, DType::f32), p);
      check_by_definition<double>(normal({size}, 1, DType::f64), p);
    }
  }
  check_by_definition<float>(normal({130, 70}, 2, DType::f32).transpose(0, 1), 0.3);
  check_by_definition<double>(normal({2'100'003}, 3, DType::f64), 0.3);  // written past the caches
}

}  // namespace heed::testing::dropout_test
