#include "heed/examples/cli/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

/// Evaluation mode without recording, for as long as it lives.
class EvaluationMode {
 public:
  explicit EvaluationMode(Model& model) : model_(model) { model_.eval(); }
  ~EvaluationMode() { model_.train(); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  Model& model_;
  NoGrad guard_;
};

/// Targets and predictions that count in one sequence, and how many are right.
struct Score {
  int64_t counted = 0;
  int64_t right = 0;
};

Score score(const int64_t* predictions, const int64_t* targets, int64_t length) {
  Score result;
  for (int64_t i = 0; i < length; ++i) {
    if (targets[i] == ignored_target) continue;
    ++result.counted;
    if (predictions[i] == targets[i]) ++result.right;
  }
  return result;
}

std::string symbols_text(const char* title, const std::vector<int64_t>& symbols, size_t width) {
  std::string line = fmt::format("  {:7}", title);
  for (const int64_t symbol : symbols) {
    line += symbol == ignored_target ? fmt::format(" {:>{}}", ".", width)
                                     : fmt::format(" {:>{}}", symbol, width);
  }
  return line + "\n";
}

std::string example_text(Model& model, const Task& task, int64_t index) {
  const Batch batch = task.evaluation_batch(index, 1);
  const auto targets = batch.targets.to_vector<int64_t>();
  const auto predictions = argmax(model(batch.inputs), -1).to_vector<int64_t>();
  const TaskShape shape = task.shape();
  const size_t width = fmt::formatted_size("{}", std::max(shape.symbols, shape.classes) - 1);
  std::string marks = fmt::format("  {:7}", "");
  for (size_t i = 0; i < targets.size(); ++i) {
    const bool wrong = targets[i] != ignored_target && targets[i] != predictions[i];
    marks += fmt::format(" {:>{}}", wrong ? "^" : "", width);
  }
  marks.erase(marks.find_last_not_of(' ') + 1);
  return symbols_text("input", batch.inputs.to_vector<int64_t>(), width) +
         symbols_text("target", targets, width) + symbols_text("model", predictions, width) +
         (marks.empty() ? "" : marks + "\n");
}

}  // namespace

Tensor sequence_loss(const Tensor& scores, const Tensor& targets, Reduction reduction) {
  const int64_t positions = targets.numel();
  return cross_entropy(scores.reshape({positions, scores.size(-1)}), targets.reshape({positions}),
                       {.ignore_index = ignored_target, .reduction = reduction});
}

Evaluation evaluate(Model& model, const Task& task, int64_t batch_size) {
  const EvaluationMode mode(model);
  Evaluation result{};
  Score tokens;
  int64_t right_sequences = 0;
  const int64_t size = task.evaluation_size();
  for (int64_t first = 0; first < size; first += batch_size) {
    const Batch batch = task.evaluation_batch(first, std::min(batch_size, size - first));
    const Tensor scores = model(batch.inputs);
    result.loss += sequence_loss(scores, batch.targets, Reduction::sum).item();
    const Tensor predictions = argmax(scores, -1);
    const int64_t length = batch.targets.size(1);
    for (int64_t i = 0; i < batch.targets.size(0); ++i) {
      const Score one = score(predictions.data<int64_t>() + i * length,
                              batch.targets.data<int64_t>() + i * length, length);
      tokens.counted += one.counted;
      tokens.right += one.right;
      if (one.right == one.counted) {
        ++right_sequences;
      } else if (!result.first_wrong) {
        result.first_wrong = first + i;
      }
    }
  }
  result.loss /= static_cast<double>(tokens.counted);
  result.token_accuracy = static_cast<double>(tokens.right) / static_cast<double>(tokens.counted);
  result.sequence_accuracy = static_cast<double>(right_sequences) / static_cast<double>(size);
  return result;
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
