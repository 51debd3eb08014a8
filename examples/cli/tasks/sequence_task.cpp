#include "heed/examples/cli/tasks/sequence_task.h"

#include <algorithm>

#include "heed/examples/cli/key_error.h"
#include "heed/examples/cli/registry.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// symbols^length, or `limit` if that is less.
int64_t count_sequences(int64_t symbols, int64_t length, int64_t limit) {
  int64_t count = 1;
  for (int64_t i = 0; i < length && count < limit; ++i) count *= symbols;
  return std::min(count, limit);
}

}  // namespace

SequenceTask::SequenceTask(const Section& options, const TaskSetup& setup, Answer answer,
                           Attends attends)
    : symbols_(options[sequence_keys::symbols]),
      length_(options[sequence_keys::length]),
      seed_(setup.seed),
      answer_(answer),
      attends_(attends) {
  hold_out(setup.evaluation_sequences);
}

void SequenceTask::hold_out(int64_t wanted) {
  constexpr int64_t share = 4;
  const int64_t count =
      std::min(wanted, count_sequences(symbols_, length_, share * wanted) / share);
  if (count == 0) {
    throw KeyError("task.length", "too few different sequences to hold some out: symbols ",
                   symbols_, ", length ", length_, "; make it larger");
  }
  Rng rng(stream(seed_, Purpose::evaluation));
  while (evaluation_size() < count) {
    Sequence sequence = draw(rng);
    if (held_out_set_.insert(sequence).second) held_out_.push_back(std::move(sequence));
  }
}

Sequence SequenceTask::draw(Rng& rng) const {
  Sequence sequence(static_cast<size_t>(length_));
  for (int64_t& symbol : sequence) symbol = rng.integer(0, symbols_);
  return sequence;
}

Batch SequenceTask::training_batch(int64_t step, int64_t size) const {
  std::vector<Sequence> sources;
  for (int64_t index = 0; index < size; ++index) {
    Rng rng(stream(seed_, Purpose::data, step, index));
    Sequence source = draw(rng);
    while (held_out_set_.contains(source)) source = draw(rng);
    sources.push_back(std::move(source));
  }
  return batch_of(sources);
}

Batch SequenceTask::evaluation_batch(int64_t first, int64_t size) const {
  return batch_of({held_out_.begin() + first, held_out_.begin() + first + size});
}

Batch SequenceTask::batch_of(const std::vector<Sequence>& sources) const {
  const Shape shape{static_cast<int64_t>(sources.size()), length_};
  Batch batch{Tensor::empty(shape, DType::i64), Tensor::empty(shape, DType::i64)};
  auto* input = batch.inputs.mutable_data<int64_t>();
  auto* target = batch.targets.mutable_data<int64_t>();
  for (const Sequence& source : sources) {
    input = std::copy(source.begin(), source.end(), input);
    const Sequence answer = answer_(source);
    if (answer.size() != source.size()) {
      throw ValueError("task: an answer must be as long as its sequence: ", answer.size(), " for ",
                       source.size());
    }
    target = std::copy(answer.begin(), answer.end(), target);
  }
  return batch;
}

size_t SequenceTask::Hash::operator()(const Sequence& sequence) const {
  uint64_t hash = sequence.size();
  for (const int64_t symbol : sequence) {
    hash = (hash ^ static_cast<uint64_t>(symbol)) * 0x9E3779B97F4A7C15;
    hash ^= hash >> 32;
  }
  return hash;
}

void add_sequence_task(Registry& registry, const std::string& name, const std::string& help,
                       Answer answer, Attends attends) {
  registry.add_task({name, help, {sequence_keys::symbols, sequence_keys::length}},
                    [=](const Section& options, const TaskSetup& setup) {
                      return std::make_unique<SequenceTask>(options, setup, answer, attends);
                    });
}

}  // namespace heed
