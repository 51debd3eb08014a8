#include "heed/examples/cli/tasks/sequence_task.h"

#include "heed/examples/cli/tasks/drawn_task.h"
#include "heed/examples/cli/training/registry.h"

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
  const int64_t start = shape.symbols;
  if (shape.attends == Attends::encoder_decoder)
    example.answer_input = shifted(example.target, start);
  return example;
}

}  // namespace

Sequence draw_sequence(Rng& rng, int64_t symbols, int64_t length) {
  Sequence sequence(static_cast<size_t>(length));
  for (int64_t& symbol : sequence) symbol = rng.integer(0, symbols);
  return sequence;
}

void add_sequence_task(Registry& registry, const std::string& name, const std::string& help,
                       AnswerRule answer, Attends attends) {
  registry.add_task(
      {name, help, {sequence_keys::symbols, sequence_keys::length}},
      [=](const Section& options, const TaskSetup& setup) {
        const int64_t symbols = options[sequence_keys::symbols];
        const int64_t length = options[sequence_keys::length];
        const TaskShape shape = shape_of(symbols, length, attends);
        return std::make_unique<DrawnTask>(
            DrawnExamples{
                .shape = shape,
                .possible = count_sequences(symbols, length),
                .size_key = "task.length",
                .sizes = text_of("symbols ", symbols, ", length ", length),
                .draw = [=](Rng& rng) { return draw_sequence(rng, symbols, length); },
                .example = [=](const Sequence& source) { return answered(source, answer, shape); }},
            setup);
      });
}

}  // namespace heed
