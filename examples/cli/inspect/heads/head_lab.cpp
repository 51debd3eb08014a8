#include "heed/examples/cli/inspect/heads/head_lab.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>

#include "heed/examples/cli/inspect/heads/gated_attention.h"
#include "heed/examples/cli/inspect/heads/head_statistics.h"
#include "heed/examples/cli/inspect/heads/held_out_slice.h"
#include "heed/examples/cli/inspect/long_work.h"
#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/prune_heads.h"

namespace heed {
namespace {

/// An attention of the model that was exchanged for one with gates.
struct Opened {
  std::string path;
  AnyAttention* place;
  GatedAttention* gated;

  int64_t H() const { return gated->attention().H; }
  /// Open gates of a shape that ends with H.
  Tensor open_gates(const Shape& shape) const {
    return ones(shape, gated->attention().W_O.weight->dtype());
  }
};

/// Exchanges all attentions that can be; the paths of the others go to `untranslated`.
std::vector<Opened> open_attentions(Model& model, std::vector<std::string>& untranslated) {
  std::vector<Opened> opened;
  for (const auto& [path, place] : model.attentions()) {
    std::unique_ptr<MultiHeadAttention> same = place->as_multi_head();
    if (same == nullptr) {
      untranslated.push_back(path);
      continue;
    }
    auto gated = std::make_unique<GatedAttention>(std::move(same));
    opened.push_back({path, place, gated.get()});
    *place = AnyAttention(std::move(gated));
  }
  return opened;
}

class Lab {
 public:
  Lab(Model& model, const Task& task, const HeadLabOptions& options)
      : model_(model),
        task_(task, options.sequences),
        batch_size_(options.batch_size),
        options_(options) {}

  HeadLabReport examine() {
    HeadLabReport report{.sequences = task_.evaluation_size()};
    report.evaluation = evaluate(model_, task_, batch_size_);
    const std::vector<Tensor> before = all_scores();
    opened_ = open_attentions(model_, report.untranslated);
    report.translation_difference = difference(before, all_scores());
    for (const Opened& opened : opened_) {
      report.attentions.push_back({opened.path, std::vector<HeadReport>(heads_of(opened)), {}});
      const std::vector<HeadSpectrum> spectra = head_spectra(opened.gated->attention());
      for (size_t h = 0; h < spectra.size(); ++h) {
        report.attentions.back().heads[h].spectrum = spectra[h];
      }
    }
    watch(report);
    LongWork work = planned("heads", head_count(), "a smaller --sequences");
    for (size_t k = 0; k < opened_.size(); ++k) leave_out(k, report, work);
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
    for (const Opened& opened : opened_) count += opened.H();
    return count;
  }

  /// Of all attentions, as many as there are at most.
  int64_t query_count() const {
    const TaskShape shape = task_.shape();
    return task_.evaluation_size() * std::max(shape.length, shape.answer_length) *
           std::ssize(opened_);
  }

  static size_t heads_of(const Opened& opened) { return static_cast<size_t>(opened.H()); }

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

  /// The loss of each sequence, the mean over its positions that count, and their sum.
  static Tensor summed_loss(const Tensor& scores, const Tensor& targets) {
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

  /// Entropy, similarity, importance and a picture: all that one forward and backward gives.
  void watch(HeadLabReport& report) {
    model_.eval();
    std::vector<HeadStatistics> statistics;
    for (const Opened& opened : opened_) {
      statistics.emplace_back(opened.H());
      opened.gated->is_watched = true;
    }
    LongWork work = planned("queries of attentions", query_count(), "a smaller --sequences");
    for_each_batch([&](const Batch& batch) {
      watch_batch(batch, report);
      for (size_t k = 0; k < opened_.size(); ++k) {
        const GatedAttention& gated = *opened_[k].gated;
        statistics[k].add(gated.weights, gated.blocked, [&] { work.next(); });
      }
    });
    for (size_t k = 0; k < opened_.size(); ++k) {
      opened_[k].gated->is_watched = false;
      opened_[k].gated->gates = {};
      for (size_t h = 0; h < heads_of(opened_[k]); ++h) {
        HeadReport& head = report.attentions[k].heads[h];
        const auto index = static_cast<int64_t>(h);
        head.entropy = statistics[k].entropy(index);
        head.entropy_share = statistics[k].entropy_share(index);
        head.importance /= static_cast<double>(report.sequences);
        for (int64_t other = 0; other < opened_[k].H(); ++other) {
          head.similarity.push_back(statistics[k].similarity(index, other));
        }
      }
    }
  }

  void watch_batch(const Batch& batch, HeadLabReport& report) {
    const int64_t B = batch.inputs.size(0);
    std::vector<Tensor> gates;
    for (const Opened& opened : opened_) {
      gates.push_back(opened.open_gates({B, opened.H()}).requires_grad_());
      opened.gated->gates = gates.back();
    }
    const Tensor loss = summed_loss(model_(batch), batch.targets);
    const std::vector<Tensor> gradients = grad(std::vector{loss}, gates);
    for (size_t k = 0; k < opened_.size(); ++k) {
      AttentionReport& attention = report.attentions[k];
      const GatedAttention& gated = *opened_[k].gated;
      if (!attention.first_weights.defined()) {
        attention.first_weights = gated.weights.detach().select(0, 0).clone();
      }
      const auto summed = sum(abs(gradients[k]), {0}).to(DType::f64).to_vector<double>();
      for (size_t h = 0; h < summed.size(); ++h) attention.heads[h].importance += summed[h];
    }
  }

  /// Gates [H]: 1, but 0 for one head.
  static Tensor gates_without(const Opened& opened, int64_t head) {
    const Tensor gates = opened.open_gates({opened.H()});
    fill_(gates.select(0, head), 0);
    return gates;
  }

  void leave_out(size_t k, HeadLabReport& report, LongWork& work) {
    const Opened& opened = opened_[k];
    for (int64_t h = 0; h < opened.H(); ++h) {
      work.next();
      opened.gated->gates = gates_without(opened, h);
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
    for (size_t k = 0; k < opened_.size(); ++k) {
      for (int64_t h = 0; h < opened_[k].H(); ++h) {
        const auto& heads = report.attentions[k].heads;
        candidates.push_back({heads[static_cast<size_t>(h)].importance, k, h});
      }
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const auto& a, const auto& b) { return a.importance < b.importance; });
    for (const Candidate& candidate : candidates) {
      Opened& opened = opened_[candidate.attention];
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
  PruningReport compared(Opened& opened, int64_t head,
                         std::unique_ptr<MultiHeadAttention> smaller) {
    const MultiHeadAttention& whole = opened.gated->attention();
    PruningReport report{.path = opened.path,
                         .head = head,
                         .parameters_before = whole.num_parameters(),
                         .parameters_after = smaller->num_parameters()};
    opened.gated->gates = gates_without(opened, head);
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
  std::vector<Opened> opened_;
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
