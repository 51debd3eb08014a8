#include "heed/examples/cli/model/model.h"

#include "heed/examples/cli/config/key_error.h"
#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// What may not be attended to because it is padding.
Mask padding_of(const Batch& batch) {
  return batch.lengths.defined() ? Mask::lengths(batch.lengths) : no_mask;
}

/// How many positions a stack remembers: the next one stands there.
int64_t cached_positions(const KeyValueCaches* caches) {
  return caches == nullptr || caches->empty() ? 0 : caches->front().length();
}

void check_masks(const AttentionLayer& attention, const char* why) {
  if (attention.abilities.masks) return;
  throw KeyError("model.attention.type", "this attention knows no masks, but ", why,
                 "; `heed tasks` says which do");
}

void check_crosses(const AttentionLayer& attention) {
  if (attention.abilities.crosses) return;
  throw KeyError("model.attention.type",
                 "this attention is of a sequence to itself, but the task needs one to another "
                 "sequence; `heed tasks` says which are");
}

}  // namespace

Positions::Positions(const Slot& slot, PositionKind kind, int64_t max_length, int64_t width)
    : Layer(slot) {
  if (kind == PositionKind::learned) {
    learned.emplace(Slot{this, "learned"}, max_length, width);
  } else if (kind == PositionKind::sinusoidal) {
    sinusoidal.emplace(Slot{this, "sinusoidal"}, max_length, width);
  }
}

Tensor Positions::forward(const Tensor& x, int64_t first) {
  if (learned) return (*learned)(x, first);
  return sinusoidal ? (*sinusoidal)(x, first) : x;
}

AnswerWriter::AnswerWriter(const Slot& slot, const ModelConfig& config, const TaskShape& task,
                           const AttentionFactory& make_attention)
    : Layer(slot),
      tokens({this, "tokens"}, task.answer_symbols, config.block.d_model),
      positions({this, "positions"}, config.positions, task.answer_length, config.block.d_model),
      decoder({this, "decoder"}, {.block = config.block, .layers = config.layers}, make_attention,
              make_attention) {}

Tensor AnswerWriter::forward(const Tensor& ids, const Tensor& memory, const Mask& memory_mask,
                             KeyValueCaches* caches) {
  const Tensor x = positions(tokens(ids), cached_positions(caches));
  return decoder(x, memory, Mask::causal(Alignment::bottom_right), memory_mask, caches);
}

Model::Model(const Slot& slot, const ModelConfig& config, const TaskShape& task,
             const AttentionFactory& make_attention)
    : Layer(slot),
      attends(task.attends),
      d_model(config.block.d_model),
      length(task.length),
      tokens({this, "tokens"}, task.symbols, config.d_source),
      positions({this, "positions"}, config.positions, task.length, config.d_source),
      encoder({this, "encoder"}, {.block = config.block, .layers = config.layers}, make_attention) {
  if (attends == Attends::queries) {
    queries.emplace(Slot{this, "queries"}, length, d_model);
    check_crosses(*encoder.blocks[0].attention);
  }
  if (attends == Attends::encoder_decoder) {
    writer.emplace(Slot{this, "writer"}, config, task, make_attention);
    check_masks(*writer->decoder.blocks[0].attention, "the decoder may not see later symbols");
    check_crosses(*writer->decoder.blocks[0].cross_attention);
  }
  if (attends == Attends::causal) {
    check_masks(*encoder.blocks[0].attention, "the task may not see later symbols");
  }
  if (!config.tied) output.emplace(Slot{this, "output"}, d_model, task.classes);
}

Tensor Model::forward(const Batch& batch) {
  Dims d{"Model", {{"D_1", d_model}}};
  // What the tokens are called depends on who attends to them: themselves or another sequence.
  const bool attend_themselves = attends == Attends::self || attends == Attends::causal;
  const char* const axes = attend_themselves ? "B L_1 D_1" : "B L_2 D_2";
  const Tensor embedded = tokens(batch.inputs);
  d.check(embedded, axes);
  const Tensor source = positions(embedded);
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
      const Tensor empty = zeros({batch.inputs.size(0), length, d_model}, source.dtype());
      const Tensor asking = (*queries)(empty);
      Dims d{"Model", {{"D_1", d_model}}};
      d.check(asking, "B L_1 D_1");
      return encoder(asking, source, padding);
    }
    case Attends::causal:
      return encoder(source, Mask::causal() & padding);
    case Attends::encoder_decoder:
      return (*writer)(batch.decoder_inputs, encoder(source, padding), padding);
    case Attends::self:
      break;
  }
  return encoder(source, padding);
}

NextScores Model::next_scores(const Batch& batch) {
  const auto caches = std::make_shared<KeyValueCaches>();
  if (attends == Attends::causal) {
    if (!takes_caches()) {
      return recomputing([this](const Tensor& ids) { return (*this)(Batch{ids, {}}); });
    }
    return [this, caches](const Tensor& ids) {
      const Tensor x = positions(tokens(ids), cached_positions(caches.get()));
      return scores(encoder(x, Mask::causal(Alignment::bottom_right), caches.get()));
    };
  }
  if (attends != Attends::encoder_decoder) {
    throw ValueError("model: it says all symbols at once, so nothing can be generated");
  }
  const Mask padding = padding_of(batch);
  const Tensor memory = encoder(positions(tokens(batch.inputs)), padding);
  if (takes_caches()) {
    return [this, memory, padding, caches](const Tensor& ids) {
      return scores((*writer)(ids, memory, padding, caches.get()));
    };
  }
  return recomputing([this, memory, padding](const Tensor& ids) {
    return scores((*writer)(ids, memory, padding));
  });
}

bool Model::takes_caches() {
  for (const auto& [path, attention] : attentions()) {
    if (!(*attention)->abilities.caches) return false;
  }
  return true;
}

std::vector<std::pair<std::string, std::unique_ptr<AttentionLayer>*>> Model::attentions() {
  std::vector<std::pair<std::string, std::unique_ptr<AttentionLayer>*>> all;
  for (size_t i = 0; i < encoder.blocks.size(); ++i) {
    all.emplace_back(encoder.blocks[i].path() + ".attention", &encoder.blocks[i].attention);
  }
  for (size_t i = 0; writer && i < writer->decoder.blocks.size(); ++i) {
    DecoderBlock& block = writer->decoder.blocks[i];
    all.emplace_back(block.path() + ".attention", &block.attention);
    all.emplace_back(block.path() + ".cross_attention", &block.cross_attention);
  }
  return all;
}

Tensor Model::scores(const Tensor& x) {
  return output ? (*output)(x) : linear(x, tokens.weight);
}

}  // namespace heed
