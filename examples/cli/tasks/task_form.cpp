#include "heed/examples/cli/tasks/task_form.h"

#include <algorithm>
#include <array>
#include <utility>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/json_reader.h"
#include "heed/examples/cli/tasks/task.h"
#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

constexpr std::array<std::pair<const char*, Attends>, 4> attends_names{
    {{"self", Attends::self},
     {"queries", Attends::queries},
     {"causal", Attends::causal},
     {"encoder_decoder", Attends::encoder_decoder}}};
constexpr std::array<std::pair<const char*, TextUnit>, 2> unit_names{
    {{"words", TextUnit::words}, {"characters", TextUnit::characters}}};

// Tasks have fewer; a file that says more must not make a model allocate it.
constexpr int64_t most_words = int64_t{1} << 24, most_positions = int64_t{1} << 20;

/// Whether the targets that count are the next inputs.
bool are_next_inputs(const Batch& batch, const std::vector<int64_t>& lengths) {
  const int64_t L = batch.inputs.size(1);
  if (batch.targets.size(1) != L) return false;
  const auto inputs = batch.inputs.to_vector<int64_t>();
  const auto targets = batch.targets.to_vector<int64_t>();
  for (size_t b = 0; b < lengths.size(); ++b) {
    for (int64_t i = 0; i + 1 < lengths[b]; ++i) {
      const size_t at = b * static_cast<size_t>(L) + static_cast<size_t>(i);
      if (targets[at] != ignored_target && targets[at] != inputs[at + 1]) return false;
    }
  }
  return true;
}

std::vector<int64_t> unscored_in(const Tensor& targets) {
  const int64_t L = targets.size(1);
  std::vector<bool> counts(static_cast<size_t>(L));
  const auto all = targets.to_vector<int64_t>();
  for (size_t at = 0; at < all.size(); ++at) {
    if (all[at] != ignored_target) counts[at % static_cast<size_t>(L)] = true;
  }
  std::vector<int64_t> unscored;
  for (int64_t i = 0; i < L; ++i) {
    if (!counts[static_cast<size_t>(i)]) unscored.push_back(i);
  }
  return unscored;
}

Questions questions_of(const Task& task) {
  constexpr int64_t seen = 256;
  const Batch some = task.evaluation_batch(0, std::min(seen, task.evaluation_size()));
  std::vector<int64_t> lengths(static_cast<size_t>(some.inputs.size(0)), some.inputs.size(1));
  if (some.lengths.defined()) lengths = some.lengths.to_vector<int64_t>();
  Questions questions{.shortest = *std::min_element(lengths.begin(), lengths.end())};
  if (some.decoder_inputs.defined()) {
    questions.answer_start = some.decoder_inputs.to_vector<int64_t>().front();
  } else {
    questions.continue_inputs =
        task.shape().attends == Attends::causal && are_next_inputs(some, lengths);
    questions.unscored = unscored_in(some.targets);
  }
  return questions;
}

JsonValue shape_json(const TaskShape& shape) {
  const auto* form = std::find_if(attends_names.begin(), attends_names.end(),
                                  [&](const auto& named) { return named.second == shape.attends; });
  return {{"symbols", shape.symbols},
          {"classes", shape.classes},
          {"length", shape.length},
          {"attends", form->first},
          {"answer_symbols", shape.answer_symbols},
          {"answer_length", shape.answer_length}};
}

JsonValue tokenizer_json(const Tokenizer& tokenizer) {
  JsonValue json = {{"unit", unit_names.at(static_cast<size_t>(tokenizer.unit)).first},
                    {"inputs", tokenizer.inputs},
                    {"targets", tokenizer.targets},
                    {"collected", tokenizer.is_collected}};
  if (tokenizer.answer_end) json.add("answer_end", *tokenizer.answer_end);
  return json;
}

TaskShape shape_in(const JsonReader& reader) {
  return {.symbols = reader.integer("symbols", 1, most_words),
          .classes = reader.integer("classes", 1, most_words),
          .length = reader.integer("length", 1, most_positions),
          .attends = reader.choice("attends", attends_names),
          .answer_symbols = reader.integer("answer_symbols", 0, most_words),
          .answer_length = reader.integer("answer_length", 0, most_positions)};
}

Tokenizer tokenizer_in(const JsonReader& reader, const TaskShape& shape) {
  Tokenizer tokenizer{.unit = reader.choice("unit", unit_names),
                      .inputs = reader.texts("inputs"),
                      .targets = reader.texts("targets"),
                      .is_collected = reader.boolean("collected")};
  if (reader.has("answer_end")) {
    tokenizer.answer_end = reader.integer("answer_end", 0, shape.classes - 1);
  }
  return tokenizer;
}

Questions questions_in(const JsonReader& reader, const TaskShape& shape) {
  return {.shortest = reader.integer("shortest", 1, shape.length),
          .continue_inputs = reader.boolean("continue_inputs"),
          .answer_start =
              reader.integer("answer_start", 0, std::max<int64_t>(1, shape.answer_symbols) - 1),
          .unscored = reader.integers("unscored", shape.length - 1)};
}

}  // namespace

std::string word_faults(const TaskShape& shape, const Tokenizer& tokenizer) {
  const auto too_few = [](const char* what, const std::vector<std::string>& words, int64_t wanted) {
    if (words.empty() || std::ssize(words) >= wanted) return std::string();
    return text_of("fewer words than ", std::string_view(what), ": ", words.size(), " for ",
                   wanted);
  };
  const std::string fault = too_few("symbols", tokenizer.inputs, shape.symbols);
  if (!fault.empty()) return fault;
  const bool end_has_no_word = tokenizer.answer_end == shape.classes - 1;
  return too_few("classes", tokenizer.targets, shape.classes - (end_has_no_word ? 1 : 0));
}

TaskForm form_of(const std::string& name, const Task& task) {
  return {name, task.shape(), task.tokenizer(), questions_of(task)};
}

std::string to_json(const TaskForm& form) {
  const Questions& questions = form.questions;
  return json_text({{"task", form.task},
                    {"shape", shape_json(form.shape)},
                    {"tokenizer", tokenizer_json(form.tokenizer)},
                    {"questions",
                     {{"shortest", questions.shortest},
                      {"continue_inputs", questions.continue_inputs},
                      {"answer_start", questions.answer_start},
                      {"unscored", questions.unscored}}}});
}

TaskForm read_task_form(std::string_view json, const std::string& place) {
  try {
    const JsonValue root = read_json(json, json.size());
    const JsonReader reader(root, place, "damaged: not the form of a task");
    TaskForm form{.task = reader.text("task"),
                  .shape = shape_in(reader.object("shape")),
                  .tokenizer = {},
                  .questions = {}};
    form.tokenizer = tokenizer_in(reader.object("tokenizer"), form.shape);
    form.questions = questions_in(reader.object("questions"), form.shape);
    const std::string fault = word_faults(form.shape, form.tokenizer);
    if (!fault.empty()) reader.fail(fault);
    if ((form.shape.attends == Attends::encoder_decoder) != (form.shape.answer_symbols > 0)) {
      reader.fail("\"answer_symbols\" does not go with \"attends\"");
    }
    return form;
  } catch (const JsonError& error) {
    throw IoError(place, ": damaged: not JSON at byte ", error.offset(), ": ",
                  std::string_view(error.what()));
  }
}

}  // namespace heed
