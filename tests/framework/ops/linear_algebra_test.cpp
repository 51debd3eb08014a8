// What the op table cannot say of decompositions.
#include "heed/framework/ops/linear_algebra.h"

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/gradcheck.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/random.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::linear_algebra_test {

Tensor draw(const Shape& shape, DType dtype = DType::f64) {
  Rng rng(stream(/*seed=*/3, Purpose::user));
  return randn(shape, rng, dtype);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  return heed::max(heed::abs(a - b)).item();
}

Tensor symmetric(const Tensor& a) {
  return a + a.transpose(-2, -1);
}

TEST_CASE("derivatives of eigenvalues and eigenvectors of symmetric matrices", "[ops]") {
  for (const char* triangle : {"L", "U"}) {
    const Differentiable f = [&](const std::vector<Tensor>& in) {
      const Eigh y = eigh(symmetric(in[0]), triangle);
      return std::vector<Tensor>{y.values, y.vectors};
    };
    const Tensor a = draw({2, 4, 4}).requires_grad_();
    const GradcheckReport first = gradcheck(f, {a}), second = gradgradcheck(f, {a});
    INFO(first.text());
    CHECK(first.passed);
    INFO(second.text());
    CHECK(second.passed);
  }
}

TEST_CASE("equal values have gradients where these do not depend on the choice of vectors",
          "[ops]") {
  const Tensor a = eye(3, DType::f64).requires_grad_();
  sum(svdvals(a)).backward();
  CHECK(largest_difference(a.grad(), eye(3, DType::f64)) == 0);
  const Tensor b = (eye(3, DType::f64) * 2).requires_grad_();
  sum(eigh(b).values).backward();
  CHECK(largest_difference(b.grad(), eye(3, DType::f64)) < 1e-15);
}

TEST_CASE("full matrices of any shape are orthogonal and multiply to the matrix", "[ops]") {
  for (const Shape& shape : {Shape{6, 2}, Shape{2, 6}, Shape{3, 5, 5}, Shape{2, 4, 1}}) {
    const Tensor a = draw(shape);
    const Svd y = svd(a);
    const int64_t m = a.shape()[a.dim() - 2], n = a.shape()[a.dim() - 1];
    const int64_t k = y.s.shape()[y.s.dim() - 1];
    CHECK(largest_difference(matmul(y.u.transpose(-2, -1), y.u), eye(m, DType::f64)) < 1e-13);
    CHECK(largest_difference(matmul(y.vh, y.vh.transpose(-2, -1)), eye(n, DType::f64)) < 1e-13);
    const Tensor product =
        matmul(narrow(y.u, -1, 0, k) * unsqueeze(y.s, -2), narrow(y.vh, -2, 0, k));
    CHECK(largest_difference(product, a) < 1e-13);
    const Qr z = qr(a, "complete");
    CHECK(largest_difference(matmul(z.q, z.r), a) < 1e-13);
    CHECK(largest_difference(matmul(z.q.transpose(-2, -1), z.q), eye(m, DType::f64)) < 1e-13);
  }
}

TEST_CASE("a complete qr of more rows than columns has no gradient", "[ops]") {
  const Tensor a = draw({4, 2}).requires_grad_();
  CHECK_THROWS_WITH(
      sum(qr(a, "complete").r).backward(),
      "qr: there is no gradient in mode \"complete\" for more rows than columns: the last columns "
      "of q are not unique; use \"reduced\"");
}

TEST_CASE("decompositions have the same bits for any number of threads", "[ops]") {
  const int before = num_threads();
  const Tensor a = draw({9, 33, 20}, DType::f32);
  std::vector<std::vector<float>> bits;
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    bits.push_back(svd(a, false).u.to_vector<float>());
  }
  set_num_threads(before);
  CHECK(bits[0] == bits[1]);
  CHECK(bits[0] == bits[2]);
}

TEST_CASE("matrices in any layout and of any size of numbers", "[ops]") {
  const Tensor a = draw({5, 3});
  CHECK(largest_difference(svdvals(a.transpose(0, 1)), svdvals(a)) < 1e-14);
  const Tensor huge = svdvals(a * 1e200), tiny = svdvals(a * 1e-200);
  CHECK(largest_difference(huge * 1e-200, svdvals(a)) < 1e-13);
  CHECK(largest_difference(tiny * 1e200, svdvals(a)) < 1e-13);
}

}  // namespace heed::testing::linear_algebra_test
