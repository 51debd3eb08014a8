#include "heed/examples/cli/tasks/drawn_task.h"
#include "heed/examples/cli/tasks/sequence_task.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {

void add_noise_task(Registry& registry) {
  registry.add_task(
      {"noise",
       "guess the next of symbols that are drawn evenly: more than chance is a leak",
       {sequence_keys::symbols, sequence_keys::length}},
      [](const Section& options, const TaskSetup& setup) {
        const int64_t symbols = options[sequence_keys::symbols];
        const int64_t length = options[sequence_keys::length];
        return std::make_unique<DrawnTask>(
            DrawnExamples{.shape = {symbols, symbols, length, Attends::causal},
                          .possible = count_sequences(symbols, length + 1),
                          .size_key = "task.length",
                          .sizes = text_of("symbols ", symbols, ", length ", length),
                          .draw = [=](Rng& rng) { return draw_sequence(rng, symbols, length + 1); },
                          .example =
                              [](const Sequence& drawn) {
                                return Example{Sequence(drawn.begin(), drawn.end() - 1),
                                               Sequence(drawn.begin() + 1, drawn.end())};
                              }},
            setup);
      });
}

}  // namespace heed
