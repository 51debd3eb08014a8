#include "heed/examples/cli/tasks/sequence_tasks.h"

#include <algorithm>

#include "heed/examples/cli/tasks/drawn_task.h"

namespace heed {
namespace {

TaskShape shape_of(int64_t symbols, int64_t length, Attends attends) {
  TaskShape shape{symbols, symbols, length, attends};
  if (attends == Attends::encoder_decoder) {
    shape.answer_symbols = symbols + 1;
    shape.answer_length = length;
  }
  return shape;
}

Example answered(const Sequence& source, AnswerRule answer, const TaskShape& shape) {
  Example example{source, answer(source)};
  if (example.target.size() != source.size()) {
    throw ValueError("task: an answer must be as long as its sequence: ", example.target.size(),
                     " for ", source.size());
  }
  for (const int64_t symbol : example.target) {
    if (symbol >= 0 && symbol < shape.symbols) continue;
    throw ValueError("task: an answer has symbol ", symbol, "; this task's are 0 to ",
                     shape.symbols - 1);
  }
  const int64_t start = shape.symbols;
  if (shape.attends == Attends::encoder_decoder)
    example.answer_input = shifted(example.target, start);
  return example;
}

Sequence reversed(const Sequence& source) {
  return {source.rbegin(), source.rend()};
}

Sequence sorted(const Sequence& source) {
  Sequence result = source;
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace

Sequence draw_sequence(Rng& rng, int64_t symbols, int64_t length) {
  Sequence sequence(static_cast<size_t>(length));
  for (int64_t& symbol : sequence) symbol = rng.integer(0, symbols);
  return sequence;
}

void add_sequence_task(Tasks& tasks, const std::string& name, const std::string& help,
                       AnswerRule answer, Attends attends) {
  tasks.add<SequenceKeys>(name, help, [=](const SequenceKeys& keys, const TaskSetup& setup) {
    const int64_t symbols = keys.symbols, length = keys.length;
    const TaskShape shape = shape_of(symbols, length, attends);
    return std::make_unique<DrawnTask>(
        DrawnExamples{
            .shape = shape,
            .possible = count_sequences(symbols, length),
            .size_key = keys.length.path(),
            .sizes = text_of("symbols ", symbols, ", length ", length),
            .draw = [=](Rng& rng) { return draw_sequence(rng, symbols, length); },
            .example = [=](const Sequence& source) { return answered(source, answer, shape); }},
        setup);
  });
}

void add_sequence_tasks(Tasks& tasks) {
  add_sequence_task(tasks, "copy", "repeat the sequence", [](const Sequence& s) { return s; });
  add_sequence_task(tasks, "reverse", "reverse the sequence", reversed);
  add_sequence_task(tasks, "sort", "sort the symbols in ascending order", sorted);
  add_sequence_task(tasks, "cross_reverse",
                    "reverse the sequence, queried position by position (cross-attention)",
                    reversed, Attends::queries);
  add_sequence_task(tasks, "seq2seq_reverse",
                    "reverse the sequence, symbol by symbol (encoder and decoder)", reversed,
                    Attends::encoder_decoder);
}

}  // namespace heed
