#include "heed/examples/cli/model/model.h"

#include <algorithm>
#include <memory>

#include "heed/examples/cli/config/key_error.h"
#include "heed/framework/nn/init.h"
#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/matmul.h"

namespace heed {
namespace {

/// What may not be attended to because it is padding.
Mask padding_of(const Batch& batch) {
  return batch.lengths.defined() ? Mask::lengths(batch.lengths) : no_mask;
}

/// The number of positions in a stack's caches: the next one is there.
int64_t cached_positions(const KeyValueCaches* caches) {
  return caches == nullptr || caches->empty() ? 0 : caches->front().length();
}

void check_masks(const TransformerStack& stack, const char* why) {
  for (const PlacedAttention& one : stack.attentions()) {
    const AttentionAbilities& abilities = one.attention->abilities();
    if (abilities.masks || abilities.causal_only) continue;
    throw KeyError("model.attention.type", "this attention does not support masks, but ", why,
                   "; `heed tasks` lists those that do");
  }
}

/// Of a model whose attentions are not all causal.
void check_not_causal(const Model& model) {
  for (const PlacedAttention& one : model.encoder.attentions()) {
    if (!one.attention->abilities().causal_only) continue;
    throw KeyError("model.attention.type",
                   "this attention never sees later positions, but the task needs to; `heed "
                   "tasks` lists others");
  }
}

void check_crosses(const TransformerStack& stack) {
  for (const PlacedAttention& one : stack.attentions()) {
    if (one.attention->abilities().crosses) continue;
    throw KeyError("model.attention.type",
                   "this attention supports self-attention only, but the task needs "
                   "cross-attention; `heed tasks` lists those that support it");
  }
}

}  // namespace

LearnedQueries::LearnedQueries(const Slot& slot, int64_t length, int64_t width)
    : Layer(slot), weight({this, "weight"}, {length, width}, init::normal(0.02)) {}

Tensor LearnedQueries::forward(int64_t batch) {
  return weight->expand({batch, weight->size(0), weight->size(1)});
}

AnswerWriter::AnswerWriter(const Slot& slot, const ModelConfig& config, const TaskShape& task,
                           const AttentionFactory& make_attention)
    : Layer(slot),
      tokens({this, "tokens"}, task.answer_symbols, config.stack.block.d_model),
      position_table({this, "positions"}, config.position_table, task.answer_length,
                     config.stack.block.d_model),
      decoder({this, "decoder"}, config.stack, make_attention, make_attention) {}

Tensor AnswerWriter::forward(const Tensor& ids, const Tensor& memory, const Mask& memory_mask,
                             KeyValueCaches* caches) {
  const Tensor x = position_table(tokens(ids), cached_positions(caches));
  return decoder(x, StackCall{.memory = memory,
                              .mask = Mask::causal(Alignment::bottom_right),
                              .memory_mask = memory_mask,
                              .caches = caches});
}

Model::Model(const Slot& slot, const ModelConfig& config, const TaskShape& task,
             const AttentionFactory& make_attention)
    : Layer(slot),
      attends(task.attends),
      d_model(config.stack.block.d_model),
      length(task.length),
      logit_soft_cap(config.logit_soft_cap),
      tokens({this, "tokens"}, task.symbols, config.d_source),
      position_table({this, "positions"}, config.position_table, task.length, config.d_source),
      encoder({this, "encoder"}, config.stack, make_attention) {
  if (attends == Attends::queries) {
    queries.emplace(Slot{this, "queries"}, task.length, d_model);
    check_crosses(encoder);
  }
  if (attends == Attends::encoder_decoder) {
    writer.emplace(Slot{this, "writer"}, config, task, make_attention);
    check_masks(writer->decoder, "the decoder may not see later symbols");
    check_crosses(writer->decoder);
  }
  if (attends != Attends::causal) {
    check_not_causal(*this);
  } else {
    check_masks(encoder, "the task may not see later symbols");
  }
  if (!config.tied) output.emplace(Slot{this, "output"}, d_model, task.classes);
  if (config.init) config.init(*this);
}

Tensor Model::forward(const Batch& batch) {
  Dims d{"Model", {{"D_1", d_model}}};
  // What the tokens are called depends on who attends to them: themselves or another sequence.
  const bool attend_themselves = attends == Attends::self || attends == Attends::causal;
  const char* const axes = attend_themselves ? "B L_1 D_1" : "B L_2 D_2";
  const Tensor embedded = tokens(batch.inputs);
  d.check(embedded, axes);
  const Tensor source = position_table(embedded);
  d.check(source, axes);
  const Tensor answer = attended(batch, source);
  d.check(answer, "B L_1 D_1");
  const Tensor y = scores(answer);
  return d.check(y, "B L_1 classes");
}

Tensor Model::attended(const Batch& batch, const Tensor& source) {
  const Mask padding = padding_of(batch);
  switch (attends) {
    case Attends::queries: {
      const Tensor asking = (*queries)(batch.inputs.size(0));
      return encoder(asking, StackCall{.memory = source, .memory_mask = padding});
    }
    case Attends::causal:
      return encoder(source, StackCall{.mask = Mask::causal() & padding});
    case Attends::encoder_decoder:
      return (*writer)(batch.decoder_inputs, encoder(source, StackCall{.mask = padding}), padding);
    case Attends::self:
      break;
  }
  return encoder(source, StackCall{.mask = padding});
}

NextScores Model::next_scores(const Batch& batch) {
  const auto caches = std::make_shared<KeyValueCaches>();
  if (attends == Attends::causal) {
    if (!takes_caches()) {
      return recomputing([this](const Tensor& ids) { return (*this)(Batch{ids, {}}); });
    }
    return [this, caches](const Tensor& ids) {
      const Tensor x = position_table(tokens(ids), cached_positions(caches.get()));
      return scores(encoder(
          x, StackCall{.mask = Mask::causal(Alignment::bottom_right), .caches = caches.get()}));
    };
  }
  if (attends != Attends::encoder_decoder) {
    throw ValueError("model: it predicts all symbols at once, so nothing can be generated");
  }
  const Mask padding = padding_of(batch);
  const Tensor memory = encoder(position_table(tokens(batch.inputs)), StackCall{.mask = padding});
  if (takes_caches()) {
    return [this, memory, padding, caches](const Tensor& ids) {
      return scores((*writer)(ids, memory, padding, caches.get()));
    };
  }
  return recomputing([this, memory, padding](const Tensor& ids) {
    return scores((*writer)(ids, memory, padding));
  });
}

ScoresOfAll Model::answer_scores(const Batch& batch) {
  if (attends != Attends::encoder_decoder || batch.inputs.size(0) != 1) {
    throw ValueError("model: needs an encoder-decoder and one sequence to compare its answers");
  }
  const Mask padding = padding_of(batch);
  const Tensor memory = encoder(position_table(tokens(batch.inputs)), StackCall{.mask = padding});
  return [this, memory, padding](const Tensor& ids) {
    const Tensor same = memory.expand({ids.size(0), memory.size(1), memory.size(2)});
    return scores((*writer)(ids, same, padding));
  };
}

bool Model::takes_caches() {
  const auto all = attentions();
  return std::all_of(all.begin(), all.end(),
                     [](const PlacedAttention& one) { return one.attention->abilities().caches; });
}

std::vector<PlacedAttention> Model::attentions() {
  std::vector<PlacedAttention> all = encoder.attentions();
  if (!writer) return all;
  for (const PlacedAttention& one : writer->decoder.attentions()) all.push_back(one);
  return all;
}

Tensor Model::scores(const Tensor& x) {
  const Tensor y = output ? (*output)(x) : linear(x, tokens.weight);
  return logit_soft_cap ? soft_cap(y, *logit_soft_cap) : y;
}

std::unique_ptr<Model> make_model(const ModelKeys& keys, const TaskShape& task) {
  const ModelConfig config = model_config(keys, task);
  const AttentionWidths widths{config.stack.block.d_model, config.d_source};
  return std::make_unique<Model>(Slot::root(), config, task,
                                 [&](const Slot& slot) { return keys.attention(slot, widths); });
}

}  // namespace heed
