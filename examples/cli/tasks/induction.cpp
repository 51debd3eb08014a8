#include <numeric>

#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/tasks/drawn_task.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {
namespace {

const Key<int64_t> symbols{.path = "symbols",
                           .fallback = 32,
                           .minimum = 2,
                           .maximum = 65536,
                           .help = "how many different symbols there are"};
const Key<int64_t> length{.path = "length",
                          .fallback = 32,
                          .minimum = 4,
                          .maximum = 4096,
                          .help = "how many symbols make a sequence"};
const Key<int64_t> segment{.path = "segment",
                           .fallback = 8,
                           .minimum = 2,
                           .maximum = 2048,
                           .help = "how many of them are said twice"};

/// A sequence is: before, segment, between, segment, after. All symbols differ but those of the
/// second segment, so what follows there is what followed the only earlier occurrence. A question
/// is these different symbols, then how many come before and between.
struct Induction {
  int64_t symbols, length, segment;

  int64_t different() const { return length - segment; }
  /// Symbols outside of both segments.
  int64_t spare() const { return length - 2 * segment; }

  Sequence draw(Rng& rng) const {
    Sequence question(static_cast<size_t>(symbols));
    std::iota(question.begin(), question.end(), 0);
    rng.shuffle(std::span(question));
    question.resize(static_cast<size_t>(different()));
    const int64_t between = rng.integer(0, spare() + 1);
    question.push_back(rng.integer(0, spare() - between + 1));
    question.push_back(between);
    return question;
  }

  Example example(const Sequence& question) const {
    const auto before = question[question.size() - 2];
    const auto first = question.begin() + before;
    const auto second = first + segment + question.back();
    Sequence sequence(question.begin(), second);
    sequence.insert(sequence.end(), first, first + segment);
    sequence.insert(sequence.end(), second, question.end() - 2);
    Sequence target(sequence.size(), ignored_target);
    std::copy(first + 1, first + segment, target.begin() + (second - question.begin()));
    return {std::move(sequence), std::move(target)};
  }
};

void check_induction(const Induction& sizes) {
  if (sizes.spare() < 0) {
    throw KeyError("task.segment", "two segments of ", sizes.segment, " do not fit in the length ",
                   sizes.length);
  }
  if (sizes.symbols < sizes.different()) {
    throw KeyError("task.symbols", "all but the second segment are different: ", sizes.symbols,
                   " symbols, ", sizes.different(), " are needed");
  }
}

}  // namespace

void add_induction_task(Registry& registry) {
  registry.add_task(
      {"induction",
       "go on as a segment did when it was said before, wherever that was",
       {symbols, length, segment}},
      [](const Section& options, const TaskSetup& setup) {
        const Induction sizes{options[symbols], options[length], options[segment]};
        check_induction(sizes);
        const auto places = static_cast<double>((sizes.spare() + 1) * (sizes.spare() + 2) / 2);
        return std::make_unique<DrawnTask>(
            DrawnExamples{
                .shape = {sizes.symbols, sizes.symbols, sizes.length, Attends::causal},
                .possible = places * count_arrangements(sizes.symbols, sizes.different()),
                .size_key = "task.symbols",
                .sizes = text_of("symbols ", sizes.symbols, ", length ", sizes.length, ", segment ",
                                 sizes.segment),
                .draw = [=](Rng& rng) { return sizes.draw(rng); },
                .example = [=](const Sequence& question) { return sizes.example(question); }},
            setup);
      });
}

}  // namespace heed
