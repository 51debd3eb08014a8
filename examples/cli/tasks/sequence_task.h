// SequenceTask: random sequences of a fixed length, and an answer as long as the sequence.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_set>
#include <vector>

#include "heed/examples/cli/config/key.h"
#include "heed/examples/cli/tasks/task.h"
#include "heed/framework/base/random.h"

namespace heed {

class Registry;

using Sequence = std::vector<int64_t>;
/// The right answer to a sequence: as long, and of the same symbols.
using Answer = Sequence (*)(const Sequence& source);

/// The keys of every SequenceTask.
namespace sequence_keys {
inline const Key<int64_t> symbols{.path = "symbols",
                                  .fallback = 10,
                                  .minimum = 2,
                                  .maximum = 65536,
                                  .help = "how many different symbols there are"};
inline const Key<int64_t> length{.path = "length",
                                 .fallback = 16,
                                 .minimum = 1,
                                 .maximum = 4096,
                                 .help = "how many symbols make a sequence"};
}  // namespace sequence_keys

/// Training sequence `index` of a step is drawn from the stream (seed, data, step, index). The
/// held-out ones are drawn first, all different and at most a quarter of all that exist; a training
/// draw that hits one of them is drawn again.
class SequenceTask : public Task {
 public:
  SequenceTask(const Section& options, const TaskSetup& setup, Answer answer,
               Attends attends = Attends::tokens);

  TaskShape shape() const override { return {symbols_, symbols_, length_, attends_}; }
  Batch training_batch(int64_t step, int64_t size) const override;
  int64_t evaluation_size() const override { return static_cast<int64_t>(held_out_.size()); }
  Batch evaluation_batch(int64_t first, int64_t size) const override;

 private:
  struct Hash {
    size_t operator()(const Sequence& sequence) const;
  };

  void hold_out(int64_t wanted);
  Sequence draw(Rng& rng) const;
  Batch batch_of(const std::vector<Sequence>& sources) const;

  int64_t symbols_;
  int64_t length_;
  uint64_t seed_;
  Answer answer_;
  Attends attends_;
  std::vector<Sequence> held_out_;
  std::unordered_set<Sequence, Hash> held_out_set_;
};

/// Registers the SequenceTask of an answer under a name.
void add_sequence_task(Registry& registry, const std::string& name, const std::string& help,
                       Answer answer, Attends attends = Attends::tokens);

}  // namespace heed
