// Sequence tasks: random sequences of a fixed length, and an answer as long as the sequence.
#pragma once

#include <string>

#include "heed/examples/cli/tasks/example.h"
#include "heed/examples/cli/tasks/tasks.h"

namespace heed {

class Rng;

/// The right answer to a sequence: as long, and of the same symbols.
using AnswerRule = Sequence (*)(const Sequence& source);

/// The keys of every sequence task, and of others with the same keys.
struct SequenceKeys : Keys {
  Value<int64_t> symbols{this,
                         {.path = "symbols",
                          .fallback = 10,
                          .minimum = 2,
                          .maximum = 65536,
                          .help = "number of different symbols"}};
  Value<int64_t> length{this,
                        {.path = "length",
                         .fallback = 16,
                         .minimum = 1,
                         .maximum = 4096,
                         .help = "number of symbols in a sequence"}};
};

/// Adds the task of an answer under a name. With Attends::encoder_decoder the answer is written
/// symbol by symbol after a start symbol, which is the number `symbols`.
void add_sequence_task(Tasks& tasks, const std::string& name, const std::string& help,
                       AnswerRule answer, Attends attends = Attends::self);

/// `length` symbols, each drawn uniformly from [0, symbols).
Sequence draw_sequence(Rng& rng, int64_t symbols, int64_t length);

}  // namespace heed
