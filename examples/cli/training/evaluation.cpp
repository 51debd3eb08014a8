#include "heed/examples/cli/training/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <span>
#include <vector>

#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

/// Targets and predictions that count in one sequence, and how many are right.
struct Score {
  int64_t counted = 0;
  int64_t right = 0;
};

/// The sequences `first` … `first + size − 1` of some set.
using BatchSource = std::function<Batch(int64_t first, int64_t size)>;

Score score(const int64_t* predictions, const int64_t* targets, int64_t length) {
  Score result;
  for (int64_t i = 0; i < length; ++i) {
    if (targets[i] == ignored_target) continue;
    ++result.counted;
    if (predictions[i] == targets[i]) ++result.right;
  }
  return result;
}

/// Some cells of an example and what they are.
struct ExampleRow {
  const char* title;
  std::vector<std::string> cells;
};

/// The symbols as the task writes them; those that do not count are dots.
ExampleRow row_of(const char* title, const Tensor& symbols, const Task& task,
                  std::string (Tokenizer::*text)(int64_t) const) {
  ExampleRow row{title, {}};
  for (const int64_t symbol : symbols.to_vector<int64_t>()) {
    row.cells.push_back(symbol == ignored_target ? "." : (task.tokenizer().*text)(symbol));
  }
  return row;
}

/// A line for each row, with their cells below each other.
std::string rows_text(const std::vector<ExampleRow>& rows) {
  std::vector<size_t> widths(rows.front().cells.size());
  for (const ExampleRow& row : rows) {
    for (size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], displayed_width(row.cells[i]));
    }
  }
  std::string text;
  for (const ExampleRow& row : rows) {
    std::string line = fmt::format("  {:7}", row.title);
    for (size_t i = 0; i < widths.size(); ++i) {
      line += std::string(1 + widths[i] - displayed_width(row.cells[i]), ' ') + row.cells[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    if (!line.empty()) text += line + "\n";
  }
  return text;
}

/// The first sequence of a batch, then `answers` to it.
std::string example_text(const Task& task, const Batch& batch, std::vector<ExampleRow> answers) {
  const ExampleRow input = row_of("input", batch.inputs, task, &Tokenizer::input_text);
  // Only a decoder's answer does not stand below what it answers.
  if (task.shape().attends == Attends::encoder_decoder) {
    return rows_text({input}) + rows_text(answers);
  }
  answers.insert(answers.begin(), input);
  return rows_text(answers);
}

/// A held-out sequence, its target, the model's answer and a mark below each error.
std::string example_text(Model& model, const Task& task, int64_t index) {
  const Batch batch = task.evaluation_batch(index, 1);
  const Tensor predictions = greedy_answer(model, batch, batch.targets.size(1));
  const auto targets = batch.targets.to_vector<int64_t>();
  const auto answers = predictions.to_vector<int64_t>();
  ExampleRow errors{"", {}};
  for (size_t i = 0; i < targets.size(); ++i) {
    const bool is_error = targets[i] != ignored_target && targets[i] != answers[i];
    errors.cells.push_back(is_error ? "^" : "");
  }
  return example_text(task, batch,
                      {row_of("target", batch.targets, task, &Tokenizer::target_text),
                       row_of("model", predictions, task, &Tokenizer::target_text), errors});
}

/// What one batch adds to an Accuracy.
struct BatchScore {
  double loss = 0;
  Score tokens{};
  int64_t right_sequences = 0;
  int64_t first_wrong = -1;  // none
};

BatchScore score_of(Model& model, const Batch& batch, int64_t first) {
  BatchScore result;
  const Tensor scores = model(batch);
  result.loss = sequence_loss(scores, batch.targets, Reduction::sum).item();
  const Tensor predictions = argmax(scores, -1);
  const int64_t length = batch.targets.size(1);
  for (int64_t i = 0; i < batch.targets.size(0); ++i) {
    const Score one = score(predictions.data<int64_t>() + i * length,
                            batch.targets.data<int64_t>() + i * length, length);
    result.tokens.counted += one.counted;
    result.tokens.right += one.right;
    if (one.right == one.counted) {
      ++result.right_sequences;
    } else if (result.first_wrong < 0) {
      result.first_wrong = first + i;
    }
  }
  return result;
}

Accuracy accuracy_on(Model& model, const BatchSource& batches, int64_t size, int64_t batch_size,
                     Team& team) {
  std::vector<BatchScore> parts(static_cast<size_t>((size + batch_size - 1) / batch_size));
  const auto [begin, end] = team.share_of(std::ssize(parts));
  for (int64_t i = begin; i < end && SignalWatch::caught() == 0; ++i) {
    const int64_t first = i * batch_size;
    team.get_on("the evaluation of sequence", first);
    parts[static_cast<size_t>(i)] =
        score_of(model, batches(first, std::min(batch_size, size - first)), first);
  }
  if (const int signal = SignalWatch::agreed(team); signal != 0) throw Interrupted(signal);
  team.complete(std::span(parts));
  Accuracy result{};
  Score tokens;
  int64_t right_sequences = 0;
  for (const BatchScore& part : parts) {
    result.loss += part.loss;
    tokens.counted += part.tokens.counted;
    tokens.right += part.tokens.right;
    right_sequences += part.right_sequences;
    if (!result.first_wrong && part.first_wrong >= 0) result.first_wrong = part.first_wrong;
  }
  result.loss /= static_cast<double>(tokens.counted);
  result.token_accuracy = static_cast<double>(tokens.right) / static_cast<double>(tokens.counted);
  result.sequence_accuracy = static_cast<double>(right_sequences) / static_cast<double>(size);
  return result;
}

}  // namespace

Tensor sequence_loss(const Tensor& scores, const Tensor& targets, Reduction reduction,
                     double label_smoothing) {
  const int64_t positions = targets.numel();
  return cross_entropy(
      scores.reshape({positions, scores.size(-1)}), targets.reshape({positions}),
      {.ignore_index = ignored_target, .reduction = reduction, .label_smoothing = label_smoothing});
}

Batch rows_of(const Batch& batch, int64_t first, int64_t size) {
  const auto cut = [&](const Tensor& tensor) {
    return tensor.defined() ? narrow(tensor, 0, first, size) : Tensor();
  };
  return {cut(batch.inputs), cut(batch.targets), cut(batch.decoder_inputs), cut(batch.lengths)};
}

Tensor greedy_answer(Model& model, const Batch& batch, int64_t length, std::optional<int64_t> end) {
  const NoGrad guard;
  if (model.attends != Attends::encoder_decoder) return argmax(model(batch), -1);
  Rng greedy(stream(0, Purpose::user));  // draws nothing
  const Tensor start = narrow(batch.decoder_inputs, 1, 0, 1);
  const NextScores next = [scores = model.next_scores(batch)](const Tensor& tokens) {
    SignalWatch::poll();
    return scores(tokens);
  };
  GenerationOptions options{.tokens = length};
  if (end) options.stop = {*end};
  return generate(next, start, options, greedy);
}

Evaluation evaluate(Model& model, const Task& task, int64_t batch_size, Team& team) {
  const EvaluationMode mode(model);
  const auto held_out = [&](int64_t first, int64_t size) {
    return task.evaluation_batch(first, size);
  };
  const auto trained = [&](int64_t first, int64_t size) {
    return task.training_set_batch(first, size);
  };
  Evaluation result{accuracy_on(model, held_out, task.evaluation_size(), batch_size, team), {}};
  if (const int64_t size = task.training_set_size(); size > 0) {
    result.training = accuracy_on(model, trained, size, batch_size, team);
  }
  return result;
}

std::string batch_text(const Batch& batch, const Task& task, int64_t most) {
  std::string text;
  for (int64_t i = 0; i < std::min(most, batch.inputs.size(0)); ++i) {
    const Batch one = rows_of(batch, i, 1);
    text += example_text(task, one, {row_of("target", one.targets, task, &Tokenizer::target_text)});
  }
  return text;
}

std::string example_predictions(Model& model, const Task& task,
                                std::optional<int64_t> first_wrong) {
  constexpr int64_t shown = 3;
  const EvaluationMode mode(model);
  std::string text;
  for (int64_t i = 0; i < std::min(shown, task.evaluation_size()); ++i) {
    text += example_text(model, task, i);
  }
  if (first_wrong && *first_wrong >= shown) text += example_text(model, task, *first_wrong);
  text.pop_back();  // the last line break
  return text;
}

}  // namespace heed
