#include "heed/examples/cli/model/model_config.h"

#include "heed/framework/base/text.h"

namespace heed {

ModelConfig model_config(const ModelKeys& keys, const TaskShape& task) {
  if (keys.d_source && task.attends != Attends::queries) {
    keys.d_source.refuse("only applies to cross-attention tasks; remove it: ", *keys.d_source);
  }
  if (keys.tied && (task.attends == Attends::queries || task.attends == Attends::encoder_decoder)) {
    keys.tied.refuse("needs a model whose outputs are the symbols it reads; remove it");
  }
  if (keys.tied && task.symbols != task.classes) {
    keys.tied.refuse("needs as many input symbols as classes: ", counted(task.symbols, "symbol"),
                     ", ", task.classes == 1 ? "1 class" : text_of(task.classes, " classes"));
  }
  return {.stack = {.block = {.d_model = keys.d_model,
                              .d_ff = keys.d_ff.value_or(4 * keys.d_model),
                              .norm_placement = keys.norm_placement,
                              .norm = keys.norm(),
                              .activation = keys.activation(),
                              .dropout = keys.dropout},
                    .layers = keys.layers,
                    .make_block = keys.block()},
          .d_source = keys.d_source.value_or(keys.d_model),
          .position_table = keys.positions(),
          .tied = keys.tied,
          .logit_soft_cap = keys.logit_soft_cap,
          .init = keys.init()};
}

}  // namespace heed
