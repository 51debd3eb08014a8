#include "heed/examples/cli/inspect/answering.h"

#include <algorithm>
#include <memory>

#include "heed/examples/cli/training/evaluation.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/text.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

Tensor one_row(const Sequence& symbols) {
  return from_values(symbols, {1, static_cast<int64_t>(symbols.size())});
}

bool ends_with(const Sequence& symbols, const Sequence& end) {
  return symbols.size() >= end.size() && std::equal(end.rbegin(), end.rend(), symbols.rbegin());
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
    throw ValueError("too long: ", counted(static_cast<int64_t>(symbols.size()), "symbol"),
                     ", but the model reads at most ", form_.shape.length);
  }
  return symbols;
}

Answer Answerer::asked(const Sequence& input) const {
  Answer answer{{}, {one_row(input), {}}, std::ssize(input) < form_.questions.shortest};
  if (model_.attends == Attends::encoder_decoder) {
    answer.read.decoder_inputs = one_row({form_.questions.answer_start});
  }
  return answer;
}

Answer Answerer::written(Answer answer, const Sequence& symbols) const {
  answer.read.decoder_inputs = one_row(shifted(symbols, form_.questions.answer_start));
  answer.symbols = without_end(symbols);
  return answer;
}

Sequence Answerer::without_end(Sequence symbols) const {
  if (form_.tokenizer.answer_end == symbols.back()) symbols.pop_back();
  return symbols;
}

std::string Answerer::ask(const std::string& text) {
  return form_.tokenizer.answer_text(answer(input_of(text)).symbols);
}

Answer Answerer::answer(const Sequence& input) {
  const NoGrad guard;
  Answer answer = asked(input);
  answer.symbols =
      greedy_answer(model_, answer.read, form_.shape.answer_length, form_.tokenizer.answer_end)
          .to_vector<int64_t>();
  if (model_.attends == Attends::encoder_decoder) return written(answer, answer.symbols);
  for (const int64_t position : form_.questions.unscored) {
    if (position < std::ssize(answer.symbols)) {
      answer.symbols[static_cast<size_t>(position)] = ignored_target;
    }
  }
  return answer;
}

Answer Answerer::searched(const Sequence& input, const AnswerSearch& search) {
  if (model_.attends != Attends::encoder_decoder) {
    throw ValueError("only an encoder-decoder writes answers that can be searched for");
  }
  const NoGrad guard;
  Answer answer = asked(input);
  const auto scores = [next = model_.answer_scores(answer.read)](const Tensor& ids) {
    SignalWatch::poll();
    return next(ids);
  };
  answer.found = beam_search(scores, {form_.questions.answer_start},
                             {.beams = search.beams,
                              .tokens = form_.shape.answer_length,
                              .end = form_.tokenizer.answer_end,
                              .length_penalty = search.length_penalty});
  answer = written(answer, answer.found.front().tokens);
  for (Hypothesis& one : answer.found) one.tokens = without_end(one.tokens);
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
    *all = all->defined() ? cat({*all, ids}, 1) : ids;
    if (all->size(1) <= model_.length) return next(ids);
    const Tensor scores = model_(Batch{end_of(*all, model_.length).clone(), {}});
    return narrow(scores, 1, scores.size(1) - 1, 1);
  };
}

Answer Answerer::continued(const Sequence& prompt, const Continuation& how, Rng& rng) {
  check_predicts_next();
  const NoGrad guard;
  const Tensor start = end_of(one_row(prompt), model_.length).clone();
  const Tensor next =
      generate(next_scores_in_window(), start,
               {.tokens = how.count, .sampling = how.sampling, .stop = how.stop}, rng);
  const Tensor all = cat({start, next}, 1);
  Sequence symbols = next.to_vector<int64_t>();
  if (ends_with(symbols, how.stop)) symbols.resize(symbols.size() - how.stop.size());
  return {symbols, {end_of(all, model_.length).clone(), {}}, false};
}

}  // namespace heed
