#include "heed/examples/cli/snapshots/probed_batch.h"

#include <algorithm>

#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

constexpr int64_t most_weights = int64_t{1} << 18;

/// The sequence b of a batch.
Batch sequence_of(const Batch& batch, int64_t b) {
  const auto row = [&](const Tensor& tensor) {
    return tensor.defined() ? narrow(tensor, 0, b, 1) : Tensor();
  };
  return {row(batch.inputs), row(batch.targets), row(batch.decoder_inputs), row(batch.lengths)};
}

}  // namespace

ProbedBatch::ProbedBatch(Attends attends, const Batch& batch, const Tokenizer& tokenizer,
                         const OpenedAttentions& opened)
    : attends_(attends), batch_(batch), tokenizer_(tokenizer) {
  int64_t weights = 0;  // of a probe
  for (const OpenedAttention& one : opened.all) {
    const Shape& shape = one.gated->weights.shape();
    const int64_t L_1 = std::min(shape[2], queries_);
    const int64_t L_2 = is_causal(axes_of(one.path, attends)) ? L_1 : shape[3];
    weights += shape[1] * L_1 * L_2;
  }
  weights = std::max<int64_t>(1, weights);
  probes_ = std::clamp<int64_t>(most_weights / weights, 1, std::min(probes_, batch.inputs.size(0)));
  if (weights > most_weights) queries_ = std::max<int64_t>(1, queries_ * most_weights / weights);
}

int64_t ProbedBatch::count_of(Axis axis, int64_t b, int64_t L) const {
  if (axis == Axis::inputs) {
    return batch_.lengths.defined() ? batch_.lengths.data<int64_t>()[b] : L;
  }
  if (axis == Axis::positions) return L;
  const int64_t* const targets = batch_.targets.data<int64_t>() + b * L;
  int64_t count = L;
  while (count > 1 && targets[count - 1] == ignored_target) --count;
  return count;
}

bool ProbedBatch::is_causal(const AttentionAxes& axes) const {
  return attends_ == Attends::causal ||
         (axes.queries == Axis::answers && axes.keys == axes.queries);
}

std::vector<std::string> ProbedBatch::texts() const {
  std::vector<std::string> texts;
  for (int64_t b = 0; b < probes_; ++b) {
    const int64_t length = count_of(Axis::inputs, b, batch_.inputs.size(1));
    const int64_t shown = std::min(length, queries_);
    const char* const between = tokenizer_.unit == TextUnit::characters ? "" : " ";
    std::string text;
    for (const std::string& word :
         axis_words(Axis::inputs, shown, sequence_of(batch_, b), tokenizer_)) {
      text += (text.empty() ? "" : between) + word;
    }
    texts.push_back(text + (shown < length ? text_of(between, "…") : ""));
  }
  return texts;
}

HeadWeights ProbedBatch::weights_of(const OpenedAttention& one) const {
  const AttentionAxes axes = axes_of(one.path, attends_);
  HeadWeights result{.weights = one.gated->weights.detach().to(DType::f64).contiguous(),
                     .blocked = {}};
  const Shape& shape = result.weights.shape();
  const int64_t B = shape[0], L_1 = shape[2], L_2 = shape[3];
  result.blocked = full({B, L_1, L_2}, 0, DType::boolean);
  if (one.gated->blocked.defined()) {
    result.blocked = expand(one.gated->blocked, shape).select(1, 0).clone().contiguous();
  }
  for (int64_t b = 0; b < B; ++b) {
    bool* const rows = result.blocked.mutable_data<bool>() + b * L_1 * L_2;
    std::fill(rows + count_of(axes.queries, b, L_1) * L_2, rows + L_1 * L_2, true);
    result.key_counts.push_back(count_of(axes.keys, b, L_2));
  }
  if (axes.queries == axes.keys) {
    result.symbols = axes.keys == Axis::inputs ? batch_.inputs : batch_.decoder_inputs;
  }
  return result;
}

std::vector<SnapshotAttention::OfProbe> ProbedBatch::probes_of(const OpenedAttention& one,
                                                               const HeadWeights& weights) const {
  std::vector<SnapshotAttention::OfProbe> probes;
  for (int64_t b = 0; b < probes_; ++b) {
    probes.push_back(probe_of(axes_of(one.path, attends_), weights, b));
  }
  return probes;
}

SnapshotAttention::OfProbe ProbedBatch::probe_of(const AttentionAxes& axes,
                                                 const HeadWeights& weights, int64_t b) const {
  const int64_t L_1 = std::min(count_of(axes.queries, b, weights.weights.size(2)), queries_);
  const int64_t keys = weights.key_counts[static_cast<size_t>(b)];
  const int64_t L_2 = is_causal(axes) ? std::min(keys, L_1) : keys;
  const Batch row = sequence_of(batch_, b);
  return {
      .queries = axis_words(axes.queries, L_1, row, tokenizer_),
      .keys = axis_words(axes.keys, L_2, row, tokenizer_),
      .weights =
          narrow(narrow(weights.weights.select(0, b), 1, 0, L_1), 2, 0, L_2).to(DType::f32).clone(),
      .blocked = narrow(narrow(weights.blocked.select(0, b), 0, 0, L_1), 1, 0, L_2).clone()};
}

}  // namespace heed
