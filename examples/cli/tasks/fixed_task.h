// FixedTask: a list of examples, some of them held out; the others come again and again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/tasks/example.h"

namespace heed {

/// What a FixedTask is made of. Neither list is empty.
struct FixedExamples {
  TaskShape shape;
  std::vector<Example> training;
  std::vector<Example> held_out;
  /// How symbols are shown; empty: as numbers.
  std::vector<std::string> input_words = {};
  std::vector<std::string> target_words = {};
  std::string vocabulary = {};  ///< see Task; likewise, unless empty:
  std::function<Sequence(std::string_view text)> read_input = {};
  std::function<std::string(const Sequence& targets)> answer_text = {};
  std::optional<int64_t> answer_end = {};
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
  std::string input_text(int64_t symbol) const override;
  std::string target_text(int64_t symbol) const override;
  std::string vocabulary() const override { return examples_.vocabulary; }
  Sequence read_input(std::string_view text) const override {
    return examples_.read_input ? examples_.read_input(text) : Task::read_input(text);
  }
  std::string answer_text(const Sequence& targets) const override {
    return examples_.answer_text ? examples_.answer_text(targets) : Task::answer_text(targets);
  }
  std::optional<int64_t> answer_end() const override { return examples_.answer_end; }

 private:
  FixedExamples examples_;
  TaskSetup setup_;
};

}  // namespace heed
