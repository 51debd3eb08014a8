// AskedSequences: custom inputs as the held-out sequences of a task, the model's own answers
// being their targets.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/inspect/answering.h"

namespace heed {

/// One sequence to a batch, as they have different lengths. `form` outlives it.
class AskedSequences final : public Task {
 public:
  /// Asks the model. Throws ConfigError naming an input that it cannot read, or that has no answer.
  AskedSequences(Model& model, const TaskForm& form, const std::vector<std::string>& inputs);

  TaskShape shape() const override { return form_.shape; }
  Batch training_batch(int64_t, int64_t) const override { return batches_.front(); }
  int64_t evaluation_size() const override { return std::ssize(batches_); }
  Batch evaluation_batch(int64_t first, int64_t) const override {
    return batches_[static_cast<size_t>(first)];
  }
  void add_data_to(Crc32&) const override {}
  const Tokenizer& tokenizer() const override { return form_.tokenizer; }

 private:
  const TaskForm& form_;
  std::vector<Batch> batches_;
};

}  // namespace heed
