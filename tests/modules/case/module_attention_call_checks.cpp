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
#include "heed/tests/modules/reference/layers.h"
#include "heed/tests/support/case/difference.h"

namespace heed::testing {
namespace {

bool takes_all(const ModuleCase& row, const ModuleSample& sample) {
  return has_elements(row, sample) && row.build(row.attributes(sample.arguments)).full;
}

/// Dropout draws other numbers for other shapes.
bool can_go_on(const ModuleCase& row, const ModuleSample& sample) {
  return takes_all(row, sample) && !sample.train && queries_of(row, sample) > 1 &&
         queries_of(row, sample) == keys_of(row, sample);
}

Tensor called(const AttentionFixture& f, const AttentionCall& options) {
  const RandomScope scope(RandomPosition{test_seed, test_step, test_micro_step});
  return f.built.full(f.inputs, options);
}

std::string cache_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const Tensor want = called(f, {.mask = Mask::causal()}).detach();
  const int64_t L = want.size(1);
  for (int64_t chunk = 1; chunk <= L; ++chunk) {
    KeyValueCache cache;
    Tensors parts;
    for (int64_t begin = 0; begin < L; begin += chunk) {
      Tensors in;
      for (const Tensor& input : f.inputs) {
        in.push_back(narrow(input, 1, begin, std::min(chunk, L - begin)));
      }
      parts.push_back(
          f.built.full(in, {.mask = Mask::causal(Alignment::bottom_right), .cache = &cache}));
    }
    const std::string problem = difference(cat(parts, 1).detach(), want, 1e-13);
    if (!problem.empty()) return text_of("in chunks of ", chunk, ": ", problem);
  }
  return "";
}

/// The module with W_O's columns of all heads but one set to 0.
AttentionFixture with_one_head(const AttentionFixture& f, const ModuleSample& sample, int64_t head,
                               int64_t H) {
  AttentionFixture alone(f.row, sample);
  NamedTensors state = alone.built.module->state_dict();
  for (auto& [name, tensor] : state) {
    if (name != "W_O.weight") continue;
    const int64_t D_v = tensor.size(1) / H;
    const Tensor columns = arange(H * D_v);
    const auto first = static_cast<double>(head * D_v);
    const Tensor before = lt(columns, first), after = ge(columns, first + static_cast<double>(D_v));
    tensor = masked_fill(masked_fill(tensor.detach(), before, 0), after, 0);
  }
  alone.built.module->load_state_dict(state);
  return alone;
}

std::string gate_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const int64_t H = f.weights(f.inputs).size(1), B = batch_of(row, sample);
  const Tensor plain = called(f, {}).detach();
  std::string problem =
      bit_difference(called(f, {.head_gates = ones({H}, DType::f64)}).detach(), plain);
  if (!problem.empty()) return "gates of 1: " + problem;
  for (int64_t head = 0; head < H; ++head) {
    const Tensor gates = eq(arange(H), static_cast<double>(head)).to(DType::f64);
    problem = difference(called(f, {.head_gates = gates}),
                         called(with_one_head(f, sample, head, H), {}), 1e-14);
    if (!problem.empty()) return text_of("all but head ", head, " shut: ", problem);
  }
  const Tensor gates = tensor_of(array_of(any({B, H}), 8), DType::f64).requires_grad_();
  const Tensor y = called(f, {.head_gates = gates});
  for (int64_t b = 0; b < B; ++b) {
    const Tensor of_sample = called(f, {.head_gates = select(gates, 0, b).detach()});
    problem = bit_difference(select(y, 0, b).detach(), select(of_sample, 0, b).detach());
    if (!problem.empty()) return text_of("gates of sample ", b, ": ", problem);
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
      {"gives in chunks, with a cache, what it gives at once", can_go_on, cache_problem},
      {"multiplies each head by its gate before the output projection", takes_all, gate_problem},
  };
}

}  // namespace heed::testing
