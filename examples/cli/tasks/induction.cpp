#include <numeric>

#include "heed/examples/cli/tasks/drawn_task.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

/// A sequence is: before, segment, between, segment, after. All symbols differ but those of the
/// second segment, so what follows there is what followed the only earlier occurrence. A question
/// is these different symbols, then how many come before and between.
struct Induction : Keys {
  Value<int64_t> symbols{this,
                         {.path = "symbols",
                          .fallback = 32,
                          .minimum = 2,
                          .maximum = 65536,
                          .help = "number of different symbols"}};
  Value<int64_t> length{this,
                        {.path = "length",
                         .fallback = 32,
                         .minimum = 4,
                         .maximum = 4096,
                         .help = "number of symbols in a sequence"}};
  Value<int64_t> segment{this,
                         {.path = "segment",
                          .fallback = 8,
                          .minimum = 2,
                          .maximum = 2048,
                          .help = "number of symbols that are repeated"}};

  int64_t different() const { return length - segment; }
  /// Symbols outside of both segments.
  int64_t spare() const { return length - 2 * segment; }

  Sequence draw(Rng& rng) const {
    Sequence question(static_cast<size_t>(*symbols));
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
    const int64_t* const first = question.data() + before;
    const int64_t* const second = first + segment + question.back();
    Sequence sequence(question.data(), second);
    sequence.insert(sequence.end(), first, first + segment);
    sequence.insert(sequence.end(), second, question.data() + question.size() - 2);
    Sequence target(sequence.size(), ignored_target);
    std::copy(first + 1, first + segment, target.data() + (second - question.data()));
    return {std::move(sequence), std::move(target)};
  }

  void check() const {
    if (spare() < 0) {
      segment.refuse("two segments of ", segment, " do not fit in the length ", length);
    }
    if (symbols < different()) {
      symbols.refuse("all but the second segment are different: ", counted(symbols, "symbol"), ", ",
                     different(), " are needed");
    }
  }
};

}  // namespace

void add_induction(Tasks& tasks) {
  tasks.add<Induction>(
      "induction", "continue a repeated segment, wherever it first occurred",
      [](const Induction& keys, const TaskSetup& setup) {
        keys.check();
        const auto places = static_cast<double>((keys.spare() + 1) * (keys.spare() + 2) / 2);
        return std::make_unique<DrawnTask>(
            DrawnExamples{
                .shape = {keys.symbols, keys.symbols, keys.length, Attends::causal},
                .possible = places * count_arrangements(keys.symbols, keys.different()),
                .size_key = keys.symbols.path(),
                .sizes = text_of("symbols ", keys.symbols, ", length ", keys.length, ", segment ",
                                 keys.segment),
                .draw = [=](Rng& rng) { return keys.draw(rng); },
                .example = [=](const Sequence& question) { return keys.example(question); }},
            setup);
      });
}

}  // namespace heed
