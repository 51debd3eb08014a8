#include "heed/examples/cli/inspect/heads/attention_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "heed/examples/cli/inspect/heads/attention_axes.h"
#include "heed/examples/cli/inspect/heads/heat_map.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

using Words = std::vector<std::string>;

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

AttentionWatch::AttentionWatch(Model& model) : model_(model), opened_(model) {
  opened_.set_watched(true);
}

std::vector<WatchedAttention> AttentionWatch::watch(const Batch& batch,
                                                    const Tokenizer& tokenizer) {
  const NoGrad guard;
  {
    const ExchangeScope exchanged(opened_);
    model_(batch);
  }
  std::vector<WatchedAttention> all;
  for (const OpenedAttention& one : opened_.all) {
    const AttentionAxes axes = axes_of(one.path, model_.attends);
    const Tensor weights = one.gated->weights.select(0, 0).clone();
    all.push_back({one.path, axis_words(axes.queries, weights.size(1), batch, tokenizer),
                   axis_words(axes.keys, weights.size(2), batch, tokenizer), weights});
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
