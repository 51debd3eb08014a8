// FixedTask: a list of examples, some of them held out; the others come again and again.
#pragma once

#include <vector>

#include "heed/examples/cli/tasks/example.h"

namespace heed {

/// What a FixedTask is made of. Neither list is empty.
struct FixedExamples {
  TaskShape shape;
  std::vector<Example> training;
  std::vector<Example> held_out;
  Tokenizer tokenizer = {};
  std::vector<DataFile> files = {};
  std::vector<std::string> warnings = {};
  std::string unseen_hint = {};  ///< what may help where held-out targets are never trained on
};

/// Training example `index` of a step is drawn from the stream (seed, data, step, index).
class FixedTask final : public Task {
 public:
  FixedTask(FixedExamples examples, const TaskSetup& setup);

  TaskShape shape() const override { return examples_.shape; }
  Batch training_batch(int64_t step, int64_t size) const override;
  int64_t evaluation_size() const override;
  Batch evaluation_batch(int64_t first, int64_t size) const override;
  int64_t training_set_size() const override;
  Batch training_set_batch(int64_t first, int64_t size) const override;
  void add_data_to(Crc32& checksum) const override;
  std::vector<DataFile> files() const override { return examples_.files; }
  std::vector<std::string> warnings() const override;
  const Tokenizer& tokenizer() const override { return examples_.tokenizer; }

 private:
  FixedExamples examples_;
  TaskSetup setup_;
};

}  // namespace heed
