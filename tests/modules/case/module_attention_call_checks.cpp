// What an attention does with a cache and with gates of its heads.
#include <algorithm>
#include <cmath>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/base/random_scope.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/modules/case/module_attention.h"
#include "heed/tests/support/case/difference.h"

namespace heed::testing {
namespace {

const ModuleCondition takes_gates{
    [](const ModuleCase& row, const ModuleSample& sample) {
      return has_elements(row, sample) &&
             lack_of_gates(row.build(row.attributes(sample.arguments))).empty();
    },
    has_elements.needs, lack_in<lack_of_gates>};
/// Dropout draws other numbers for other shapes.
const ModuleCondition can_go_on{
    [](const ModuleCase& row, const ModuleSample& sample) {
      return has_elements(row, sample) && !sample.train && queries_of(row, sample) > 1 &&
             queries_of(row, sample) == keys_of(row, sample) &&
             lack_of_caches(row.build(row.attributes(sample.arguments))).empty();
    },
    "a sample with as many queries as keys, and at least 2", lack_in<lack_of_caches>};

Tensor called(const AttentionFixture& f, const AttentionCall& options) {
  const RandomScope scope(RandomPosition{test_seed, test_step, test_micro_step});
  return f.built.full(f.inputs, options);
}

std::string cache_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const std::optional<AttentionAbilities>& can = f.built.abilities;
  const bool takes_rule = !can || can->masks || can->causal_only;  // or it is causal by itself
  const auto causal = [&](Alignment at) { return takes_rule ? Mask::causal(at) : Mask(); };
  const Tensor want = called(f, {.mask = causal(Alignment::top_left)}).detach();
  const int64_t L = want.size(1);
  for (int64_t chunk = 1; chunk <= L; ++chunk) {
    KeyValueCache cache;
    Tensors parts;
    for (int64_t begin = 0; begin < L; begin += chunk) {
      Tensors in;
      for (const Tensor& input : f.inputs) {
        in.push_back(narrow(input, 1, begin, std::min(chunk, L - begin)));
      }
      parts.push_back(f.built.full(in, {.mask = causal(Alignment::bottom_right), .cache = &cache}));
    }
    const std::string problem = difference(cat(parts, 1).detach(), want, 1e-13);
    if (!problem.empty()) return text_of("in chunks of ", chunk, ": ", problem);
  }
  return "";
}

/// What comes out with all gates at 0, and of a mask that blocks all: the output bias.
std::string shut_problem(const AttentionFixture& f, const Tensor& shut) {
  if (!left_over(f, shut)) return text_of("gates of 0: the output ", not_left_over);
  if (!f.built.masked) return "";
  const Mask all = Mask::keep(zeros({1, 1}, DType::boolean));
  const std::string problem = difference(shut, called(f, {.mask = all}).detach(), 0);
  return problem.empty() ? "" : "gates of 0 against a mask that blocks all: " + problem;
}

/// Gates of one head alone against a mask that blocks the others; where there are no masks, heads
/// have at least shares of their own.
std::string alone_problem(const AttentionFixture& f, const Tensors& alone) {
  const auto H = static_cast<int64_t>(alone.size());
  for (int64_t head = 0; head < H; ++head) {
    const Tensor& got = alone[static_cast<size_t>(head)];
    if (f.built.masked_weights) {
      const Tensor others = ne(arange(H), static_cast<double>(head)).view({1, H, 1, 1});
      const Tensor want = called(f, {.mask = Mask::block(others)}).detach();
      const std::string problem = difference(got, want, 1e-13);
      if (!problem.empty()) return text_of("all but head ", head, " shut: ", problem);
    } else if (head > 0 && difference(got, alone[0], 1e-13).empty()) {
      return text_of("the gates of heads 0 and ", head, " do the same");
    }
  }
  return "";
}

std::string gate_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const int64_t H = f.weights(f.inputs).size(1), B = batch_of(row, sample);
  const Tensor plain = called(f, {}).detach();
  std::string problem =
      bit_difference(called(f, {.head_gates = ones({H}, DType::f64)}).detach(), plain);
  if (!problem.empty()) return "gates of 1: " + problem;
  const Tensor shut = called(f, {.head_gates = zeros({H}, DType::f64)}).detach();
  problem = shut_problem(f, shut);
  if (!problem.empty()) return problem;
  Tensors alone;
  for (int64_t head = 0; head < H; ++head) {
    const Tensor gate = eq(arange(H), static_cast<double>(head)).to(DType::f64);
    alone.push_back(called(f, {.head_gates = gate}).detach());
  }
  problem = alone_problem(f, alone);
  if (!problem.empty()) return problem;
  const Tensor gates = tensor_of(array_of(any({B, H}), 8), DType::f64).requires_grad_();
  const Tensor y = called(f, {.head_gates = gates});
  for (int64_t b = 0; b < B; ++b) {
    const Tensor of_sample = called(f, {.head_gates = select(gates, 0, b).detach()});
    problem = bit_difference(select(y, 0, b).detach(), select(of_sample, 0, b).detach());
    if (!problem.empty()) return text_of("gates of sample ", b, ": ", problem);
    Tensor want = select(shut, 0, b);
    for (int64_t h = 0; h < H; ++h) {
      const Tensor share = alone[static_cast<size_t>(h)] - shut;
      want = want + select(share, 0, b) * array_of(gates).at({b, h});
    }
    problem = difference(select(y, 0, b).detach(), want, 1e-12);
    if (!problem.empty()) return text_of("gates of sample ", b, ", head by head: ", problem);
  }
  // The output is linear in each gate, so a gradient is a difference.
  const Tensor g = grad(sum(y), gates);
  for (int64_t b = 0; b < B; ++b) {
    for (int64_t h = 0; h < H; ++h) {
      reference::NdArray more = array_of(gates);
      more.at({b, h}) += 1;
      const Tensor stepped = called(f, {.head_gates = tensor_of(more, DType::f64)});
      const double slope = array_of(sum(stepped)).data[0] - array_of(sum(y)).data[0];
      if (std::abs(slope - array_of(g).at({b, h})) > 1e-12 * (1 + std::abs(slope))) {
        return text_of("gate ", b, ", ", h, " has a wrong gradient");
      }
    }
  }
  return "";
}

}  // namespace

std::vector<ModuleCheck> attention_call_checks() {
  return {
      {"it gives in chunks, with a cache, what it gives at once", can_go_on, cache_problem},
      {"it multiplies each head by its gate before the output projection", takes_gates,
       gate_problem},
  };
}

}  // namespace heed::testing
