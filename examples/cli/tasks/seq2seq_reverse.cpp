#include "heed/examples/cli/tasks/sequence_task.h"
#include "heed/examples/cli/tasks/tasks.h"

namespace heed {

void add_seq2seq_reverse_task(Registry& registry) {
  add_sequence_task(
      registry, "seq2seq_reverse",
      "say the sequence backwards, symbol by symbol (encoder and decoder)",
      [](const Sequence& source) { return Sequence(source.rbegin(), source.rend()); },
      Attends::encoder_decoder);
}

}  // namespace heed
