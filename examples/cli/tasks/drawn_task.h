// DrawnTask: examples drawn at random, as many as a run wants.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "heed/examples/cli/tasks/example.h"
#include "heed/framework/base/random.h"

namespace heed {

/// What a DrawnTask is made of.
struct DrawnExamples {
  TaskShape shape;
  double possible;       ///< how many different questions can be drawn
  std::string size_key;  ///< the key to change if these are too few
  std::string sizes;     ///< what makes them so few: "symbols 3, length 1"
  /// Draws a question: all that an example depends on.
  std::function<Sequence(Rng& rng)> draw;
  std::function<Example(const Sequence& question)> example;
  /// Questions that this maps to the same are never on both sides; empty: only equal ones.
  std::function<Sequence(const Sequence& question)> identity = {};
  /// How symbols and targets are written; empty: as numbers.
  std::vector<std::string> words = {};
  /// How targets are written if not like symbols.
  std::vector<std::string> target_words = {};
};

/// Training example `index` of a step is drawn from the stream (seed, data, step, index). The
/// held-out ones are drawn first, all different and at most a quarter of all that exist; a training
/// draw that hits one of them is drawn again.
class DrawnTask : public Task {
 public:
  /// Throws KeyError if so few questions exist that none can be held out.
  DrawnTask(DrawnExamples examples, const TaskSetup& setup);

  TaskShape shape() const override { return examples_.shape; }
  Batch training_batch(int64_t step, int64_t size) const override;
  int64_t evaluation_size() const override { return static_cast<int64_t>(held_out_.size()); }
  Batch evaluation_batch(int64_t first, int64_t size) const override;
  void add_data_to(Crc32&) const override {}  // all is drawn
  const Tokenizer& tokenizer() const override { return tokenizer_; }

 private:
  struct Hash {
    size_t operator()(const Sequence& sequence) const;
  };

  void hold_out(int64_t wanted);
  Sequence identity(const Sequence& question) const;

  DrawnExamples examples_;
  Tokenizer tokenizer_;
  uint64_t seed_;
  std::vector<Example> held_out_;
  std::unordered_set<Sequence, Hash> held_out_set_;  // identities
};

/// symbols·symbols·…, `length` times.
double count_sequences(int64_t symbols, int64_t length);

/// symbols·(symbols − 1)·…, `length` factors: sequences without a repetition.
double count_arrangements(int64_t symbols, int64_t length);

}  // namespace heed
