#include <cmath>
#include <span>
#include <utility>

#include "heed/examples/cli/tasks/fixed_task.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/framework/base/random.h"

namespace heed {
namespace {

struct ModularAdditionKeys : Keys {
  Value<int64_t> modulus{this,
                         {.path = "modulus",
                          .fallback = 59,
                          .minimum = 2,
                          .maximum = 1024,
                          .help = "p: sums are taken modulo p"}};
  Value<double> train_fraction{this,
                               {.path = "train_fraction",
                                .fallback = 0.5,
                                .minimum = 0.0,
                                .exclusive_minimum = true,
                                .maximum = 1.0,
                                .help = "fraction of all pairs to train on; the rest is held out"}};
};

/// a, b, "=": at the last the target is (a + b) mod p. Symbols 0 … p − 1 are numbers, p is "=".
Example residue_sum(int64_t a, int64_t b, int64_t p) {
  return {{a, b, p}, {ignored_target, ignored_target, (a + b) % p}};
}

/// All a ≤ b < p in a random order. Since a + b is b + a, who has seen the one knows the other:
/// both orders of a pair are on the same side.
std::vector<std::pair<int64_t, int64_t>> shuffled_pairs(int64_t p, uint64_t seed) {
  std::vector<std::pair<int64_t, int64_t>> pairs;
  for (int64_t a = 0; a < p; ++a) {
    for (int64_t b = a; b < p; ++b) pairs.emplace_back(a, b);
  }
  Rng rng(stream(seed, Purpose::evaluation));
  rng.shuffle(std::span(pairs));
  return pairs;
}

std::vector<std::string> words_of(int64_t p) {
  std::vector<std::string> words;
  for (int64_t number = 0; number < p; ++number) words.push_back(std::to_string(number));
  words.push_back("=");
  return words;
}

std::unique_ptr<Task> make_modular_addition(const ModularAdditionKeys& keys,
                                            const TaskSetup& setup) {
  const int64_t p = keys.modulus;
  const auto pairs = shuffled_pairs(p, setup.seed);
  const auto total = std::ssize(pairs);
  const auto trained = std::llround(keys.train_fraction * static_cast<double>(total));
  if (trained == 0 || trained == total) {
    keys.train_fraction.refuse("leaves ", trained, " of ", total,
                               " pairs to train on; at least one on either side is needed");
  }
  FixedExamples examples{.shape = {p + 1, p, 3, Attends::causal},
                         .training = {},
                         .held_out = {},
                         .tokenizer = {.inputs = words_of(p)}};
  for (int64_t i = 0; i < total; ++i) {
    const auto [a, b] = pairs[static_cast<size_t>(i)];
    auto& side = i < trained ? examples.training : examples.held_out;
    side.push_back(residue_sum(a, b, p));
    if (a != b) side.push_back(residue_sum(b, a, p));
  }
  return std::make_unique<FixedTask>(std::move(examples), setup);
}

}  // namespace

void add_modular_addition(Tasks& tasks) {
  tasks.add<ModularAdditionKeys>("modular_addition",
                                 "(a + b) mod p, trained on a fraction of all pairs",
                                 make_modular_addition);
}

}  // namespace heed
