// einsum against the same products written with permute, matmul and sum.
#include "heed/framework/ops/einsum.h"

#include <array>

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::einsum_semantics_test {
namespace {

struct Equation {
  std::string text;
  std::vector<Tensor> operands;
  Tensor want;
};

Tensor t(const Tensor& x) {
  return transpose(x, -2, -1);
}

std::vector<Equation> equations() {
  const Tensor a = normal({2, 3}, 1), b = normal({3, 4}, 2), c = normal({4, 2}, 3);
  const Tensor d = normal({2, 3}, 4), square = normal({3, 3}, 5), u = normal({3}, 6);
  const Tensor v = normal({4}, 7), q = normal({2, 3, 4, 5}, 8), k = normal({2, 3, 6, 5}, 9);
  const Tensor w = normal({2, 4, 3}, 10), bilinear = normal({5, 3, 4}, 11), one = normal({}, 12);
  const Tensor x = normal({7, 3}, 13), y = normal({7, 4}, 14);
  return {
      {"ij->ji", {a}, t(a)},
      {"ba", {a}, t(a)},
      {"ij->", {a}, sum(a)},
      {"ij->i", {a}, sum(a, {1})},
      {"ii", {square}, sum(diagonal(square))},
      {"ii->i", {square}, diagonal(square)},
      {"i,i", {u, u}, sum(u * u)},
      {"i,i->i", {u, u}, u * u},
      {"i,j->ij", {u, v}, outer(u, v)},
      {"i,j->ji", {u, v}, outer(v, u)},
      {"ij,jk", {a, b}, matmul(a, b)},
      {"ij,jk->ki", {a, b}, t(matmul(a, b))},
      {"ij,kj->ik", {a, d}, matmul(a, t(d))},
      {"ij,ij->j", {a, d}, sum(a * d, {0})},
      {"ij,ij", {a, d}, sum(a * d)},
      {"ij,j->i", {a, u}, matmul(a, u)},
      {"ij,kl->", {a, b}, sum(a) * sum(b)},
      {"ij,jk,kl", {a, b, c}, matmul(matmul(a, b), c)},
      {"bhqd,bhkd->bhqk", {q, k}, matmul(q, t(k))},
      {"bhqd,bhkd->bqkh", {q, k}, permute(matmul(q, t(k)), {0, 2, 3, 1})},
      {"bij,jk->bik", {w, b}, matmul(w, b)},
      {"...ij,...kj->...ik", {q, k}, matmul(q, t(k))},
      {"b...,b...->...", {a, d}, sum(a * d, {0})},
      {"...,...", {a, u}, a * u},
      {"ij,->ij", {a, one}, a * one},
      {"nb,abc,nc->na",
       {x, bilinear, y},
       sum(matmul(x, bilinear).transpose(0, 1) * y.unsqueeze(1), {-1})},
  };
}

}  // namespace

TEST_CASE("einsum computes what permute, matmul and sum spell out") {
  for (const Equation& equation : equations()) {
    INFO(equation.text);
    const Tensor got = einsum(equation.text, equation.operands);
    CHECK(got.shape() == equation.want.shape());
    CHECK(difference(got, equation.want, 1e-13) == "");
  }
}

TEST_CASE("einsum reads spaces and an empty result as PyTorch does") {
  const Tensor a = normal({2, 3}, 1), b = normal({3, 4}, 2);
  CHECK(bit_difference(einsum(" i j , j k -> i k ", std::array{a, b}),
                       einsum("ij,jk->ik", std::array{a, b})) == "");
  CHECK(einsum("ij,jk->", std::array{a, b}).shape() == Shape{});
}

TEST_CASE("einsum expands a dimension of size 1 to one without elements, too") {
  const Tensor one = normal({2, 1}, 1), none = normal({2, 0}, 2);
  CHECK(einsum("ij,ij->j", std::array{one, none}).shape() == Shape{0});
  CHECK(einsum("ij,ij->j", std::array{none, one}).shape() == Shape{0});
  CHECK(shown(einsum("ij,ij->i", std::array{one, none})) == shown(tensor<double>({0, 0})));
}

TEST_CASE("the gradients of einsum are those of the matrix product it stands for") {
  const Tensor a = normal({2, 3}, 1).requires_grad_(), b = normal({3, 4}, 2).requires_grad_();
  const Tensor g = normal({4, 2}, 3);
  const Tensor y = einsum("ij,jk->ki", std::array{a, b});
  CHECK(difference(grad(y, a, g, {.retain_graph = true}), matmul(t(g), t(b)), 1e-14) == "");
  CHECK(difference(grad(y, b, g), matmul(t(a), t(g)), 1e-14) == "");
}

}  // namespace heed::testing::einsum_semantics_test
