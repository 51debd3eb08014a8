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

/// The last `most` columns.
Tensor end_of(const Tensor& ids, int64_t most) {
  const int64_t length = std::min(most, ids.size(1));
  return narrow(ids, 1, ids.size(1) - length, length);
}

}  // namespace

Answerer::Answerer(Model& model, const TaskForm& form)
    : model_(model), form_(form), reader_(form.tokenizer, form.shape.symbols) {
  model.eval();
}

Sequence Answerer::symbols_of(const std::string& text) const {
  if (const size_t at = first_invalid_utf8(text); at != text.size()) {
    throw ValueError("not valid UTF-8: byte ", at + 1);
  }
  Sequence symbols = reader_.read(text);
  if (symbols.empty()) throw ValueError("it is empty; at least one symbol is needed");
  return symbols;
}

Sequence Answerer::input_of(const std::string& text) const {
  Sequence symbols = symbols_of(text);
  if (std::ssize(symbols) > form_.shape.length) {
    throw ValueError("too long: ", symbols.size(), " symbols, but the model reads at most ",
                     form_.shape.length);
  }
  return symbols;
}

Answer Answerer::answer(const Sequence& input) {
  const NoGrad guard;
  const Questions& questions = form_.questions;
  const std::optional<int64_t> end = form_.tokenizer.answer_end;
  Answer answer{{}, {one_row(input), {}}, std::ssize(input) < questions.shortest};
  const bool generates = model_.attends == Attends::encoder_decoder;
  if (generates) answer.read.decoder_inputs = one_row({questions.answer_start});
  answer.symbols =
      greedy_answer(model_, answer.read, form_.shape.answer_length, end).to_vector<int64_t>();
  if (!generates) {
    for (const int64_t position : questions.unscored) {
      if (position < std::ssize(answer.symbols)) {
        answer.symbols[static_cast<size_t>(position)] = ignored_target;
      }
    }
    return answer;
  }
  answer.read.decoder_inputs = one_row(shifted(answer.symbols, questions.answer_start));
  if (end == answer.symbols.back()) answer.symbols.pop_back();
  return answer;
}

void Answerer::check_predicts_next() const {
  if (model_.attends != Attends::causal) {
    throw ValueError("the model answers a whole input and cannot continue one");
  }
  if (!form_.questions.continue_inputs) {
    throw ValueError("the task does not predict next symbols, so there is nothing to continue");
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
