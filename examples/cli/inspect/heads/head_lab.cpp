#include "heed/examples/cli/inspect/heads/head_lab.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>

#include "heed/examples/cli/inspect/heads/head_statistics.h"
#include "heed/examples/cli/inspect/heads/held_out_slice.h"
#include "heed/examples/cli/inspect/heads/opened_attentions.h"
#include "heed/examples/cli/inspect/long_work.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/modules/attention/prune_heads.h"

namespace heed {
namespace {

class Lab {
 public:
  Lab(Model& model, const Task& task, const HeadLabOptions& options)
      : model_(model),
        task_(task, options.sequences),
        batch_size_(options.batch_size),
        options_(options),
        opened_(model) {}

  HeadLabReport examine() {
    HeadLabReport report{.sequences = task_.evaluation_size()};
    report.evaluation = evaluate(model_, task_, batch_size_);
    const std::vector<Tensor> before = all_scores();
    report.untranslated = opened_.untranslated;
    opened_.exchange();
    report.translation_difference = difference(before, all_scores());
    for (const OpenedAttention& opened : opened_.all) {
      report.attentions.push_back({opened.path, std::vector<HeadReport>(heads_of(opened)), {}});
      const std::vector<HeadSpectrum> spectra = head_spectra(opened.gated->attention());
      for (size_t h = 0; h < spectra.size(); ++h) {
        report.attentions.back().heads[h].spectrum = spectra[h];
      }
    }
    watch(report);
    LongWork work = planned("heads", head_count(), "a smaller --sequences");
    for (size_t k = 0; k < opened_.all.size(); ++k) leave_out(k, report, work);
    prune(report);
    return report;
  }

 private:
  LongWork planned(const std::string& parts, int64_t count, const std::string& instead) const {
    return LongWork({.name = options_.name,
                     .parts = parts,
                     .count = count,
                     .most_minutes = options_.most_minutes,
                     .instead = instead});
  }

  int64_t head_count() const {
    int64_t count = 0;
    for (const OpenedAttention& opened : opened_.all) count += opened.H();
    return count;
  }

  /// Of all attentions, as many as there are at most.
  int64_t query_count() const {
    const TaskShape shape = task_.shape();
    return task_.evaluation_size() * std::max(shape.length, shape.answer_length) *
           std::ssize(opened_.all);
  }

  static size_t heads_of(const OpenedAttention& opened) { return static_cast<size_t>(opened.H()); }

  void for_each_batch(const std::function<void(const Batch&)>& visit) const {
    const int64_t size = task_.evaluation_size();
    for (int64_t first = 0; first < size; first += batch_size_) {
      visit(task_.evaluation_batch(first, std::min(batch_size_, size - first)));
    }
  }

  std::vector<Tensor> all_scores() const {
    model_.eval();
    const NoGrad guard;
    std::vector<Tensor> scores;
    for_each_batch([&](const Batch& batch) { scores.push_back(model_(batch)); });
    return scores;
  }

  /// max |a − b|; a NaN is the largest.
  static double difference(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
    double largest = 0;
    for (size_t i = 0; i < a.size() && !std::isnan(largest); ++i) {
      const double here = max(abs(a[i] - b[i])).item();
      if (!(here <= largest)) largest = here;
    }
    return largest;
  }

  /// Entropy, similarity, importance and a picture: all that one forward and backward gives.
  void watch(HeadLabReport& report) {
    model_.eval();
    std::vector<HeadStatistics> statistics;
    for (const OpenedAttention& opened : opened_.all) {
      statistics.emplace_back(opened.H());
    }
    opened_.set_watched(true);
    LongWork work = planned("queries of attentions", query_count(), "a smaller --sequences");
    for_each_batch([&](const Batch& batch) {
      watch_batch(batch, report);
      for (size_t k = 0; k < opened_.all.size(); ++k) {
        const GatedAttention& gated = *opened_.all[k].gated;
        statistics[k].add(gated.weights, gated.blocked, [&] { work.next(); });
      }
    });
    opened_.set_watched(false);
    for (size_t k = 0; k < opened_.all.size(); ++k) {
      for (size_t h = 0; h < heads_of(opened_.all[k]); ++h) {
        HeadReport& head = report.attentions[k].heads[h];
        const auto index = static_cast<int64_t>(h);
        head.entropy = statistics[k].entropy(index);
        head.entropy_share = statistics[k].entropy_share(index);
        head.importance /= static_cast<double>(report.sequences);
        for (int64_t other = 0; other < opened_.all[k].H(); ++other) {
          head.similarity.push_back(statistics[k].similarity(index, other));
        }
      }
    }
  }

  void watch_batch(const Batch& batch, HeadLabReport& report) {
    const std::vector<Tensor> gradients = gate_gradients(model_, batch, opened_).gradients;
    for (size_t k = 0; k < opened_.all.size(); ++k) {
      AttentionReport& attention = report.attentions[k];
      const GatedAttention& gated = *opened_.all[k].gated;
      if (!attention.first_weights.defined()) {
        attention.first_weights = gated.weights.detach().select(0, 0).clone();
      }
      const auto summed = sum(abs(gradients[k]), {0}).to(DType::f64).to_vector<double>();
      for (size_t h = 0; h < summed.size(); ++h) attention.heads[h].importance += summed[h];
    }
  }

  void leave_out(size_t k, HeadLabReport& report, LongWork& work) {
    const OpenedAttention& opened = opened_.all[k];
    for (int64_t h = 0; h < opened.H(); ++h) {
      work.next();
      opened.gated->gates = opened.gates_without(h);
      const Evaluation without = evaluate(model_, task_, batch_size_);
      HeadReport& head = report.attentions[k].heads[static_cast<size_t>(h)];
      head.loss_change = without.loss - report.evaluation.loss;
      head.token_accuracy_change = without.token_accuracy - report.evaluation.token_accuracy;
      head.sequence_accuracy_change =
          without.sequence_accuracy - report.evaluation.sequence_accuracy;
    }
    opened.gated->gates = {};
  }

  /// Takes out the least important head whose attention allows that.
  void prune(HeadLabReport& report) {
    struct Candidate {
      double importance;
      size_t attention;
      int64_t head;
    };
    std::vector<Candidate> candidates;
    for (size_t k = 0; k < opened_.all.size(); ++k) {
      for (int64_t h = 0; h < opened_.all[k].H(); ++h) {
        const auto& heads = report.attentions[k].heads;
        candidates.push_back({heads[static_cast<size_t>(h)].importance, k, h});
      }
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const auto& a, const auto& b) { return a.importance < b.importance; });
    for (const Candidate& candidate : candidates) {
      OpenedAttention& opened = opened_.all[candidate.attention];
      std::unique_ptr<MultiHeadAttention> smaller;
      try {
        smaller = prune_heads(opened.gated->attention(), {candidate.head});
      } catch (const ValueError& error) {
        report.pruning_refusal = error.what();
        continue;
      }
      report.pruned = compared(opened, candidate.head, std::move(smaller));
      return;
    }
  }

  /// Puts `smaller`, which is without `head`, in the place of the attention.
  PruningReport compared(OpenedAttention& opened, int64_t head,
                         std::unique_ptr<MultiHeadAttention> smaller) {
    const MultiHeadAttention& whole = opened.gated->attention();
    PruningReport report{.path = opened.path,
                         .head = head,
                         .parameters_before = whole.num_parameters(),
                         .parameters_after = smaller->num_parameters()};
    opened.gated->gates = opened.gates_without(head);
    const std::vector<Tensor> gated = all_scores();
    auto pruned = std::make_unique<GatedAttention>(std::move(smaller));
    opened.gated = pruned.get();
    *opened.place = AnyAttention(std::move(pruned));
    report.difference = difference(gated, all_scores());
    report.evaluation = evaluate(model_, task_, batch_size_);
    return report;
  }

  Model& model_;
  HeldOutSlice task_;
  int64_t batch_size_;
  const HeadLabOptions& options_;
  OpenedAttentions opened_;
};

}  // namespace

bool has_heads(Model& model) {
  const auto attentions = model.attentions();
  return std::any_of(attentions.begin(), attentions.end(), [](const PlacedAttention& one) {
    return one.attention->as_multi_head() != nullptr;
  });
}

HeadLabReport examine_heads(Model& model, const Task& task, const HeadLabOptions& options) {
  return Lab(model, task, options).examine();
}

}  // namespace heed
