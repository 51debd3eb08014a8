// "Some write Q·Kᵀ, some K·Qᵀ. Which is right?"
//
// Both: one is the other's transpose. What must not change is whose distribution it is: each query
// spreads 1 over the keys, so softmax runs over the axis of the keys, wherever that axis is.
#include <array>
#include <cmath>

#include "heed/examples/attention/claims.h"

using namespace heed;
using namespace answers;

namespace {

void program() {
  constexpr int64_t B = 2, T_q = 3, T_k = 5, C = 4;
  const Tensor Q = numbers({B, T_q, C}, 1), K = numbers({B, T_k, C}, 2),
               V = numbers({B, T_k, C}, 3);
  const double scale = 1 / std::sqrt(static_cast<double>(C));

  const Tensor usual = matmul(softmax(matmul(Q, K.transpose(1, 2)) * scale, -1), V);
  const Tensor turned = matmul(K, Q.transpose(1, 2)) * scale;  // [B, T_k, T_q]
  const Tensor over_keys = softmax(turned, 1);
  const Tensor same = einsum("bkq,bkc->bqc", std::array{over_keys, V});
  show("Q·Kᵀ is ", matmul(Q, K.transpose(1, 2)).shape(), ", K·Qᵀ is ", turned.shape(),
       "; over the keys both give outputs that differ by ", distance(usual, same));
  claim(distance(usual, same) <= 1e-12,
        "K·Qᵀ with softmax over its keys' axis is the same attention");

  const Tensor over_queries = softmax(turned, 2);
  const Tensor wrong = einsum("bkq,bkc->bqc", std::array{over_queries, V});
  show("over the queries instead they differ by ", distance(usual, wrong),
       "; the weights of query 0", " then sum to ",
       sum(over_queries.select(2, 0), {1}).to_vector<double>()[0]);
  claim(distance(usual, wrong) > 1e-2, "softmax over the queries' axis is another thing");

  // The text that this answers writes 'btqc, btkc -> btktq': an index more than its operands have.
  std::string refusal;
  try {
    einsum("btqc,btkc->btktq", std::array{Q, K});
  } catch (const Error& error) {
    refusal = error.what();
  }
  show("   ", refusal);
  claim(!refusal.empty(), "btqc, btkc -> btktq is refused; bqc,bkc->bkq is what it means");
  claim(distance(einsum("bqc,bkc->bkq", std::array{Q, K}) * scale, turned) <= 1e-12,
        "and that is K·Qᵀ");
}

}  // namespace

int main() {
  return run(program);
}
