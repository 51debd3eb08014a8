#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>

#include "heed/examples/cli/tasks/fixed_task.h"
#include "heed/examples/cli/tasks/pairs_file.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/examples/cli/tasks/text_file.h"
#include "heed/examples/cli/tasks/vocabulary.h"
#include "heed/framework/base/random.h"

namespace heed {
namespace {

struct PairsKeys : Keys {
  Value<std::string> file{
      this, {.path = "path", .help = "a text file in UTF-8 with lines SOURCE <tab> TARGET"}};
  Value<TextUnit> tokens{
      this,
      {.path = "tokens",
       .fallback = TextUnit::words,
       .choices = {{"words", TextUnit::words}, {"characters", TextUnit::characters}},
       .help = "unit into which both sides are split"}};
  Value<int64_t> longest{this,
                         {.path = "longest",
                          .fallback = 64,
                          .minimum = 1,
                          .maximum = 65536,
                          .help = "maximum number of tokens of a side; longer sides are rejected"}};
  Value<double> held_out{this,
                         {.path = "held_out",
                          .fallback = 0.1,
                          .minimum = 0.0,
                          .exclusive_minimum = true,
                          .maximum = 0.9,
                          .help = "fraction of the sources that are never trained on"}};
};

using Words = std::vector<std::string>;

Vocabulary vocabulary_of(const std::vector<Pair>& pairs, Words Pair::*side) {
  Vocabulary vocabulary;
  for (const Pair& pair : pairs) {
    for (const std::string& word : pair.*side) vocabulary.add(word);
  }
  vocabulary.number_words();
  return vocabulary;
}

Sequence numbers_of(const Vocabulary& vocabulary, const Words& words) {
  Sequence numbers;
  for (const std::string& word : words) numbers.push_back(vocabulary[word]);
  return numbers;
}

/// The sources to hold out: of those in the file, in a random order, the first ones. It is sources
/// that are split, not pairs, so that one with several targets is on one side with all of them.
std::set<Words> held_out_sources(const std::vector<Pair>& pairs, const PairsKeys& keys,
                                 const TaskSetup& setup) {
  std::set<Words> different;
  for (const Pair& pair : pairs) different.insert(pair.source);
  if (different.size() < 2) {
    keys.file.refuse(keys.file,
                     ": only one different source; at least two are needed, to hold one out");
  }
  std::vector<Words> sources(different.begin(), different.end());
  Rng rng(stream(setup.seed, Purpose::evaluation));
  rng.shuffle(std::span(sources));
  const double count = std::min(keys.held_out * static_cast<double>(sources.size()),
                                static_cast<double>(setup.evaluation_sequences));
  return {sources.begin(), sources.begin() + std::max<int64_t>(1, std::llround(count))};
}

/// The number behind the last word means "start" where an answer is read, and for "end" where
/// it is said.
Example example_of(const Pair& pair, const Vocabulary& source, const Vocabulary& target) {
  Example example{numbers_of(source, pair.source), numbers_of(target, pair.target)};
  example.target.push_back(target.size());
  example.answer_input = shifted(example.target, target.size());
  return example;
}

int64_t longest_of(const std::vector<Pair>& pairs, Words Pair::*side) {
  size_t longest_side = 0;
  for (const Pair& pair : pairs) longest_side = std::max(longest_side, (pair.*side).size());
  return static_cast<int64_t>(longest_side);
}

/// All that the task takes from its file.
std::string text_of_pairs(const std::vector<Pair>& pairs) {
  std::string text;
  for (const Pair& pair : pairs) {
    for (const std::string& word : pair.source) text += word + "\x1f";
    text += "\t";
    for (const std::string& word : pair.target) text += word + "\x1f";
    text += "\n";
  }
  return text;
}

std::unique_ptr<Task> make_pairs(const PairsKeys& keys, const TaskSetup& setup) {
  const std::vector<Pair> pairs = read_pairs_file(keys.file, keys.tokens, keys.longest);
  const Vocabulary source = vocabulary_of(pairs, &Pair::source);
  const Vocabulary target = vocabulary_of(pairs, &Pair::target);
  const std::set<Words> out = held_out_sources(pairs, keys, setup);
  FixedExamples examples{
      .shape = {.symbols = source.size(),
                .classes = target.size() + 1,
                .length = longest_of(pairs, &Pair::source),
                .attends = Attends::encoder_decoder,
                .answer_symbols = target.size() + 1,
                .answer_length = longest_of(pairs, &Pair::target) + 1},
      .training = {},
      .held_out = {},
      .tokenizer = {.unit = keys.tokens,
                    .inputs = source.words(),
                    .targets = target.words(),
                    .answer_end = target.size(),
                    .is_collected = true},
      .files = {data_file(keys.file, text_of_pairs(pairs))},
      .unseen_hint = keys.tokens == TextUnit::words ? "; task.tokens=characters splits words" : ""};
  for (const Pair& pair : pairs) {
    auto& side = out.contains(pair.source) ? examples.held_out : examples.training;
    side.push_back(example_of(pair, source, target));
  }
  return std::make_unique<FixedTask>(std::move(examples), setup);
}

}  // namespace

void add_pairs(Tasks& tasks) {
  tasks.add<PairsKeys>(
      "pairs", "translate the sources in your own file to their targets (encoder and decoder)",
      make_pairs);
}

}  // namespace heed
