#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <span>

#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/tasks/fixed_task.h"
#include "heed/examples/cli/tasks/pairs_file.h"
#include "heed/examples/cli/tasks/read_symbols.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/examples/cli/tasks/vocabulary.h"
#include "heed/examples/cli/training/registry.h"
#include "heed/framework/base/random.h"

namespace heed {
namespace {

const Key<std::string> path{.path = "path",
                            .help = "a text file in UTF-8 with lines SOURCE <tab> TARGET"};
const Key<std::string> tokens{.path = "tokens",
                              .fallback = "words",
                              .choices = {"words", "characters"},
                              .help = "what both sides are made of"};
const Key<int64_t> longest{.path = "longest",
                           .fallback = 64,
                           .minimum = 1,
                           .maximum = 65536,
                           .help = "a side with more of these is refused"};
const Key<double> held_out{.path = "held_out",
                           .fallback = 0.1,
                           .minimum = 0.0,
                           .exclusive_minimum = true,
                           .maximum = 0.9,
                           .help = "share of the sources that are never trained on"};

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
std::set<Words> held_out_sources(const std::vector<Pair>& pairs, double share,
                                 const TaskSetup& setup, const std::string& file) {
  std::set<Words> different;
  for (const Pair& pair : pairs) different.insert(pair.source);
  if (different.size() < 2) {
    throw KeyError("task.path", file,
                   ": only one different source; at least two are needed, to hold one out");
  }
  std::vector<Words> sources(different.begin(), different.end());
  Rng rng(stream(setup.seed, Purpose::evaluation));
  rng.shuffle(std::span(sources));
  const double count = std::min(share * static_cast<double>(sources.size()),
                                static_cast<double>(setup.evaluation_sequences));
  return {sources.begin(), sources.begin() + std::max<int64_t>(1, std::llround(count))};
}

/// The number behind the last word stands for "start" where an answer is read, and for "end" where
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

std::function<Sequence(std::string_view text)> reader_of(const Vocabulary& source,
                                                         PairsTokens kind) {
  return [source, kind](std::string_view text) {
    return kind == PairsTokens::words ? read_symbols(split_words(text), "word", source)
                                      : read_symbols(split_characters(text), "character", source);
  };
}

/// As the file has it; the end of an answer is no part of it.
std::function<std::string(const Sequence& targets)> writer_of(const Vocabulary& target,
                                                              PairsTokens kind) {
  return [words = target.words(), kind](const Sequence& targets) {
    std::string text;
    for (const int64_t number : targets) {
      if (number == std::ssize(words)) break;
      if (kind == PairsTokens::words && !text.empty()) text += " ";
      text += words.at(static_cast<size_t>(number));
    }
    return text;
  };
}

std::unique_ptr<Task> make_pairs_task(const Section& options, const TaskSetup& setup) {
  const auto kind = options[tokens] == "words" ? PairsTokens::words : PairsTokens::characters;
  const std::vector<Pair> pairs = read_pairs_file(options[path], kind, options[longest]);
  const Vocabulary source = vocabulary_of(pairs, &Pair::source);
  const Vocabulary target = vocabulary_of(pairs, &Pair::target);
  const std::set<Words> out = held_out_sources(pairs, options[held_out], setup, options[path]);
  FixedExamples examples{.shape = {.symbols = source.size(),
                                   .classes = target.size() + 1,
                                   .length = longest_of(pairs, &Pair::source),
                                   .attends = Attends::encoder_decoder,
                                   .answer_symbols = target.size() + 1,
                                   .answer_length = longest_of(pairs, &Pair::target) + 1},
                         .training = {},
                         .held_out = {},
                         .input_words = visible_words(source),
                         .target_words = visible_words(target, {"<end>"}),
                         .vocabulary = "{\n  \"source\": " + json_array(source.words()) +
                                       ",\n  \"target\": " + json_array(target.words()) + "\n}\n",
                         .read_input = reader_of(source, kind),
                         .answer_text = writer_of(target, kind),
                         .answer_end = target.size()};
  for (const Pair& pair : pairs) {
    auto& side = out.contains(pair.source) ? examples.held_out : examples.training;
    side.push_back(example_of(pair, source, target));
  }
  return std::make_unique<FixedTask>(std::move(examples), setup);
}

}  // namespace

void add_pairs_task(Registry& registry) {
  registry.add_task({"pairs",
                     "the targets of the sources in a file of your own (encoder and decoder)",
                     {path, tokens, longest, held_out}},
                    make_pairs_task);
}

}  // namespace heed
