#include "heed/examples/cli/inspect/heads/asked_sequences.h"

#include <algorithm>

#include "heed/examples/cli/config/config_error.h"
#include "heed/framework/base/text.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// What the model read, with what it answered as targets.
Batch answered_batch(const Answer& answer, const TaskForm& form) {
  Sequence targets = answer.symbols;
  const int64_t length = answer.read.decoder_inputs.defined() ? answer.read.decoder_inputs.size(1)
                                                              : std::ssize(targets);
  // The end is no part of the answer, but the model wrote it.
  if (std::ssize(targets) < length) targets.push_back(*form.tokenizer.answer_end);
  const auto is_ignored = [](int64_t target) { return target == ignored_target; };
  if (std::all_of(targets.begin(), targets.end(), is_ignored)) {
    throw ValueError("too short: none of its positions is scored");
  }
  Batch batch = answer.read;
  batch.targets = from_values(targets, {1, length});
  return batch;
}

}  // namespace

AskedSequences::AskedSequences(Model& model, const TaskForm& form,
                               const std::vector<std::string>& inputs)
    : form_(form) {
  Answerer answerer(model, form);
  for (const std::string& input : inputs) {
    try {
      batches_.push_back(answered_batch(answerer.answer(answerer.input_of(input)), form));
    } catch (const ValueError& error) {
      refuse("--input " + in_quotes(input), error.what());
    }
  }
}

}  // namespace heed
