#include "heed/examples/cli/tasks/drawn_task.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "heed/examples/cli/config/key_error.h"

namespace heed {

DrawnTask::DrawnTask(DrawnExamples examples, const TaskSetup& setup)
    : examples_(std::move(examples)),
      tokenizer_{
          .inputs = examples_.words,
          .targets = examples_.target_words.empty() ? examples_.words : examples_.target_words},
      seed_(setup.seed) {
  hold_out(setup.evaluation_sequences);
}

void DrawnTask::hold_out(int64_t wanted) {
  constexpr double share = 0.25;
  const double most = std::floor(share * examples_.possible);
  const auto count = static_cast<size_t>(std::min(static_cast<double>(wanted), most));
  if (count == 0) {
    throw KeyError(examples_.size_key,
                   "too few different sequences to hold some out: ", examples_.sizes,
                   "; make it larger");
  }
  Rng rng(stream(seed_, Purpose::evaluation));
  while (held_out_.size() < count) {
    const Sequence question = examples_.draw(rng);
    if (held_out_set_.insert(identity(question)).second) {
      held_out_.push_back(examples_.example(question));
    }
  }
}

Batch DrawnTask::training_batch(int64_t step, int64_t size) const {
  std::vector<Example> drawn;
  for (int64_t index = 0; index < size; ++index) {
    Rng rng(stream(seed_, Purpose::data, step, index));
    Sequence question = examples_.draw(rng);
    while (held_out_set_.contains(identity(question))) question = examples_.draw(rng);
    drawn.push_back(examples_.example(question));
  }
  return batch_of(drawn);
}

Batch DrawnTask::evaluation_batch(int64_t first, int64_t size) const {
  return batch_of(
      std::span(held_out_).subspan(static_cast<size_t>(first), static_cast<size_t>(size)));
}

Sequence DrawnTask::identity(const Sequence& question) const {
  return examples_.identity ? examples_.identity(question) : question;
}

size_t DrawnTask::Hash::operator()(const Sequence& sequence) const {
  uint64_t hash = sequence.size();
  for (const int64_t symbol : sequence) {
    hash = (hash ^ static_cast<uint64_t>(symbol)) * 0x9E3779B97F4A7C15;
    hash ^= hash >> 32;
  }
  return static_cast<size_t>(hash);
}

double count_sequences(int64_t symbols, int64_t length) {
  return std::pow(static_cast<double>(symbols), static_cast<double>(length));
}

double count_arrangements(int64_t symbols, int64_t length) {
  double count = 1;
  for (int64_t i = 0; i < length; ++i) count *= static_cast<double>(symbols - i);
  return count;
}

}  // namespace heed
