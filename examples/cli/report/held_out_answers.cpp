#include "heed/examples/cli/report/held_out_answers.h"

#include <algorithm>
#include <utility>

#include "heed/examples/cli/training/evaluation.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/reduce.h"

namespace heed {
namespace {

constexpr int64_t most_classes = 64;  // of a confusion matrix that can be read
constexpr size_t first_shown = 3;
constexpr size_t wrong_shown = 3;

std::vector<int64_t> symbols_of_row(const Tensor& matrix, int64_t row) {
  const int64_t length = matrix.size(1);
  const int64_t* first = matrix.data<int64_t>() + row * length;
  return {first, first + length};
}

/// Adds what a sequence says to the sums over all.
void count(HeldOutAnswers& all, const AnsweredSequence& one) {
  const size_t length = one.target.size();
  if (all.counted.size() < length) {
    all.counted.resize(length);
    all.right.resize(length);
  }
  for (size_t i = 0; i < length; ++i) {
    if (!one.counts(i)) continue;
    ++all.counted[i];
    all.right[i] += !one.is_wrong(i);
    if (!all.confusion.empty()) {
      ++all.confusion[static_cast<size_t>(one.target[i] * all.classes + one.answer[i])];
    }
  }
}

/// Keeps those to show: the first ones, then those with the most errors.
void keep(HeldOutAnswers& all, AnsweredSequence one) {
  std::vector<AnsweredSequence>& shown = all.shown;
  if (shown.size() < first_shown) {
    shown.push_back(std::move(one));
    return;
  }
  if (one.errors() == 0) return;
  const auto place =
      std::find_if(shown.begin() + first_shown, shown.end(),
                   [&](const AnsweredSequence& other) { return other.errors() < one.errors(); });
  shown.insert(place, std::move(one));
  if (shown.size() > first_shown + wrong_shown) shown.pop_back();
}

}  // namespace

int64_t AnsweredSequence::errors() const {
  int64_t sum = 0;
  for (size_t i = 0; i < target.size(); ++i) sum += is_wrong(i);
  return sum;
}

HeldOutAnswers held_out_answers(Model& model, const Task& task, int64_t batch_size, int64_t most) {
  model.eval();
  const NoGrad guard;
  HeldOutAnswers all;
  all.sequences = std::min(most, task.evaluation_size());
  all.classes = task.shape().classes;
  if (all.classes <= most_classes) {
    all.confusion.resize(static_cast<size_t>(all.classes * all.classes));
  }
  for (int64_t first = 0; first < all.sequences; first += batch_size) {
    SignalWatch::poll();
    const Batch batch = task.evaluation_batch(first, std::min(batch_size, all.sequences - first));
    const Tensor scores = model(batch);
    const Tensor answers = argmax(scores, -1);
    const auto losses = sequence_loss(scores, batch.targets, Reduction::none).to_vector<float>();
    const int64_t length = batch.targets.size(1);
    for (int64_t i = 0; i < batch.targets.size(0); ++i) {
      const auto begin = losses.begin() + i * length;
      AnsweredSequence one{first + i,
                           symbols_of_row(batch.inputs, i),
                           symbols_of_row(batch.targets, i),
                           symbols_of_row(answers, i),
                           {begin, begin + length}};
      count(all, one);
      keep(all, std::move(one));
    }
  }
  return all;
}

}  // namespace heed
