// Products as BLAS has them: what is multiplied by 0 is not read.
#include "heed/framework/ops/matmul.h"

#include "heed/framework/autograd/backward.h"
#include "heed/framework/ops/functions.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::matmul_semantics_test {
namespace {

using Product = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, double, double);

/// Two rows of c, of a or of b, for addmm or, with a batch of one, baddbmm.
Tensor two_rows(Product product, const Values& numbers) {
  return leaf(numbers, product == baddbmm ? Shape{1, 2, 2} : Shape{2, 2});
}

}  // namespace

TEST_CASE("addmm and baddbmm do not read factors of alpha 0, nor c of beta 0") {
  for (const Product product : {Product{addmm}, Product{baddbmm}}) {
    const Tensor c = two_rows(product, {1, 2, 3, 4});
    const Tensor a = two_rows(product, {nan, 1, infinity, 1}),
                 b = two_rows(product, {1, nan, 1, 1});
    for (const bool create_graph : {false, true}) {
      const Tensor y = product(c, a, b, 2, 0);
      CHECK(shown(y) == shown({2, 4, 6, 8}));
      const auto gradients = grad(std::vector{sum(square(y))}, std::vector{c, a, b}, {},
                                  {.create_graph = create_graph});
      CHECK(shown(gradients[0]) == shown({8, 16, 24, 32}));
      CHECK(shown(gradients[1]) == shown({0, 0, 0, 0}));
      CHECK(shown(gradients[2]) == shown({0, 0, 0, 0}));
    }
    const Tensor bad = two_rows(product, {nan, infinity, -infinity, nan});
    const Tensor one = two_rows(product, {1, 0, 0, 1}), two = two_rows(product, {5, 6, 7, 8});
    const Tensor y = product(bad, one, two, 0, 1);
    CHECK(shown(y) == shown({5, 6, 7, 8}));
    const auto gradients = grad(std::vector{sum(y)}, std::vector{bad, one, two});
    CHECK(shown(gradients[0]) == shown({0, 0, 0, 0}));
    CHECK(shown(gradients[1]) == shown({11, 15, 11, 15}));
    CHECK(shown(product(bad, a, b, 0, 0)) == shown({0, 0, 0, 0}));
  }
  CHECK(message_of([] {
          addmm(leaf({1}), leaf({1, 2}, {1, 2}), leaf({1}, {1, 1}), 1, 0);
        }) == "matmul: inner dimensions differ: [1, 2] @ [1, 1] (2 != 1)");
}

}  // namespace heed::testing::matmul_semantics_test
