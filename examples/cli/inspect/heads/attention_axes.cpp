#include "heed/examples/cli/inspect/heads/attention_axes.h"

namespace heed {

AttentionAxes axes_of(const std::string& path, Attends attends) {
  const Axis sequence = path.starts_with("writer.") ? Axis::answers : Axis::inputs;
  const bool crosses = path.ends_with(".cross_attention");
  return {.queries = attends == Attends::queries ? Axis::positions : sequence,
          .keys = crosses ? Axis::inputs : sequence};
}

std::vector<std::string> axis_words(Axis axis, int64_t length, const Batch& batch,
                                    const Tokenizer& tokenizer) {
  std::vector<std::string> words;
  const int64_t* const symbols = axis == Axis::inputs    ? batch.inputs.data<int64_t>()
                                 : axis == Axis::answers ? batch.decoder_inputs.data<int64_t>()
                                                         : nullptr;
  for (int64_t i = 0; i < length; ++i) {
    if (axis == Axis::positions) {
      words.push_back("@" + std::to_string(i));
    } else if (axis == Axis::inputs) {
      words.push_back(tokenizer.input_text(symbols[i]));
    } else {
      words.push_back(i == 0 ? "<start>" : tokenizer.target_text(symbols[i]));
    }
  }
  return words;
}

}  // namespace heed
