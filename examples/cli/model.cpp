#include "heed/examples/cli/model.h"

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/tensor/factories.h"

namespace heed {

Positions::Positions(const Slot& slot, PositionKind kind, int64_t max_length, int64_t width)
    : Layer(slot) {
  if (kind == PositionKind::learned) {
    learned.emplace(Slot{this, "learned"}, max_length, width);
  } else {
    sinusoidal.emplace(Slot{this, "sinusoidal"}, max_length, width);
  }
}

Tensor Positions::forward(const Tensor& x) {
  return learned ? (*learned)(x) : (*sinusoidal)(x);
}

Model::Model(const Slot& slot, const ModelConfig& config, const TaskShape& task,
             const AttentionFactory& make_attention)
    : Layer(slot),
      d_model(config.block.d_model),
      length(task.length),
      tokens({this, "tokens"}, task.symbols, config.d_source),
      positions({this, "positions"}, config.positions, task.length, config.d_source),
      blocks({this, "blocks"}),
      output({this, "output"}, d_model, task.classes) {
  if (task.attends == Attends::positions) queries.emplace(Slot{this, "queries"}, length, d_model);
  for (int64_t i = 0; i < config.layers; ++i) blocks.add(config.block, make_attention);
  if (config.block.norm == NormPlacement::pre) norm.emplace(Slot{this, "norm"}, d_model);
}

Tensor Model::forward(const Tensor& ids) {
  const Tensor source = positions(tokens(ids));  // [B, L, d_source]
  Tensor x = source;
  if (queries) x = (*queries)(zeros({ids.size(0), length, d_model}, source.dtype()));
  for (size_t i = 0; i < blocks.size(); ++i) {
    x = queries ? blocks[i](x, source) : blocks[i](x);
  }
  return output(norm ? (*norm)(x) : x);
}

}  // namespace heed
