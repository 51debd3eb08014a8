#include "heed/examples/cli/tasks/drawn_task.h"
#include "heed/examples/cli/tasks/sequence_tasks.h"

namespace heed {

void add_noise(Tasks& tasks) {
  tasks.add<SequenceKeys>(
      "noise", "predict the next of uniformly drawn symbols: more than chance is a leak",
      [](const SequenceKeys& keys, const TaskSetup& setup) {
        const int64_t symbols = keys.symbols, length = keys.length;
        return std::make_unique<DrawnTask>(
            DrawnExamples{.shape = {symbols, symbols, length, Attends::causal},
                          .possible = count_sequences(symbols, length + 1),
                          .size_key = keys.length.path(),
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
