#include "heed/examples/cli/inspect/heads/opened_attentions.h"

#include <algorithm>
#include <utility>

#include "heed/examples/cli/training/evaluation.h"
#include "heed/framework/autograd/backward.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// The loss of each sequence, the mean over its positions that count, and their sum.
Tensor summed_loss(const Tensor& scores, const Tensor& targets) {
  const int64_t B = targets.size(0), L = targets.size(1);
  std::vector<double> factors;
  const auto* target = targets.data<int64_t>();
  for (int64_t b = 0; b < B; ++b, target += L) {
    const auto counted = L - std::count(target, target + L, ignored_target);
    factors.push_back(counted == 0 ? 0 : 1 / static_cast<double>(counted));
  }
  const Tensor losses = sequence_loss(scores, targets, Reduction::none).reshape({B, L});
  return sum(losses * from_values(factors, {B, 1}).to(scores.dtype()));
}

}  // namespace

Tensor OpenedAttention::open_gates(const Shape& shape) const {
  return ones(shape, gated->attention().W_O.weight->dtype());
}

Tensor OpenedAttention::gates_without(int64_t head) const {
  const Tensor gates = open_gates({H()});
  fill_(gates.select(0, head), 0);
  return gates;
}

OpenedAttentions::OpenedAttentions(Model& model) {
  for (const auto& [path, place] : model.attentions()) {
    std::unique_ptr<MultiHeadAttention> same = place->as_multi_head();
    if (same == nullptr) {
      untranslated.push_back(path);
      continue;
    }
    auto gated = std::make_unique<GatedAttention>(std::move(same));
    GatedAttention* const opened = gated.get();
    all.push_back({path, place, AnyAttention(std::move(gated)), opened});
  }
}

void OpenedAttentions::exchange() {
  for (OpenedAttention& one : all) std::swap(*one.place, one.other);
}

void OpenedAttentions::set_watched(bool on) {
  for (const OpenedAttention& one : all) one.gated->is_watched = on;
}

GateGradients gate_gradients(Model& model, const Batch& batch, OpenedAttentions& opened) {
  const int64_t B = batch.inputs.size(0);
  std::vector<Tensor> gates;
  for (const OpenedAttention& one : opened.all) {
    gates.push_back(one.open_gates({B, one.H()}).requires_grad_());
    one.gated->gates = gates.back();
  }
  GateGradients result{.scores = model(batch), .gradients = {}};
  const Tensor loss = summed_loss(result.scores, batch.targets);
  result.gradients = grad(std::vector{loss}, gates);
  for (const OpenedAttention& one : opened.all) one.gated->gates = {};
  return result;
}

}  // namespace heed
