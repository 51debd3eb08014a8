#include "heed/examples/cli/snapshots/take_snapshot.h"

#include <algorithm>
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
    for (size_t k = 0; k < opened_.all.size(); ++k) {
      snapshot.attentions[k].scores.emplace_back("loss_change", loss_changes(opened_.all[k]));
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

  /// The loss of the first few sequences without each head, less that with all.
  HeadScores loss_changes(const OpenedAttention& one) {
    constexpr int64_t most_rows = 256;
    const int64_t rows = few_.inputs.size(0), H = one.H();
    HeadScores changes;
    for (int64_t first = 0; first < H;) {
      SignalWatch::poll();
      const int64_t heads = std::clamp<int64_t>(most_rows / rows, 1, H - first);
      const Batch batch = many_times(few_, heads);
      one.gated->gates = one.open_gates({heads * rows, H});
      for (int64_t h = 0; h < heads; ++h) {
        fill_(narrow(one.gated->gates, 0, h * rows, rows).select(1, first + h), 0);
      }
      const Tensor scores = model_(batch);
      for (int64_t h = 0; h < heads; ++h) {
        const Tensor without = narrow(scores, 0, h * rows, rows);
        changes.push_back(loss_sum(without, few_.targets).mean() - before_.mean());
      }
      first += heads;
    }
    one.gated->gates = {};
    return changes;
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
  // A trained sequence takes three times as long as one that is only read.
  const int64_t read = trained_sequences * 3 / 50 / std::max<int64_t>(1, count);
  const int64_t most = std::min<int64_t>(64, task.evaluation_size());
  const int64_t sequences = std::clamp<int64_t>(read / 5, std::min<int64_t>(4, most), most);
  const int64_t left_out =
      std::clamp<int64_t>(read / 2 / std::max<int64_t>(1, heads), 1, sequences);
  return {.sequences = sequences, .left_out_sequences = left_out};
}

Snapshot take_snapshot(Model& model, const Task& task, const SnapshotSlice& slice, int64_t step) {
  return Taker(model, task, slice).take(step);
}

}  // namespace heed
