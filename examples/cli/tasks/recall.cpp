#include <algorithm>
#include <numeric>

#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/tasks/drawn_task.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {
namespace {

const Key<int64_t> pairs{.path = "pairs",
                         .fallback = 8,
                         .minimum = 1,
                         .maximum = 1024,
                         .help = "how many keys with their values are said"};
const OptionalKey<int64_t> queries{.path = "queries",
                                   .otherwise = "pairs",
                                   .minimum = 1,
                                   .maximum = 1024,
                                   .help = "how many of these keys are asked for"};
const Key<int64_t> keys{.path = "keys",
                        .fallback = 16,
                        .minimum = 1,
                        .maximum = 32768,
                        .help = "how many different keys there are"};
const Key<int64_t> values{.path = "values",
                          .fallback = 16,
                          .minimum = 2,
                          .maximum = 32768,
                          .help = "how many different values there are"};

/// A sequence is: key, value, key, value, …, then keys that were said, in any order; at these the
/// target is the value. Symbols 0 … keys − 1 are keys, the values follow; as targets the values
/// begin at 0. A question is the sequence itself.
struct Recall {
  int64_t pairs, queries, keys, values;

  int64_t length() const { return 2 * pairs + queries; }

  Sequence draw(Rng& rng) const {
    Sequence different(static_cast<size_t>(keys));
    std::iota(different.begin(), different.end(), 0);
    rng.shuffle(std::span(different));
    different.resize(static_cast<size_t>(pairs));
    Sequence question;
    for (const int64_t key : different) {
      question.push_back(key);
      question.push_back(keys + rng.integer(0, values));
    }
    rng.shuffle(std::span(different));
    question.insert(question.end(), different.begin(), different.begin() + queries);
    return question;
  }

  Example example(const Sequence& question) const {
    Sequence target(question.size(), ignored_target);
    for (auto at = static_cast<size_t>(2 * pairs); at < question.size(); ++at) {
      const auto said = std::find(question.begin(), question.end(), question[at]);
      target[at] = *(said + 1) - keys;
    }
    return {question, std::move(target)};
  }
};

void check_recall(const Recall& sizes) {
  if (sizes.pairs > sizes.keys) {
    throw KeyError("task.pairs", "each pair has another key: ", sizes.pairs, " pairs, ", sizes.keys,
                   " keys");
  }
  if (sizes.queries > sizes.pairs) {
    throw KeyError("task.queries", "a key is asked for once: ", sizes.queries, " queries, ",
                   sizes.pairs, " pairs");
  }
}

}  // namespace

void add_recall_task(Registry& registry) {
  registry.add_task(
      {"recall",
       "say the values of keys that were paired with them",
       {pairs, queries, keys, values}},
      [](const Section& options, const TaskSetup& setup) {
        const Recall sizes{options[pairs], options[queries].value_or(options[pairs]), options[keys],
                           options[values]};
        check_recall(sizes);
        return std::make_unique<DrawnTask>(
            DrawnExamples{
                .shape = {sizes.keys + sizes.values, sizes.values, sizes.length(), Attends::causal},
                .possible = count_arrangements(sizes.keys, sizes.pairs) *
                            count_sequences(sizes.values, sizes.pairs) *
                            count_arrangements(sizes.pairs, sizes.queries),
                .size_key = "task.pairs",
                .sizes = text_of("pairs ", sizes.pairs, ", keys ", sizes.keys, ", values ",
                                 sizes.values),
                .draw = [=](Rng& rng) { return sizes.draw(rng); },
                .example = [=](const Sequence& question) { return sizes.example(question); }},
            setup);
      });
}

}  // namespace heed
