// What a mask blocks has exactly no influence on an attention, whatever it holds.
#include <algorithm>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/modules/case/module_attention.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/not_finite.h"

namespace heed::testing {
namespace {

const ModuleCondition takes_masks_of_keys{[](const ModuleCase& row, const ModuleSample& sample) {
                                            return takes_masks(row, sample) &&
                                                   keys_of(row, sample) > 1;
                                          },
                                          "a sample with at least 2 keys", lack_in<lack_of_masks>};
const ModuleCondition takes_masks_in_any_order{
    [](const ModuleCase& row, const ModuleSample& sample) {
      return takes_masks_of_keys(row, sample) && !sample.ordered;
    },
    "a sample with at least 2 keys that is not ordered", lack_in<lack_of_masks>};

/// The first `count` queries of weights, if there are any.
Tensor first_queries(const Tensor& weights, int64_t count) {
  return weights.defined() ? narrow(weights, 2, 0, count) : weights;
}

/// [B, L] of an input of rank 3 as it broadcasts to it.
Tensor as_input(const AttentionRoles& roles, const Tensor& per_place) {
  return (roles.batch_dim == 0 ? per_place : per_place.transpose(0, 1)).unsqueeze(-1);
}

/// The inputs with `content` in the keys that `places` (bool [B, L_2]) marks.
Tensors with_content(const AttentionFixture& f, const Tensor& places, double content) {
  Tensors in = f.inputs;
  for (const size_t key : roles_of(f.row).keys) {
    const Tensor marked = as_input(roles_of(f.row), places);
    in[key] = masked_fill(in[key].detach(), marked, content).requires_grad_();
  }
  return in;
}

std::string causal_gradient_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const int64_t length = roles_of(row).length_dim;
  const int64_t L_1 = queries_of(row, sample), L_2 = keys_of(row, sample);
  Tensors keys, all = f.inputs;
  for (const size_t key : roles_of(row).keys) keys.push_back(f.inputs[key]);
  all.resize(row.inputs.size());
  for (const Alignment alignment : {Alignment::top_left, Alignment::bottom_right}) {
    const int64_t first = alignment == Alignment::top_left ? 0 : L_2 - L_1;
    const Tensor y = f.built.masked(all, Mask::causal(alignment));
    for (int64_t i = 0; i < L_1; ++i) {
      const Tensor y_i = select(y, length, i);
      const Tensors g = grad(Tensors{y_i}, keys, Tensors{ones_like(y_i)}, {.retain_graph = true},
                             /*allow_unused=*/true);
      for (size_t k = 0; k < g.size(); ++k) {
        if (g[k].defined()) continue;
        return "no output depends on " + named_input(row, roles_of(row).keys[k]);
      }
      for (int64_t j = 0; j < L_2; ++j) {
        double felt = 0;
        for (const Tensor& gradient : g) {
          felt = std::max(felt, largest_of(select(gradient, length, j)));
        }
        if (j > first + i && felt != 0) return text_of("output ", i, " depends on key ", j);
        const bool may_see = j <= first + i && !sample.ordered && !sample.train;
        if (may_see && felt == 0) return text_of("output ", i, " does not see key ", j);
      }
    }
  }
  return "";
}

std::string causal_content_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const int64_t B = batch_of(row, sample), L_2 = keys_of(row, sample);
  const int64_t length = roles_of(row).length_dim;
  const MaskedRun want = run_masked(f, f.inputs, Mask::causal());
  for (int64_t later = 1; later < L_2; ++later) {
    const int64_t seen = std::min(later, queries_of(row, sample));
    const Tensor places = expand(ge(arange(L_2), static_cast<double>(later)), {B, L_2});
    for (const double content : {7.0, -1e30}) {
      const MaskedRun got = run_masked(f, with_content(f, places, content), Mask::causal());
      std::string problem = bit_difference(narrow(got.run.outputs[0], length, 0, seen),
                                           narrow(want.run.outputs[0], length, 0, seen));
      if (problem.empty()) {
        problem =
            bit_difference(first_queries(got.weights, seen), first_queries(want.weights, seen));
      }
      if (!problem.empty()) return text_of(content, " in keys from ", later, " on: ", problem);
    }
  }
  return "";
}

/// Some keys there of each sample, fewer of every second one.
std::vector<int64_t> padded_lengths(int64_t B, int64_t L_2) {
  std::vector<int64_t> lengths;
  for (int64_t b = 0; b < B; ++b) lengths.push_back(std::max<int64_t>(L_2 - 1 - b % 2, 0));
  return lengths;
}

/// What padding of some content must not change. An attention to itself has queries there, too:
/// their outputs are not looked at.
std::string padding_problem(const ModuleCase& row, const ModuleSample& sample,
                            const std::vector<double>& contents, bool with_gradients) {
  const AttentionFixture f(row, sample);
  const int64_t B = batch_of(row, sample), L_2 = keys_of(row, sample);
  const bool itself = roles_of(row).attends_itself();
  const Tensor lengths = from_values(padded_lengths(B, L_2), {B});
  const Tensor padding = ge(arange(L_2).unsqueeze(0), lengths.unsqueeze(1));  // [B, L_2]
  const Tensor silent = itself ? as_input(roles_of(row), padding) : Tensor();
  const auto cleaned = [&](MaskedRun result) {
    if (itself && result.weights.defined()) {
      const Tensor queries = padding.unsqueeze(1).unsqueeze(-1);
      result.weights = masked_fill(result.weights, queries, 0);
    }
    if (!with_gradients) result.run.parameter_gradients.clear();
    if (!with_gradients && itself) result.run.gradients.clear();
    return result;
  };
  for (const Mask& mask : {Mask::lengths(lengths), Mask::block(padding, MaskLayout::batch_keys)}) {
    const MaskedRun want = cleaned(run_masked(f, f.inputs, mask, silent));
    for (const double content : contents) {
      const MaskedRun got = cleaned(run_masked(f, with_content(f, padding, content), mask, silent));
      const std::string problem = masked_difference(got, want);
      if (!problem.empty()) return text_of("padding of ", content, ": ", problem);
      if (got.run.gradients.empty()) continue;
      for (const size_t key : roles_of(row).keys) {
        const Tensor unseen = as_input(roles_of(row), padding);
        const Tensor felt = masked_fill(got.run.gradients[key], eq(unseen, 0), 0);
        if (largest_of(felt) != 0) return text_of("padding of ", content, " has a gradient");
      }
    }
  }
  return "";
}

std::string finite_padding_problem(const ModuleCase& row, const ModuleSample& sample) {
  return padding_problem(row, sample, {0.0, 7.0, -1e30}, true);
}

std::string poisoned_padding_problem(const ModuleCase& row, const ModuleSample& sample) {
  return padding_problem(row, sample, {nan, infinity, -infinity}, false);
}

std::string shorter_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const int64_t B = batch_of(row, sample), length = roles_of(row).length_dim;
  for (int64_t n = 1; n < keys_of(row, sample); ++n) {
    Tensors in = f.inputs;
    for (const size_t key : roles_of(row).keys) in[key] = narrow(in[key], length, 0, n);
    const Mask mask = Mask::lengths(full({B}, static_cast<double>(n), DType::i64));
    Tensor padded = run_masked(f, f.inputs, mask).run.outputs[0];
    if (roles_of(row).attends_itself()) padded = narrow(padded, length, 0, n);
    const std::string problem = difference(padded, f.output(in), 1e-13);
    if (!problem.empty()) return text_of(n, " keys there: ", problem);
  }
  return "";
}

std::string all_blocked_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const Tensor none = zeros({1, 1}, DType::boolean);
  for (const Mask& mask : {Mask::keep(none), Mask::additive(full({1, 1}, -infinity, DType::f64)),
                           Mask::lengths(zeros({batch_of(row, sample)}, DType::i64))}) {
    const MaskedRun got = run_masked(f, f.inputs, mask);
    if (largest_of(got.weights) != 0) return "the weights are not zeros";
    const std::optional<std::string> bias = left_over(f, got.run.outputs[0]);
    if (!bias) return text_of("the output ", not_left_over);
    for (const size_t key : roles_of(row).keys) {
      if (largest_of(got.run.gradients[key]) != 0) return "a key has a gradient";
    }
    if (largest_of(got.run.gradients[roles_of(row).query]) != 0) return "a query has a gradient";
    for (const auto& [path, gradient] : got.run.parameter_gradients) {
      if ((largest_of(gradient) != 0) != (path == *bias)) return path + ": a wrong gradient";
    }
  }
  return "";
}

std::string blocked_query_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const int64_t L_1 = queries_of(row, sample), length = roles_of(row).length_dim;
  const Tensor open = run_masked(f, f.inputs, {}).run.outputs[0];
  for (int64_t blocked = 0; blocked < L_1; ++blocked) {
    const Tensor closed = eq(arange(L_1), static_cast<double>(blocked)).unsqueeze(1);
    const MaskedRun got = run_masked(f, f.inputs, Mask::block(closed));
    if (got.weights.defined() && largest_of(select(got.weights, 2, blocked)) != 0) {
      return "its weights are not zeros";
    }
    for (int64_t i = 0; i < L_1; ++i) {
      const Tensor y = select(got.run.outputs[0], length, i);
      if (i == blocked) {
        if (!left_over(f, y)) return text_of("query ", i, " blocked: its output ", not_left_over);
        continue;
      }
      const std::string problem = difference(y, select(open, length, i), 1e-13);
      if (!problem.empty()) return text_of("query ", blocked, " blocked, query ", i, ": ", problem);
    }
    if (roles_of(row).attends_itself()) continue;
    const Tensor& g = got.run.gradients[roles_of(row).query];
    if (largest_of(select(g, length, blocked)) != 0) return "it has a gradient";
  }
  return "";
}

}  // namespace

std::vector<ModuleCheck> blocking_checks() {
  return {
      {"it has no gradient to later keys under a causal mask, and one to earlier ones", takes_masks,
       causal_gradient_problem},
      {"it does not feel what later keys hold under a causal mask", takes_masks_of_keys,
       causal_content_problem},
      {"it does not feel what padding holds, to the bit", takes_masks_of_keys,
       finite_padding_problem},
      {"it does not feel NaN and infinities in padding", takes_masks_of_keys,
       poisoned_padding_problem},
      {"it gives a padded sequence what it gives the sequence alone", takes_masks_in_any_order,
       shorter_problem},
      {"it gives nothing where all is blocked, and zero gradients", takes_masks,
       all_blocked_problem},
      {"it gives nothing to a query that may see nothing, and the others theirs", takes_masks,
       blocked_query_problem},
  };
}

}  // namespace heed::testing
