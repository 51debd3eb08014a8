// A mask means the same in every spelling, and acts on the scores it names alone.
#include <cmath>

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/modules/case/module_attention.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/not_finite.h"

namespace heed::testing {
namespace {

using reference::Index;
using reference::NdArray;

struct Letters {
  int64_t B, H, L_1, L_2;
};

Letters letters_of(const AttentionFixture& f, const ModuleSample& sample) {
  const Tensor weights = run_masked(f, f.inputs, {}).weights;
  return {batch_of(f.row, sample), weights.defined() ? weights.size(1) : 1,
          queries_of(f.row, sample), keys_of(f.row, sample)};
}

Tensor random_bools(const Sizes& shape, uint64_t seed) {
  return tensor_of(array_of(bools(shape), seed), DType::boolean);
}
Tensor opposite(const Tensor& mask) {
  return eq(mask, 0);
}
/// 0 where it keeps, −∞ where it does not.
Tensor as_bias(const Tensor& kept) {
  return masked_fill(zeros(kept.shape(), DType::f64), opposite(kept), -infinity);
}

/// A mask spelled in some way.
struct Spelling {
  std::string name;
  Mask mask;
};

/// keep, block and additive of what `kept` keeps, in one layout.
void spell(std::vector<Spelling>& all, const std::string& layout_name, const Tensor& kept,
           MaskLayout layout) {
  all.push_back({"keep " + layout_name, Mask::keep(kept, layout)});
  all.push_back({"block " + layout_name, Mask::block(opposite(kept), layout)});
  all.push_back({"additive " + layout_name, Mask::additive(as_bias(kept), layout)});
}

/// The mask of each batch row [B, L_1, L_2] in every layout that can hold it.
std::vector<Spelling> spellings_of(const Tensor& kept) {
  std::vector<Spelling> all;
  spell(all, "[B, 1, L_1, L_2]", kept.unsqueeze(1), MaskLayout::broadcast);
  spell(all, "[B, L_1, L_2]", kept, MaskLayout::batch_queries_keys);
  spell(all, "[B, L_2, L_1]", kept.transpose(1, 2).contiguous(), MaskLayout::batch_keys_queries);
  spell(all, "[L_1, L_2, B]", kept.permute({1, 2, 0}), MaskLayout::queries_keys_batch);
  return all;
}

std::string spelling_problem(const AttentionFixture& f, const std::vector<Spelling>& all) {
  const MaskedRun want = run_masked(f, f.inputs, all.at(0).mask);
  for (const Spelling& other : all) {
    const std::string problem = masked_difference(run_masked(f, f.inputs, other.mask), want);
    if (!problem.empty()) return text_of(other.name, " against ", all[0].name, ": ", problem);
  }
  return "";
}

std::string layout_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const auto [B, H, L_1, L_2] = letters_of(f, sample);
  return spelling_problem(f, spellings_of(random_bools({B, L_1, L_2}, 1)));
}

std::string key_layout_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const auto [B, H, L_1, L_2] = letters_of(f, sample);
  std::vector<int64_t> numbers;
  for (int64_t b = 0; b < B; ++b) numbers.push_back((L_2 + b) % (L_2 + 1));
  const Tensor lengths = from_values(numbers, {B});
  const Tensor kept = lt(arange(L_2).unsqueeze(0), lengths.unsqueeze(1));  // [B, L_2]
  std::vector<Spelling> all = spellings_of(expand(kept.unsqueeze(1), {B, L_1, L_2}));
  spell(all, "[B, L_2]", kept, MaskLayout::batch_keys);
  spell(all, "[B, 1, 1, L_2]", kept.unsqueeze(1).unsqueeze(1), MaskLayout::broadcast);
  all.push_back({"lengths [B]", Mask::lengths(lengths)});
  const Tensor per_query = expand(lengths.unsqueeze(1), {B, L_1}).contiguous();
  all.push_back({"lengths [B, L_1]", Mask::lengths(per_query)});
  return spelling_problem(f, all);
}

std::string rule_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const auto [B, H, L_1, L_2] = letters_of(f, sample);
  for (const Alignment alignment : {Alignment::top_left, Alignment::bottom_right}) {
    const auto first = static_cast<double>(alignment == Alignment::top_left ? 0 : L_2 - L_1);
    const Tensor along = arange(L_2).unsqueeze(0) - (arange(L_1) + first).unsqueeze(1);
    std::vector<Spelling> causal{{"causal", Mask::causal(alignment)}};
    spell(causal, "[L_1, L_2]", le(along, 0), MaskLayout::broadcast);
    std::string problem = spelling_problem(f, causal);
    if (!problem.empty()) return problem;
    std::vector<Spelling> window{{"window", Mask::window(1, alignment)}};
    spell(window, "[L_1, L_2]", le(abs(along), 1), MaskLayout::broadcast);
    problem = spelling_problem(f, window);
    if (!problem.empty()) return problem;
    const Mask both = Mask::window(1, alignment) & Mask::causal(alignment);
    std::vector<Spelling> joined{{"window & causal", both}};
    const Tensor near = masked_fill(le(along, 0), lt(along, -1), 0);
    spell(joined, "[L_1, L_2]", near, MaskLayout::broadcast);
    problem = spelling_problem(f, joined);
    if (!problem.empty()) return problem;
  }
  return "";
}

std::string conjunction_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const auto [B, H, L_1, L_2] = letters_of(f, sample);
  const Tensor kept = random_bools({B, 1, L_1, L_2}, 2), blocked = random_bools({L_1, L_2}, 3);
  const Tensor both = masked_fill(kept, expand(blocked, kept.shape()), 0);
  return spelling_problem(f, {{"keep a without b", Mask::keep(both)},
                              {"keep & block", Mask::keep(kept) & Mask::block(blocked)},
                              {"block & keep", Mask::block(blocked) & Mask::keep(kept)},
                              {"& what keeps all", Mask::keep(both) & Mask()}});
}

/// Nothing blocked, yet a mask.
Mask open_mask() {
  return Mask::keep(ones({1, 1}, DType::boolean));
}

std::string open_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const Run plain = run_module(row, f.built, f.inputs);
  const std::string problem = run_difference(run_masked(f, f.inputs, {}).run, plain, same_bits);
  if (!problem.empty()) return "no mask: " + problem;
  const auto close = [](const Tensor& a, const Tensor& b, bool) { return difference(a, b, 1e-13); };
  const std::string open = run_difference(run_masked(f, f.inputs, open_mask()).run, plain, close);
  return open.empty() ? "" : "a mask that blocks nothing: " + open;
}

/// `weights` times `factors` (both [B, H, L_1, L_2]), rows normalised again.
NdArray renormalised(const NdArray& weights, const NdArray& factors) {
  NdArray result = weights;
  const std::vector<int64_t>& shape = weights.shape;
  reference::for_each_index({shape[0], shape[1], shape[2]}, [&](const Index& at) {
    double total = 0;
    for (int64_t j = 0; j < shape[3]; ++j) {
      double& weight = result.at({at[0], at[1], at[2], j});
      weight *= factors.at({at[0], at[1], at[2], j});
      total += weight;
    }
    for (int64_t j = 0; total > 0 && j < shape[3]; ++j) {
      result.at({at[0], at[1], at[2], j}) /= total;
    }
  });
  return result;
}

std::string renormalised_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const auto [B, H, L_1, L_2] = letters_of(f, sample);
  const Sizes shape{B, H, L_1, L_2};
  const NdArray open = array_of(run_masked(f, f.inputs, {}).weights);
  const Tensor kept = random_bools(shape, 4);
  const Tensor bias = tensor_of(array_of(any(shape), 5), DType::f64);
  const Tensor factors = masked_fill(exp(bias), opposite(kept), 0);
  const MaskedRun hard = run_masked(f, f.inputs, Mask::keep(kept));
  std::string problem =
      difference(array_of(hard.weights), renormalised(open, array_of(kept)), 1e-12);
  if (!problem.empty()) return "keep: " + problem;
  if (largest_of(masked_fill(hard.weights, kept, 0)) != 0) return "blocked, and not exactly 0";
  const MaskedRun soft = run_masked(f, f.inputs, Mask::additive(bias));
  problem = difference(array_of(soft.weights), renormalised(open, array_of(exp(bias))), 1e-12);
  if (!problem.empty()) return "additive: " + problem;
  const MaskedRun both =
      run_masked(f, f.inputs, Mask::additive(bias) & Mask::additive(as_bias(kept)));
  problem = difference(array_of(both.weights), renormalised(open, array_of(factors)), 1e-12);
  return problem.empty() ? "" : "two additive: " + problem;
}

std::string head_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const auto [B, H, L_1, L_2] = letters_of(f, sample);
  const Tensor kept = random_bools({L_1, L_2}, 6);
  const Tensor open = run_masked(f, f.inputs, open_mask()).weights;
  const Tensor closed = run_masked(f, f.inputs, Mask::keep(kept)).weights;
  for (int64_t head = 0; head < H; ++head) {
    const Tensor others = ne(arange(H), static_cast<double>(head)).view({1, H, 1, 1});
    const Tensor mask = masked_fill(expand(kept, {1, H, L_1, L_2}), others, 1);
    const Tensor got = run_masked(f, f.inputs, Mask::keep(mask)).weights;
    for (int64_t h = 0; h < H; ++h) {
      const Tensor& want = h == head ? closed : open;
      const std::string problem = bit_difference(select(got, 1, h), select(want, 1, h));
      if (!problem.empty()) return text_of("mask of head ", head, ", head ", h, ": ", problem);
    }
  }
  return "";
}

/// The weights of one sample, if there are any.
Tensor of_sample(const Tensor& weights, int64_t b) {
  return weights.defined() ? select(weights, 0, b) : weights;
}

std::string sample_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const auto [B, H, L_1, L_2] = letters_of(f, sample);
  const int64_t batch = roles_of(row).batch_dim;
  const Tensor kept = random_bools({L_1, L_2}, 7);
  const MaskedRun open = run_masked(f, f.inputs, open_mask());
  const MaskedRun closed = run_masked(f, f.inputs, Mask::keep(kept));
  for (int64_t only = 0; only < B; ++only) {
    const Tensor others = ne(arange(B), static_cast<double>(only)).view({B, 1, 1});
    const Tensor mask = masked_fill(expand(kept, {B, L_1, L_2}), others, 1);
    const MaskedRun got = run_masked(f, f.inputs, Mask::keep(mask, MaskLayout::batch_queries_keys));
    for (int64_t b = 0; b < B; ++b) {
      const MaskedRun& want = b == only ? closed : open;
      std::string problem = bit_difference(of_sample(got.weights, b), of_sample(want.weights, b));
      if (problem.empty()) {
        problem = bit_difference(select(got.run.outputs[0], batch, b),
                                 select(want.run.outputs[0], batch, b));
      }
      if (!problem.empty()) return text_of("mask of sample ", only, ", sample ", b, ": ", problem);
    }
  }
  return "";
}

}  // namespace

std::vector<ModuleCheck> mask_meaning_checks() {
  return {
      {"it takes a mask that blocks nothing as none", takes_masks, open_problem},
      {"it gives the same bits for a mask in every layout and polarity", takes_masks,
       layout_problem},
      {"it gives the same bits for padding in every layout and polarity", takes_masks,
       key_layout_problem},
      {"it gives the same bits for rules and for their tensors", takes_masks, rule_problem},
      {"it blocks under two masks what either blocks", takes_masks, conjunction_problem},
      {"under a mask, it has its former weights, biased and renormalised", shows_masked_weights,
       renormalised_problem},
      {"it applies the mask of a head to this head alone", shows_masked_weights, head_problem},
      {"it applies the mask of a sample to this sample alone", takes_masks, sample_problem},
  };
}

}  // namespace heed::testing
