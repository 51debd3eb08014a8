#include "heed/examples/cli/tasks/fixed_task.h"

#include <algorithm>
#include <utility>

#include "heed/examples/cli/tasks/unseen.h"
#include "heed/framework/base/random.h"

namespace heed {
namespace {

Batch batch_part(const std::vector<Example>& examples, int64_t first, int64_t size) {
  return batch_of(
      std::span(examples).subspan(static_cast<size_t>(first), static_cast<size_t>(size)));
}

}  // namespace

FixedTask::FixedTask(FixedExamples examples, const TaskSetup& setup)
    : examples_(std::move(examples)), setup_(setup) {}

Batch FixedTask::training_batch(int64_t step, int64_t size) const {
  std::vector<Example> drawn;
  for (int64_t index = 0; index < size; ++index) {
    Rng rng(stream(setup_.seed, Purpose::data, step, index));
    const auto which = rng.integer(0, static_cast<int64_t>(examples_.training.size()));
    drawn.push_back(examples_.training[static_cast<size_t>(which)]);
  }
  return batch_of(drawn);
}

int64_t FixedTask::evaluation_size() const {
  return std::min(setup_.evaluation_sequences, static_cast<int64_t>(examples_.held_out.size()));
}

Batch FixedTask::evaluation_batch(int64_t first, int64_t size) const {
  return batch_part(examples_.held_out, first, size);
}

int64_t FixedTask::training_set_size() const {
  return std::min(setup_.evaluation_sequences, static_cast<int64_t>(examples_.training.size()));
}

Batch FixedTask::training_set_batch(int64_t first, int64_t size) const {
  return batch_part(examples_.training, first, size);
}

void FixedTask::add_data_to(Crc32& checksum) const {
  for (const auto* examples : {&examples_.training, &examples_.held_out}) {
    for (const Example& example : *examples) {
      for (const Sequence& part : {example.input, example.target, example.answer_input}) {
        checksum.add(raw_bytes(part));
      }
    }
  }
}

std::vector<std::string> FixedTask::warnings() const {
  UnseenSymbols targets, inputs;
  for (const Example& example : examples_.training) {
    targets.train_on(example.target);
    inputs.train_on(example.input);
  }
  for (int64_t i = 0; i < evaluation_size(); ++i) {
    const Example& example = examples_.held_out[static_cast<size_t>(i)];
    targets.hold_out(example.target);
    inputs.hold_out(example.input);
  }
  std::vector<std::string> all{
      targets.text("targets", [&](int64_t target) { return tokenizer().target_text(target); }),
      inputs.text("inputs", [&](int64_t symbol) { return tokenizer().input_text(symbol); })};
  if (!all[0].empty()) {
    all[0] += ": a model cannot predict what it has never seen" + examples_.unseen_hint;
  }
  std::erase(all, "");
  all.insert(all.begin(), examples_.warnings.begin(), examples_.warnings.end());
  return all;
}

}  // namespace heed
