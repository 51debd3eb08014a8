#include "heed/examples/cli/snapshots/take_snapshot.h"

#include <algorithm>
#include <span>
#include <utility>

#include "heed/examples/cli/inspect/heads/opened_attentions.h"
#include "heed/examples/cli/snapshots/head_scores.h"
#include "heed/examples/cli/snapshots/probed_batch.h"
#include "heed/examples/cli/training/evaluation.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// While it lives, no parameter takes part in gradients: those of the gates take half the time.
class ConstantParameters {
 public:
  ConstantParameters(const Model& model, const OpenedAttentions& opened) {
    hold(model);
    for (const OpenedAttention& one : opened.all) hold(one.gated->attention());
  }
  ~ConstantParameters() {
    for (Tensor& parameter : held_) parameter.requires_grad_();
  }
  ConstantParameters(const ConstantParameters&) = delete;
  ConstantParameters& operator=(const ConstantParameters&) = delete;

 private:
  void hold(const Module& module) {
    for (auto [path, parameter] : module.named_parameters()) {
      if (!parameter.requires_grad()) continue;  // frozen
      parameter.requires_grad_(false);
      held_.push_back(parameter);
    }
  }
  std::vector<Tensor> held_;
};

/// The sum of losses at each position of the first `rows` sequences; how many count.
struct LossSum {
  double sum = 0;
  int64_t counted = 0;

  double mean() const { return sum / static_cast<double>(counted); }
};

int64_t counted_in(const Tensor& targets) {
  const auto all = targets.to_vector<int64_t>();
  return std::ssize(all) - std::count(all.begin(), all.end(), ignored_target);
}

/// Of scores [rows, L, classes] and targets [rows, L].
LossSum loss_sum(const Tensor& scores, const Tensor& targets) {
  return {sequence_loss(scores, targets, Reduction::sum).item(), counted_in(targets)};
}

/// All sequences of a batch `times` times, one after another.
Batch many_times(const Batch& batch, int64_t times) {
  const auto copies = [&](const Tensor& tensor) {
    return tensor.defined() ? cat(std::vector<Tensor>(static_cast<size_t>(times), tensor))
                            : Tensor();
  };
  return {copies(batch.inputs), copies(batch.targets), copies(batch.decoder_inputs),
          copies(batch.lengths)};
}

class Taker {
 public:
  Taker(Model& model, const Task& task, const SnapshotSlice& slice)
      : model_(model),
        batch_(task.evaluation_batch(0, slice.sequences)),
        few_(rows_of(batch_, 0, slice.left_out_sequences)),
        tokenizer_(task.tokenizer()),
        opened_(model) {}

  Snapshot take(int64_t step) {
    Snapshot snapshot{
        .step = step, .sequences = batch_.inputs.size(0), .untranslated = opened_.untranslated};
    const EvaluationMode mode(model_);
    const ExchangeScope exchanged(opened_);
    watch(snapshot);
    opened_.set_watched(false);
    const std::vector<HeadScores> changes = loss_changes();
    for (size_t k = 0; k < changes.size(); ++k) {
      snapshot.attentions[k].scores.emplace_back("loss_change", changes[k]);
    }
    return snapshot;
  }

 private:
  /// All that one forward and backward gives.
  void watch(Snapshot& snapshot) {
    SignalWatch::poll();
    opened_.set_watched(true);
    GateGradients given;
    {
      const ConstantParameters constant(model_, opened_);
      const GradMode recording(true);
      given = gate_gradients(model_, batch_, opened_);
    }
    const Tensor scores = given.scores.detach();
    snapshot.loss = loss_sum(scores, batch_.targets).mean();
    before_ = loss_sum(narrow(scores, 0, 0, few_.inputs.size(0)), few_.targets);
    const ProbedBatch probed(model_.attends, batch_, tokenizer_, opened_);
    snapshot.probe_texts = probed.texts();
    for (size_t k = 0; k < opened_.all.size(); ++k) {
      const OpenedAttention& one = opened_.all[k];
      const HeadWeights weights = probed.weights_of(one);
      snapshot.attentions.push_back(
          {one.path, probed.probes_of(one, weights), weight_scores(weights)});
      snapshot.attentions[k].scores.emplace_back("importance",
                                                 importance_score(given.gradients[k]));
    }
  }

  /// For each attention, the loss of the first few sequences without each head, less that with
  /// all. Many heads are left out in one batch, each for its copy of the sequences.
  std::vector<HeadScores> loss_changes() {
    constexpr size_t most_rows = 256;
    std::vector<std::pair<size_t, int64_t>> heads;
    for (size_t k = 0; k < opened_.all.size(); ++k) {
      for (int64_t h = 0; h < opened_.all[k].H(); ++h) heads.emplace_back(k, h);
    }
    const size_t at_once =
        std::max<size_t>(1, most_rows / static_cast<size_t>(few_.inputs.size(0)));
    std::vector<HeadScores> changes(opened_.all.size());
    for (size_t first = 0; first < heads.size(); first += at_once) {
      SignalWatch::poll();
      const auto some = std::span<const std::pair<size_t, int64_t>>(heads).subspan(first);
      leave_out(some.first(std::min(at_once, some.size())), changes);
    }
    for (const OpenedAttention& one : opened_.all) one.gated->gates = {};
    return changes;
  }

  /// Adds the changes of some heads: of each the attention and which of its heads.
  void leave_out(std::span<const std::pair<size_t, int64_t>> heads,
                 std::vector<HeadScores>& changes) {
    const int64_t rows = few_.inputs.size(0), copies = std::ssize(heads);
    for (const OpenedAttention& one : opened_.all) {
      one.gated->gates = one.open_gates({copies * rows, one.H()});
    }
    int64_t at = 0;
    for (const auto& [k, h] : heads) {
      fill_(narrow(opened_.all[k].gated->gates, 0, at, rows).select(1, h), 0);
      at += rows;
    }
    const Tensor scores = model_(many_times(few_, copies));
    at = 0;
    for (const auto& [k, h] : heads) {
      const double without = loss_sum(narrow(scores, 0, at, rows), few_.targets).mean();
      changes[k].push_back(without - before_.mean());
      at += rows;
    }
  }

  Model& model_;
  Batch batch_, few_;
  const Tokenizer& tokenizer_;
  OpenedAttentions opened_;
  LossSum before_{};  // of the few sequences, with all heads
};

}  // namespace

SnapshotSlice snapshot_slice(Model& model, const Task& task, int64_t trained_sequences,
                             int64_t count) {
  int64_t heads = 0;
  for (const auto& [path, attention] : model.attentions()) {
    const auto same = attention->as_multi_head();
    heads += same == nullptr ? 0 : same->H;
  }
  // A trained sequence takes three times as long as one that is only read. The rest is measured:
  // for the scores a sequence takes some seven times as long, and small batches take longer.
  const int64_t read = trained_sequences * 3 / 50 / std::max<int64_t>(1, count);
  const int64_t most = std::min<int64_t>(64, task.evaluation_size());
  const int64_t sequences = std::clamp<int64_t>(read / 14, std::min<int64_t>(3, most), most);
  const int64_t left_out =
      std::clamp<int64_t>(read / 7 / std::max<int64_t>(1, heads), 1, sequences);
  return {.sequences = sequences, .left_out_sequences = left_out};
}

Snapshot take_snapshot(Model& model, const Task& task, const SnapshotSlice& slice, int64_t step) {
  return Taker(model, task, slice).take(step);
}

}  // namespace heed
