#include "heed/tests/modules/case/module_mutants.h"

#include <cmath>
#include <utility>

#include "heed/framework/autograd/record.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/linear.h"

namespace heed::testing {
namespace {

enum class Mistake {
  none,
  merge_without_permute,
  split_without_transpose,
  split_interleaved,
  softmax_over_queries,
  softmax_over_heads,
  softmax_over_batch,
  softmax_without_shift,
  softmax_backward_without_sum,
  softmax_backward_tripled,
  no_softmax,
  no_scale,
  scale_by_D_v,
  scale_by_D_qk_unrooted,
  scale_by_D_1,
  scale_after_softmax,
  scores_transposed,
  keys_and_values_swapped,
  query_from_x2,
  values_from_x1,
  heads_summed,
  heads_averaged,
  heads_reversed_before_W_O,
  first_head_for_all,
  W_K_unregistered,
  W_V_detached,
  keys_detached,
  keys_of_next_batch_row,
  batch_averaged,
  causal_mask,
  W_O_left_out,
  residual_added,
};

const std::vector<std::pair<Mistake, const char*>>& mistakes() {
  static const std::vector<std::pair<Mistake, const char*>> all = {
      {Mistake::none, "(none: the control)"},
      {Mistake::merge_without_permute, "merge without permute"},
      {Mistake::split_without_transpose, "split without transpose"},
      {Mistake::split_interleaved, "heads own every H-th row"},
      {Mistake::softmax_over_queries, "softmax over queries"},
      {Mistake::softmax_over_heads, "softmax over heads"},
      {Mistake::softmax_over_batch, "softmax over the batch"},
      {Mistake::softmax_without_shift, "softmax without its shift"},
      {Mistake::softmax_backward_without_sum, "softmax backward without its sum"},
      {Mistake::softmax_backward_tripled, "softmax backward times 3"},
      {Mistake::no_softmax, "no softmax"},
      {Mistake::no_scale, "no scale"},
      {Mistake::scale_by_D_v, "scale 1/√D_v"},
      {Mistake::scale_by_D_qk_unrooted, "scale 1/D_qk"},
      {Mistake::scale_by_D_1, "scale 1/√D_1"},
      {Mistake::scale_after_softmax, "scale after softmax"},
      {Mistake::scores_transposed, "scores K·Qᵀ"},
      {Mistake::keys_and_values_swapped, "K and V swapped"},
      {Mistake::query_from_x2, "Q from x2"},
      {Mistake::values_from_x1, "V from x1"},
      {Mistake::heads_summed, "heads summed, not concatenated"},
      {Mistake::heads_averaged, "mean over heads"},
      {Mistake::heads_reversed_before_W_O, "head order reversed before W_O"},
      {Mistake::first_head_for_all, "first head's scores for all heads"},
      {Mistake::W_K_unregistered, "W_K not registered"},
      {Mistake::W_V_detached, "W_V detached"},
      {Mistake::keys_detached, "K detached"},
      {Mistake::keys_of_next_batch_row, "K of another batch row"},
      {Mistake::batch_averaged, "x2 averaged over the batch"},
      {Mistake::causal_mask, "a causal mask too many"},
      {Mistake::W_O_left_out, "W_O left out where widths allow"},
      {Mistake::residual_added, "residual added"},
  };
  return all;
}

/// y * g without − y·Σ(y·g), or the right gradient times 3.
Tensor softmax_with_wrong_gradient(const Tensor& x, Mistake mistake) {
  return record("softmax", softmax(x.detach(), -1).detach(),
                {{x, [mistake](const Tensor& g, const Tensor& y) {
                    if (mistake == Mistake::softmax_backward_without_sum) return y * g;
                    return 3.0 * y * (g - sum(g * y, {-1}, true));
                  }}});
}

/// MyMHA written again, with one mistake.
struct WrongMHA : Layer<WrongMHA> {
  const Mistake mistake;
  const int64_t D_1, D_qk, D_v, H;
  std::unique_ptr<Linear> apart;  // the W_K that the tree does not know
  Linear W_Q;
  std::optional<Linear> registered;
  Linear W_V, W_O;

  WrongMHA(const Slot& slot, const Attributes& with, Mistake which)
      : Layer(slot),
        mistake(which),
        D_1(with.integer("D_1")),
        D_qk(with.integer("D_qk")),
        D_v(with.integer("D_v")),
        H(with.integer("H")),
        W_Q({this, "W_Q"}, D_1, H * D_qk, Bias::none),
        W_V({this, "W_V"}, with.integer("D_2"), H * D_v, Bias::none),
        W_O({this, "W_O"}, H * D_v, D_1, Bias::none) {
    if (is(Mistake::W_K_unregistered)) {
      apart = std::make_unique<Linear>(Slot::root(), with.integer("D_2"), H * D_qk, Bias::none);
      Rng rng(stream(1, Purpose::user));
      apart->reset_parameters(rng);
    } else {
      registered.emplace(Slot(this, "W_K"), with.integer("D_2"), H * D_qk, Bias::none);
    }
  }

  bool is(Mistake which) const { return mistake == which; }

  Tensor keys(const Tensor& x2) {
    if (registered) return (*registered)(x2);
    apart->to(x2.dtype());
    return (*apart)(x2);
  }

  Tensor split(const Tensor& x) const {
    const int64_t B = x.size(0), L = x.size(1), D = x.size(2) / H;
    if (is(Mistake::split_without_transpose)) return x.reshape({B, H, L, D});
    if (is(Mistake::split_interleaved)) return x.view({B, L, D, H}).permute({0, 3, 1, 2});
    return x.view({B, L, H, D}).permute({0, 2, 1, 3});
  }

  double scale() const {
    double width = static_cast<double>(D_qk);
    if (is(Mistake::no_scale) || is(Mistake::scale_after_softmax)) width = 1;
    if (is(Mistake::scale_by_D_v)) width = static_cast<double>(D_v);
    if (is(Mistake::scale_by_D_qk_unrooted)) width *= width;
    if (is(Mistake::scale_by_D_1)) width = static_cast<double>(D_1);
    return 1 / std::sqrt(width);
  }

  Tensor normalized(const Tensor& S) const {
    switch (mistake) {
      case Mistake::no_softmax:
        return S;
      case Mistake::softmax_over_queries:
        return softmax(S, -2);
      case Mistake::softmax_over_heads:
        return softmax(S, 1);
      case Mistake::softmax_over_batch:
        return softmax(S, 0);
      case Mistake::softmax_without_shift:
        return exp(S) / sum(exp(S), {-1}, true);
      case Mistake::softmax_backward_without_sum:
      case Mistake::softmax_backward_tripled:
        return softmax_with_wrong_gradient(S, mistake);
      case Mistake::scale_after_softmax:
        return softmax(S, -1) / std::sqrt(static_cast<double>(D_qk));
      default:
        return softmax(S, -1);
    }
  }

  Tensor weights(const Tensor& x1, const Tensor& x2) {
    Tensor q = W_Q(is(Mistake::query_from_x2) ? x2 : x1);
    Tensor k = keys(x2);
    if (is(Mistake::keys_and_values_swapped)) k = W_V(x2);
    if (is(Mistake::keys_detached)) k = k.detach();
    if (is(Mistake::keys_of_next_batch_row)) k = flip(k, {0});
    if (is(Mistake::batch_averaged) && k.size(0) > 0) k = expand(mean(k, {0}, true), k.shape());
    const Tensor Q = split(q), K = split(k);
    Tensor S = matmul(Q, K.transpose(-2, -1)) * scale();
    if (is(Mistake::scores_transposed)) {
      S = (matmul(K, Q.transpose(-2, -1)) * scale()).reshape(S.shape());
    }
    if (is(Mistake::first_head_for_all)) S = expand(narrow(S, 1, 0, 1), S.shape());
    if (is(Mistake::causal_mask)) {
      const Tensor rows = arange(S.size(2)).unsqueeze(1), columns = arange(S.size(3));
      S = masked_fill(S, gt(columns, rows), -1e30);
    }
    return normalized(S);
  }

  Tensor merged(const Tensor& O) const {
    const int64_t B = O.size(0), L_1 = O.size(2);
    const Shape shape{B, L_1, H * D_v};
    if (is(Mistake::merge_without_permute)) return O.reshape(shape);
    if (is(Mistake::heads_summed))
      return sum(O, {1}, true).expand(O.shape()).permute({0, 2, 1, 3}).reshape(shape);
    if (is(Mistake::heads_averaged))
      return mean(O, {1}, true).expand(O.shape()).permute({0, 2, 1, 3}).reshape(shape);
    const Tensor ordered = is(Mistake::heads_reversed_before_W_O) ? flip(O, {1}) : O;
    return ordered.permute({0, 2, 1, 3}).reshape(shape);
  }

  Tensor forward(const Tensor& x1, const Tensor& x2) {
    Tensor v = W_V(is(Mistake::values_from_x1) ? x1 : x2);
    if (is(Mistake::keys_and_values_swapped)) v = keys(x2);
    if (is(Mistake::W_V_detached)) v = v.detach();
    const Tensor o = merged(matmul(weights(x1, x2), split(v)));
    if (is(Mistake::W_O_left_out) && H * D_v == D_1) return o;
    const Tensor y = W_O(o);
    return is(Mistake::residual_added) ? y + x1 : y;
  }
};

BuiltModule build(const Attributes& with, Mistake mistake) {
  const auto m = std::make_shared<WrongMHA>(Slot::root(), with, mistake);
  return {m, [m](const Tensors& in) { return (*m)(in[0], in[1]); },
          [m](const Tensors& in) { return m->weights(in[0], in[1]); }};
}

}  // namespace

std::vector<AttentionMutant> my_mha_mutants() {
  std::vector<AttentionMutant> mutants;
  for (const auto& [mistake, name] : mistakes()) {
    ModuleCase row = *find_module("my_mha");
    row.build = [which = mistake](const Attributes& with) { return build(with, which); };
    mutants.push_back({name, std::move(row)});
  }
  return mutants;
}

}  // namespace heed::testing
