// "W_q, W_k and W_v should be h matrices each, shouldn't they? Why is there only one?"
//
// There are h: one [h·D, D_1] matrix is h [D, D_1] matrices on top of each other, and splitting
// its output into heads hands each head what its own matrix would have made.
#include "heed/examples/attention/claims.h"
#include "heed/modules/attention/my_mha.h"

using namespace heed;
using namespace answers;

namespace {

constexpr int64_t B = 2, L_1 = 4, L_2 = 5, D_1 = 6, D_2 = 7, D_qk = 3, D_v = 2, H = 4;

/// Head h alone, as an attention of its own: its rows of W_Q, W_K and W_V, its columns of W_O.
Tensor one_head(const MyMHA& all, int64_t h, const Tensor& x1, const Tensor& x2) {
  MyMHA one(Slot::root(), D_1, D_2, D_qk, D_v, 1);
  one.to(DType::f64);
  one.load_state_dict({{"W_Q.weight", narrow(all.W_Q.weight, 0, h * D_qk, D_qk)},
                       {"W_K.weight", narrow(all.W_K.weight, 0, h * D_qk, D_qk)},
                       {"W_V.weight", narrow(all.W_V.weight, 0, h * D_v, D_v)},
                       {"W_O.weight", narrow(all.W_O.weight, 1, h * D_v, D_v)}});
  return one(x1, x2);
}

void program() {
  MyMHA attention(Slot::root(), D_1, D_2, D_qk, D_v, H);
  fill(attention, 1);
  const Tensor x1 = numbers({B, L_1, D_1}, 2), x2 = numbers({B, L_2, D_2}, 3);

  show("W_Q is ", attention.W_Q.weight->shape(), ": ", H, " matrices ", Shape{D_qk, D_1},
       " on top of each other");
  const Tensor together = attention(x1, x2);
  Tensor apart = one_head(attention, 0, x1, x2);
  for (int64_t h = 1; h < H; ++h) apart = apart + one_head(attention, h, x1, x2);
  const double off = distance(together, apart);
  show("one attention with ", H, " heads and the sum of ", H, " attentions with one differ by ",
       off);
  claim(off <= 1e-12, "multi-head attention is its heads, each with its slice of the matrices");
}

}  // namespace

int main() {
  return run(program);
}
