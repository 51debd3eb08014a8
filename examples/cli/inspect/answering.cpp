#include "heed/examples/cli/inspect/answering.h"

#include <algorithm>
#include <array>
#include <memory>

#include "heed/examples/cli/training/evaluation.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/text.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

Tensor one_row(const Sequence& symbols) {
  return from_values(symbols, {1, static_cast<int64_t>(symbols.size())});
}

/// The shortest of some inputs.
int64_t shortest_of(const Batch& batch) {
  if (!batch.lengths.defined()) return batch.inputs.size(1);
  const auto lengths = batch.lengths.to_vector<int64_t>();
  return *std::min_element(lengths.begin(), lengths.end());
}

/// Whether some of the targets at a position count.
bool counts_at(const Batch& batch, int64_t position) {
  if (position >= batch.targets.size(1)) return true;
  const auto targets = narrow(batch.targets, 1, position, 1).clone().to_vector<int64_t>();
  return std::any_of(targets.begin(), targets.end(),
                     [](int64_t target) { return target != ignored_target; });
}

/// The last `most` columns.
Tensor end_of(const Tensor& ids, int64_t most) {
  const int64_t length = std::min(most, ids.size(1));
  return narrow(ids, 1, ids.size(1) - length, length);
}

}  // namespace

Answerer::Answerer(Model& model, const Task& task)
    : model_(model),
      task_(task),
      some_(task.evaluation_batch(0, std::min<int64_t>(256, task.evaluation_size()))) {
  model.eval();
}

Sequence Answerer::symbols_of(const std::string& text) const {
  if (const size_t at = first_invalid_utf8(text); at != text.size()) {
    throw ValueError("not valid UTF-8: byte ", at + 1);
  }
  Sequence symbols = task_.read_input(text);
  if (symbols.empty()) throw ValueError("it is empty; at least one symbol is needed");
  return symbols;
}

Sequence Answerer::input_of(const std::string& text) const {
  Sequence symbols = symbols_of(text);
  if (std::ssize(symbols) > task_.shape().length) {
    throw ValueError("too long: ", symbols.size(), " symbols, but the model reads at most ",
                     task_.shape().length);
  }
  return symbols;
}

Answer Answerer::answer(const Sequence& input) {
  const NoGrad guard;
  Answer answer{{}, {one_row(input), {}}, std::ssize(input) < shortest_of(some_)};
  const bool generates = model_.attends == Attends::encoder_decoder;
  if (generates) answer.read.decoder_inputs = narrow(some_.decoder_inputs, 0, 0, 1);
  answer.symbols =
      greedy_answer(model_, answer.read, task_.shape().answer_length, task_.answer_end())
          .to_vector<int64_t>();
  if (!generates) {
    for (size_t i = 0; i < answer.symbols.size(); ++i) {
      if (!counts_at(some_, static_cast<int64_t>(i))) answer.symbols[i] = ignored_target;
    }
    return answer;
  }
  const int64_t start = answer.read.decoder_inputs.to_vector<int64_t>().front();
  answer.read.decoder_inputs = one_row(shifted(answer.symbols, start));
  if (task_.answer_end() == answer.symbols.back()) answer.symbols.pop_back();
  return answer;
}

void Answerer::check_predicts_next() const {
  if (model_.attends != Attends::causal) {
    throw ValueError("the model answers a whole input and cannot continue one");
  }
  const int64_t B = some_.inputs.size(0), L = some_.inputs.size(1);
  std::vector<int64_t> lengths(static_cast<size_t>(B), L);
  if (some_.lengths.defined()) lengths = some_.lengths.to_vector<int64_t>();
  const auto inputs = some_.inputs.to_vector<int64_t>();
  const auto targets = some_.targets.to_vector<int64_t>();
  for (int64_t b = 0; b < B; ++b) {
    for (int64_t i = 0; i + 1 < lengths[static_cast<size_t>(b)]; ++i) {
      const auto at = static_cast<size_t>(b * L + i);
      if (targets[at] == ignored_target || targets[at] == inputs[at + 1]) continue;
      throw ValueError("the task does not predict next symbols, so there is nothing to continue");
    }
  }
}

/// With the model's caches as long as everything fits, then by what is left in the window.
NextScores Answerer::next_scores_in_window() {
  const auto all = std::make_shared<Tensor>();
  return [this, all, next = model_.next_scores()](const Tensor& ids) {
    *all = all->defined() ? cat(std::array{*all, ids}, 1) : ids;
    if (all->size(1) <= model_.length) return next(ids);
    const Tensor scores = model_(Batch{end_of(*all, model_.length).clone(), {}});
    return narrow(scores, 1, scores.size(1) - 1, 1);
  };
}

Answer Answerer::continued(const Sequence& prompt, int64_t count, const Sampling& sampling,
                           Rng& rng) {
  check_predicts_next();
  const NoGrad guard;
  const Tensor start = end_of(one_row(prompt), model_.length).clone();
  const Tensor next =
      generate(next_scores_in_window(), start, {.tokens = count, .sampling = sampling}, rng);
  const Tensor all = cat(std::array{start, next}, 1);
  return {next.to_vector<int64_t>(), {end_of(all, model_.length).clone(), {}}, false};
}

}  // namespace heed
