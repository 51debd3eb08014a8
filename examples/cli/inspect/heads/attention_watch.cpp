#include "heed/examples/cli/inspect/heads/attention_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "heed/examples/cli/inspect/heads/heat_map.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

using Words = std::vector<std::string>;

Words input_words(const Batch& batch, const Tokenizer& tokenizer) {
  Words words;
  for (const int64_t symbol : batch.inputs.to_vector<int64_t>()) {
    words.push_back(tokenizer.input_text(symbol));
  }
  return words;
}

/// What a decoder reads: the start, then its answer so far.
Words answer_words(const Batch& batch, const Tokenizer& tokenizer) {
  Words words;
  if (!batch.decoder_inputs.defined()) return words;
  for (const int64_t symbol : batch.decoder_inputs.to_vector<int64_t>()) {
    words.push_back(words.empty() ? "<start>" : tokenizer.target_text(symbol));
  }
  return words;
}

Words positions_up_to(int64_t count) {
  Words words;
  for (int64_t i = 0; i < count; ++i) words.push_back("@" + std::to_string(i));
  return words;
}

/// `text`, flush right.
std::string right(const std::string& text, size_t columns) {
  return std::string(columns - std::min(columns, displayed_width(text)), ' ') + text;
}

size_t widest(const Words& words) {
  size_t width = 0;
  for (const std::string& word : words) width = std::max(width, displayed_width(word));
  return width;
}

std::string weights_text(const Tensor& weights, const WatchedAttention& attention) {
  const size_t first = widest(attention.queries),
               each = std::max<size_t>(3, widest(attention.keys));
  std::string text = "    " + std::string(first, ' ');
  for (const std::string& key : attention.keys) text += " " + right(key, each);
  text += "\n";
  const std::vector<double> all = weights.to(DType::f64).to_vector<double>();
  auto weight = all.begin();
  for (const std::string& query : attention.queries) {
    text += "    " + right(query, first);
    for (size_t j = 0; j < attention.keys.size(); ++j) {
      const double percent = 100 * *weight++;
      text += " " + right(percent < 0.5 ? "." : fmt::format("{:.0f}", percent), each);
    }
    text += "\n";
  }
  return text;
}

}  // namespace

AttentionWatch::AttentionWatch(Model& model) : model_(model) {
  for (const auto& [path, place] : model.attentions()) {
    std::unique_ptr<MultiHeadAttention> same = place->as_multi_head();
    if (same == nullptr) continue;
    auto gated = std::make_unique<GatedAttention>(std::move(same));
    gated->is_watched = true;
    GatedAttention* const watched = gated.get();
    watched_.push_back({path, place, AnyAttention(std::move(gated)), watched});
  }
}

void AttentionWatch::exchange() {
  for (Watched& one : watched_) std::swap(*one.place, one.other);
}

std::vector<WatchedAttention> AttentionWatch::watch(const Batch& batch,
                                                    const Tokenizer& tokenizer) {
  const NoGrad guard;
  exchange();
  model_(batch);
  exchange();
  const Words inputs = input_words(batch, tokenizer), answers = answer_words(batch, tokenizer);
  std::vector<WatchedAttention> all;
  for (const Watched& one : watched_) {
    const bool writes = one.path.starts_with("writer.");
    const bool crosses = one.path.ends_with(".cross_attention");
    const Tensor weights = one.gated->weights.select(0, 0).clone();
    Words queries = writes ? answers : inputs;
    if (model_.attends == Attends::queries) queries = positions_up_to(weights.size(1));
    all.push_back({one.path, std::move(queries), writes && !crosses ? answers : inputs, weights});
  }
  return all;
}

std::string watched_text(const WatchedAttention& attention) {
  constexpr size_t most_columns = 32;
  std::string text = attention.path + ": queries downwards, keys to the right";
  if (attention.keys.size() > most_columns) return text + "\n" + heat_maps(attention.weights);
  text += ", in percent\n";
  for (int64_t h = 0; h < attention.weights.size(0); ++h) {
    text += fmt::format("  head {}\n", h) + weights_text(attention.weights.select(0, h), attention);
  }
  return text;
}

}  // namespace heed
