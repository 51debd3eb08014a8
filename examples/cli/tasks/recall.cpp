#include <algorithm>
#include <numeric>

#include "heed/examples/cli/tasks/drawn_task.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

/// A sequence is: key, value, key, value, …, then keys that occurred, in any order; at these the
/// target is the value. Symbols 0 … keys − 1 are keys, the values follow; as targets the values
/// begin at 0. A question is the sequence itself.
struct Recall : Keys {
  Value<int64_t> pairs{this,
                       {.path = "pairs",
                        .fallback = 8,
                        .minimum = 1,
                        .maximum = 1024,
                        .help = "number of keys, each followed by its value"}};
  Optional<int64_t> queries{this,
                            {.path = "queries",
                             .otherwise = "pairs",
                             .minimum = 1,
                             .maximum = 1024,
                             .help = "number of these keys that are queried"}};
  Value<int64_t> keys{this,
                      {.path = "keys",
                       .fallback = 16,
                       .minimum = 1,
                       .maximum = 32768,
                       .help = "number of different keys"}};
  Value<int64_t> values{this,
                        {.path = "values",
                         .fallback = 16,
                         .minimum = 2,
                         .maximum = 32768,
                         .help = "number of different values"}};

  int64_t asked() const { return queries.value_or(pairs); }
  int64_t length() const { return 2 * pairs + asked(); }

  Sequence draw(Rng& rng) const {
    Sequence different(static_cast<size_t>(*keys));
    std::iota(different.begin(), different.end(), 0);
    rng.shuffle(std::span(different));
    different.resize(static_cast<size_t>(*pairs));
    Sequence question;
    for (const int64_t key : different) {
      question.push_back(key);
      question.push_back(keys + rng.integer(0, values));
    }
    rng.shuffle(std::span(different));
    question.insert(question.end(), different.data(), different.data() + asked());
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

  void check() const {
    if (pairs > keys) {
      pairs.refuse("each pair has its own key: ", counted(pairs, "pair"), ", ",
                   counted(keys, "key"));
    }
    if (asked() > pairs) {
      queries.refuse("a key is queried once: ", asked(), " queries, ", counted(pairs, "pair"));
    }
  }
};

}  // namespace

void add_recall(Tasks& tasks) {
  tasks.add<Recall>(
      "recall", "output the values of keys that were paired with them",
      [](const Recall& keys, const TaskSetup& setup) {
        keys.check();
        return std::make_unique<DrawnTask>(
            DrawnExamples{
                .shape = {keys.keys + keys.values, keys.values, keys.length(), Attends::causal},
                .possible = count_arrangements(keys.keys, keys.pairs) *
                            count_sequences(keys.values, keys.pairs) *
                            count_arrangements(keys.pairs, keys.asked()),
                .size_key = keys.pairs.path(),
                .sizes =
                    text_of("pairs ", keys.pairs, ", keys ", keys.keys, ", values ", keys.values),
                .draw = [=](Rng& rng) { return keys.draw(rng); },
                .example = [=](const Sequence& question) { return keys.example(question); }},
            setup);
      });
}

}  // namespace heed
