#include "heed/examples/cli/inspect/heads/head_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/inspect/heads/heat_map.h"
#include "heed/examples/cli/inspect/rows_json.h"
#include "heed/examples/cli/runs/evaluation_json.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

std::string evaluation_text(const Evaluation& evaluation) {
  return fmt::format("loss {:.4f}, token accuracy {:.4f}, sequence accuracy {:.4f}",
                     evaluation.loss, evaluation.token_accuracy, evaluation.sequence_accuracy);
}

/// The first few, and how many more there are.
std::string spectrum_text(const std::vector<double>& values) {
  constexpr size_t most = 8;
  std::string text;
  for (size_t i = 0; i < std::min(most, values.size()); ++i)
    text += fmt::format(" {:.3g}", values[i]);
  if (values.size() > most) text += fmt::format(" … {} more", values.size() - most);
  return text;
}

std::string spectra_text(const AttentionReport& attention) {
  std::string text =
      "\n  singular values of W_Qᵀ W_K (what a head compares) and W_O W_V (what it moves)\n";
  for (size_t h = 0; h < attention.heads.size(); ++h) {
    const auto& [qk, ov] = attention.heads[h].spectrum;
    text += fmt::format("  {:4}  QK{}\n        OV{}\n", h, spectrum_text(qk), spectrum_text(ov));
  }
  return text;
}

std::string attention_text(const AttentionReport& attention) {
  std::string text =
      fmt::format("\n{}\n  head  entropy   share  importance    Δ loss   Δ token    Δ seq.  sim.",
                  attention.path);
  for (size_t h = 0; h < attention.heads.size(); ++h) text += fmt::format(" {:>5}", h);
  text += "\n";
  for (size_t h = 0; h < attention.heads.size(); ++h) {
    const HeadReport& head = attention.heads[h];
    text += fmt::format("  {:4}  {:7.3f}  {:6.3f}  {:10.4g}  {:+8.4f}  {:+8.4f}  {:+8.4f}      ", h,
                        head.entropy, head.entropy_share, head.importance, head.loss_change,
                        head.token_accuracy_change, head.sequence_accuracy_change);
    for (const double similarity : head.similarity) text += fmt::format(" {:5.2f}", similarity);
    text += "\n";
  }
  return text + spectra_text(attention) +
         "\n  weights of the first sequence: queries downwards, keys to the right\n" +
         heat_maps(attention.first_weights);
}

/// [L_1][L_2] of one head.
JsonValue weights_json(const Tensor& weights, size_t head) {
  const Tensor one = weights.select(0, static_cast<int64_t>(head)).to(DType::f32).contiguous();
  const std::vector<float> all = one.to_vector<float>();
  return rows_json(all.data(), one.size(0), one.size(1));
}

std::string pruning_text(const HeadLabReport& report) {
  if (!report.pruned) return fmt::format("\nnothing pruned: {}\n", report.pruning_refusal);
  const PruningReport& pruned = *report.pruned;
  return fmt::format(
      "\npruned head {} of {}, the least important prunable head: {} of {} left\n"
      "  scores match those with its gate at 0, max |difference| {:.2g}\n  {}\n",
      pruned.head, pruned.path, pruned.parameters_after,
      counted(pruned.parameters_before, "parameter"), pruned.difference,
      evaluation_text(pruned.evaluation));
}

}  // namespace

std::string head_text(const HeadLabReport& report, const std::string& config) {
  std::string text = fmt::format(
      "{}: {}: {}\n"
      "translated into MultiHeadAttention: scores match, max |difference| {:.2g}\n",
      config,
      report.is_asked ? counted(report.sequences, "input") + ", against the model's own answers"
                      : counted(report.sequences, "held-out sequence"),
      evaluation_text(report.evaluation), report.translation_difference);
  for (const std::string& path : report.untranslated) {
    text += fmt::format("{}: not a multi-head attention; left as it is\n", path);
  }
  text +=
      "\nentropy: of the weights, in nats; share: of the log of the visible keys; importance: "
      "E|∂loss/∂gate|;\nΔ: without the head; sim.: 1 - Jensen-Shannon divergence / log 2 to each "
      "head, mean over queries\n";
  for (const AttentionReport& attention : report.attentions) text += attention_text(attention);
  return text + pruning_text(report);
}

std::string head_json(const HeadLabReport& report, const std::string& config) {
  std::string text;
  for (const AttentionReport& attention : report.attentions) {
    for (size_t h = 0; h < attention.heads.size(); ++h) {
      const HeadReport& head = attention.heads[h];
      text += json_line({{"attention", attention.path},
                         {"head", h},
                         {"entropy", head.entropy},
                         {"entropy_share", head.entropy_share},
                         {"importance", head.importance},
                         {"loss_change", head.loss_change},
                         {"token_accuracy_change", head.token_accuracy_change},
                         {"sequence_accuracy_change", head.sequence_accuracy_change},
                         {"similarity", head.similarity},
                         {"qk_singular_values", head.spectrum.qk},
                         {"ov_singular_values", head.spectrum.ov},
                         {"weights", weights_json(attention.first_weights, h)}});
    }
  }
  JsonValue pruned;  // null if nothing was
  if (report.pruned) {
    pruned = {{"attention", report.pruned->path},
              {"head", report.pruned->head},
              {"parameters_before", report.pruned->parameters_before},
              {"parameters_after", report.pruned->parameters_after},
              {"difference", report.pruned->difference}};
    add_accuracy(pruned, report.pruned->evaluation);
  }
  JsonValue whole = {{"config", config},
                     {"sequences", report.sequences},
                     {"targets", report.is_asked ? "own answers" : "held out"}};
  add_accuracy(whole, report.evaluation);
  whole.add("translation_difference", report.translation_difference)
      .add("untranslated", report.untranslated)
      .add("pruned", pruned);
  return text + json_line(whole);
}

}  // namespace heed
