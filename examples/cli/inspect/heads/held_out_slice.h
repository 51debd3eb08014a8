// HeldOutSlice: a task with only the first of its held-out sequences.
#pragma once

#include <algorithm>

#include "heed/examples/cli/tasks/task.h"

namespace heed {

/// `task` outlives it.
class HeldOutSlice final : public Task {
 public:
  HeldOutSlice(const Task& task, int64_t most)
      : task_(task), size_(std::min(most, task.evaluation_size())) {}

  TaskShape shape() const override { return task_.shape(); }
  Batch training_batch(int64_t step, int64_t size) const override {
    return task_.training_batch(step, size);
  }
  int64_t evaluation_size() const override { return size_; }
  Batch evaluation_batch(int64_t first, int64_t size) const override {
    return task_.evaluation_batch(first, size);
  }
  void add_data_to(Crc32& checksum) const override { task_.add_data_to(checksum); }
  const Tokenizer& tokenizer() const override { return task_.tokenizer(); }

 private:
  const Task& task_;
  int64_t size_;
};

}  // namespace heed
