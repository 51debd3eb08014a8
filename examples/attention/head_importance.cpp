// "How do I measure how important a head is? Softmax over its output?"
//
// Give each head a factor ξ_h, 1 in the model as it is. ∂L/∂ξ_h is how sensitive the loss is to the
// head (Michel, Levy & Neubig 2019); ξ_h = 0 takes it out, and pruning takes out its parameters.
#include "heed/examples/attention/claims.h"
#include "heed/modules/attention/prune_heads.h"

using namespace heed;
using namespace answers;

namespace {

constexpr int64_t B = 8, L = 5, D = 12, H = 4;

/// Mean squared distance from `target`, for each sample [B].
Tensor losses(const Tensor& y, const Tensor& target) {
  return mean(square(y - target), {1, 2});
}

/// Gates that are 1 but for head h.
Tensor all_but(int64_t h) {
  Tensor gates = ones({H}, DType::f64);
  fill_(gates.select(0, h), 0);
  return gates;
}

void program() {
  MultiHeadAttention attention(Slot::root(), {.D_1 = D, .H = H});
  fill(attention, 1);
  const Tensor x = numbers({B, L, D}, 2);
  // A target that the attention meets but for head 2, which it wants three times as loud.
  Tensor wanted = ones({H}, DType::f64);
  fill_(wanted.select(0, 2), 3);
  const Tensor target = attention(x, x, x, AttentionCall{.head_gates = wanted}).detach();

  const Tensor gates = ones({B, H}, DType::f64).requires_grad_();
  const Tensor y = attention(x, x, x, AttentionCall{.head_gates = gates});
  const Tensor felt = grad(sum(losses(y, target)), gates);  // ∂L_b/∂ξ_bh
  const Tensor importance = mean(abs(felt), {0});           // E|∂L/∂ξ_h|
  const double base = mean(losses(y, target)).item();
  show("head  E|∂L/∂ξ|  loss without it (", base, " with all)");
  for (int64_t h = 0; h < H; ++h) {
    const Tensor left = attention(x, x, x, AttentionCall{.head_gates = all_but(h)});
    show("  ", h, "   ", importance.select(0, h).item(), "  ", mean(losses(left, target)).item());
  }
  claim(argmax(importance).item() == 2, "the head that the loss wants changed is felt most");

  const auto smaller = prune_heads(attention, {0});
  const double off =
      distance(attention(x, x, x, AttentionCall{.head_gates = all_but(0)}), (*smaller)(x, x, x));
  show("pruned: ", attention.num_parameters(), " parameters become ", smaller->num_parameters(),
       ", outputs differ from the gated ones by ", off);
  claim(off <= 1e-12, "a pruned head is a head with gate 0, without its parameters");
}

}  // namespace

int main() {
  return run(program);
}
