#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>

#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/tasks/fixed_task.h"
#include "heed/examples/cli/tasks/kept_words.h"
#include "heed/examples/cli/tasks/pairs_file.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/examples/cli/tasks/text_file.h"
#include "heed/examples/cli/tasks/vocabulary.h"
#include "heed/framework/base/random.h"

namespace heed {
namespace {

struct PairsKeys : Keys {
  Value<std::string> file{
      this,
      {.path = "path",
       .is_path = true,
       .help = "a text file in UTF-8 with lines SOURCE <tab> TARGET; a relative "
               "path starts in the folder of the configuration"}};
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
                          .help = "fraction of the sources that are never trained on; unused "
                                  "with held_out_path"}};
  Optional<std::string> held_out_path{
      this,
      {.path = "held_out_path",
       .otherwise = "a part of path",
       .is_path = true,
       .help = "a file of such lines to evaluate on; lines of path with the same source are left "
               "out"}};
  VocabularyChoice words{this};
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

/// The pairs of the files of a task, those to hold out apart.
struct SplitPairs {
  std::vector<Pair> training;
  std::vector<Pair> held_out;
  std::vector<DataFile> files;
  std::vector<std::string> warnings;
};

/// All that the task takes from a file.
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

std::vector<Pair> read_pairs(const PairsKeys& keys, const NamedFile& file,
                             std::vector<DataFile>& files) {
  std::vector<Pair> pairs = read_pairs_file(file, keys.tokens, keys.longest);
  files.push_back(data_file(file, text_of_pairs(pairs)));
  return pairs;
}

/// The sources to hold out: of those in the file, in a random order, the first ones. It is sources
/// that are split, not pairs, so that one with several targets is on one side with all of them.
std::set<Words> held_out_sources(const std::vector<Pair>& pairs, const PairsKeys& keys,
                                 const TaskSetup& setup) {
  std::set<Words> different;
  for (const Pair& pair : pairs) different.insert(pair.source);
  if (different.size() < 2) {
    keys.file.refuse(shown_path(keys.file),
                     ": only one different source; at least two are needed, to hold one out");
  }
  std::vector<Words> sources(different.begin(), different.end());
  Rng rng(stream(setup.seed, Purpose::evaluation));
  rng.shuffle(std::span(sources));
  const double count = std::min(keys.held_out * static_cast<double>(sources.size()),
                                static_cast<double>(setup.evaluation_sequences));
  return {sources.data(), sources.data() + std::max<int64_t>(1, std::llround(count))};
}

SplitPairs split_pairs(const PairsKeys& keys, const TaskSetup& setup) {
  SplitPairs split;
  std::vector<Pair> pairs = read_pairs(keys, {keys.file.path(), keys.file}, split.files);
  std::set<Words> out;
  if (keys.held_out_path) {
    const NamedFile file{keys.held_out_path.path(), *keys.held_out_path};
    split.held_out = read_pairs(keys, file, split.files);
    for (const Pair& pair : split.held_out) out.insert(pair.source);
  } else {
    out = held_out_sources(pairs, keys, setup);
  }
  for (Pair& pair : pairs) {
    if (!out.contains(pair.source)) {
      split.training.push_back(std::move(pair));
    } else if (!keys.held_out_path) {
      split.held_out.push_back(std::move(pair));
    }
  }
  if (!keys.held_out_path) return split;
  if (split.training.empty()) {
    keys.held_out_path.refuse(
        "it holds out every source of task.path: nothing is left to train on");
  }
  if (const auto left_out = pairs.size() - split.training.size(); left_out > 0) {
    split.warnings.push_back(text_of(left_out, " of ", pairs.size(),
                                     " lines of task.path are not trained on: their sources are in "
                                     "task.held_out_path"));
  }
  return split;
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

/// What the words of both sides are, and how long a side can be.
struct PairsForm {
  Vocabulary source;
  Vocabulary target;
  int64_t source_length;
  int64_t target_length;
};

/// Keeps the words of a trained model; lines with others are refused or left out.
PairsForm kept_form(const PairsKeys& keys, const TaskForm& kept, SplitPairs& split) {
  PairsForm form{Vocabulary(kept.tokenizer.inputs), Vocabulary(kept.tokenizer.targets),
                 kept.shape.length, kept.shape.answer_length - 1};
  if (kept.tokenizer.unit != keys.tokens) {
    keys.tokens.refuse("the model whose vocabulary is kept reads ", name_of(kept.tokenizer.unit),
                       "s");
  }
  UnknownWordCounter unknown(keys.words, keys.file.path());
  const auto is_unknown = [&](const Pair& pair) {
    const auto all_known = [&](const Vocabulary& vocabulary, const Words& words) {
      return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
        return unknown.find(vocabulary, word).has_value();
      });
    };
    return !all_known(form.source, pair.source) || !all_known(form.target, pair.target);
  };
  std::erase_if(split.training, is_unknown);
  std::erase_if(split.held_out, is_unknown);
  if (split.training.empty() || split.held_out.empty()) {
    keys.words.vocabulary.refuse("the vocabulary that is kept leaves no line to ",
                                 split.training.empty() ? "train on" : "evaluate");
  }
  for (std::string& warning : unknown.warnings("lines are")) {
    split.warnings.push_back(std::move(warning));
  }
  return form;
}

PairsForm form_of_pairs(const PairsKeys& keys, const TaskSetup& setup, SplitPairs& split) {
  const Tokenizer wanted{.unit = keys.tokens, .answer_end = 0, .is_collected = true};
  PairsForm form{};
  const TaskForm* kept = keys.words.kept(setup, wanted);
  if (kept != nullptr) form = kept_form(keys, *kept, split);
  std::vector<Pair> all = split.training;
  all.insert(all.end(), split.held_out.begin(), split.held_out.end());
  if (kept == nullptr) {
    form.source = vocabulary_of(all, &Pair::source);
    form.target = vocabulary_of(all, &Pair::target);
  }
  form.source_length = std::max(form.source_length, longest_of(all, &Pair::source));
  form.target_length = std::max(form.target_length, longest_of(all, &Pair::target));
  return form;
}

std::unique_ptr<Task> make_pairs(const PairsKeys& keys, const TaskSetup& setup) {
  SplitPairs split = split_pairs(keys, setup);
  const auto [source, target, source_length, target_length] = form_of_pairs(keys, setup, split);
  FixedExamples examples{
      .shape = {.symbols = source.size(),
                .classes = target.size() + 1,
                .length = source_length,
                .attends = Attends::encoder_decoder,
                .answer_symbols = target.size() + 1,
                .answer_length = target_length + 1},
      .training = {},
      .held_out = {},
      .tokenizer = {.unit = keys.tokens,
                    .inputs = source.words(),
                    .targets = target.words(),
                    .answer_end = target.size(),
                    .is_collected = true},
      .files = std::move(split.files),
      .warnings = std::move(split.warnings),
      .unseen_hint = keys.tokens == TextUnit::words ? "; task.tokens=characters splits words" : ""};
  for (const Pair& pair : split.training) {
    examples.training.push_back(example_of(pair, source, target));
  }
  for (const Pair& pair : split.held_out) {
    examples.held_out.push_back(example_of(pair, source, target));
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
