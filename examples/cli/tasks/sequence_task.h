// Sequence tasks: random sequences of a fixed length, and an answer as long as the sequence.
#pragma once

#include <string>

#include "heed/examples/cli/config/key.h"
#include "heed/examples/cli/tasks/example.h"

namespace heed {

class Registry;
class Rng;

/// The right answer to a sequence: as long, and of the same symbols.
using AnswerRule = Sequence (*)(const Sequence& source);

/// The keys of every sequence task, and of others that have the like.
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

/// Registers the task of an answer under a name. With Attends::encoder_decoder the answer is
/// written symbol by symbol after a start symbol, which is the number `symbols`.
void add_sequence_task(Registry& registry, const std::string& name, const std::string& help,
                       AnswerRule answer, Attends attends = Attends::self);

/// `length` symbols, each drawn evenly from [0, symbols).
Sequence draw_sequence(Rng& rng, int64_t symbols, int64_t length);

}  // namespace heed
