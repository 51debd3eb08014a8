// Norms where their eps is nothing, or nothing in f32.
#include "heed/framework/ops/normalization.h"

#include <cmath>

#include "heed/framework/ops/view.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::normalization_semantics_test {

TEST_CASE("Rows of zeros are zeros under any eps, and others have their gradients") {
  for (const bool is_layer_norm : {true, false}) {
    for (const double eps : {0.0, 1e-320, 1e-200, 1e-80, 1e-50, 1e-5}) {
      for (const DType dtype : {DType::f32, DType::f64}) {
        for (const bool create_graph : {false, true}) {
          const Tensor x =
              from_values(Values{0, 0, 3, -3, 0, 0}, {3, 2}).to(dtype).requires_grad_();
          const Tensor y =
              is_layer_norm ? layer_norm(x, {2}, {}, {}, eps) : rms_norm(x, {2}, {}, eps);
          const Tensor seed = from_values(Values{0, 0, 1, 1, 0, 0}, {3, 2}).to(dtype);
          const Tensor g = grad(y, x, seed, {.create_graph = create_graph});
          const Values got = values(y.detach().to(DType::f64));
          const Values want{0, 0, 1, -1, 0, 0};
          const Values slope = values(g.detach().to(DType::f64));
          const double rise = is_layer_norm ? 0 : 1.0 / 3;
          const Values slopes{0, 0, rise, rise, 0, 0};
          CAPTURE(is_layer_norm, eps, create_graph);
          for (size_t i = 0; i < want.size(); ++i) {
            CHECK(std::abs(got[i] - want[i]) < 1e-5);
            CHECK(std::abs(slope[i] - slopes[i]) < 1e-5);
          }
        }
      }
    }
  }
}

}  // namespace heed::testing::normalization_semantics_test
