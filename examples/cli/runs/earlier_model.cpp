#include "heed/examples/cli/runs/earlier_model.h"

#include <vector>

#include "heed/examples/cli/config/json.h"

namespace heed {
namespace {

std::vector<std::string> words_in(const JsonValue& array) {
  std::vector<std::string> words;
  for (const JsonValue& word : array.children) words.push_back(word.text);
  return words;
}

/// 0 if there is no such table.
int64_t rows_of_table(const NamedTensors& tensors, const std::string& path) {
  for (const auto& [name, tensor] : tensors) {
    if (name == path && tensor.dim() == 2) return tensor.size(0);
  }
  return 0;
}

std::optional<TaskForm> text_form(const JsonValue& task, const JsonValue& vocabulary) {
  const JsonValue* length = task.find("length");
  const auto positions = parse_number<int64_t>(length == nullptr ? "" : length->text);
  if (!positions || vocabulary.kind != JsonValue::Kind::array) return {};
  const std::vector<std::string> words = words_in(vocabulary);
  return TaskForm{.task = "text",
                  .shape = {std::ssize(words), std::ssize(words), *positions, Attends::causal},
                  .tokenizer = {.unit = TextUnit::characters,
                                .inputs = words,
                                .targets = words,
                                .is_collected = true},
                  .questions = {.shortest = *positions, .continue_inputs = true}};
}

std::optional<TaskForm> pairs_form(const JsonValue& task, const JsonValue& vocabulary,
                                   const NamedTensors& tensors) {
  const JsonValue* tokens = task.find("tokens");
  const JsonValue *source = vocabulary.find("source"), *target = vocabulary.find("target");
  const int64_t length = rows_of_table(tensors, "positions.learned.weight");
  const int64_t answer_length = rows_of_table(tensors, "writer.positions.learned.weight");
  const bool is_known = tokens != nullptr && source != nullptr && target != nullptr;
  if (!is_known || length == 0 || answer_length == 0) return {};
  const std::vector<std::string> words = words_in(*target);
  const int64_t end = std::ssize(words);
  TaskForm form{.task = "pairs",
                .shape = {std::ssize(source->children), end + 1, length, Attends::encoder_decoder,
                          end + 1, answer_length},
                .tokenizer = {.inputs = words_in(*source),
                              .targets = words,
                              .answer_end = end,
                              .is_collected = true},
                .questions = {.answer_start = end}};
  if (tokens->text == "characters") form.tokenizer.unit = TextUnit::characters;
  return form;
}

}  // namespace

std::optional<TaskForm> earlier_form(const std::string& config, const std::string& vocabulary,
                                     const NamedTensors& tensors) {
  try {
    const JsonValue whole = read_json(config);
    const JsonValue words = read_json(vocabulary, vocabulary.size());
    const JsonValue* task = whole.find("task");
    const JsonValue* type = task == nullptr ? nullptr : task->find("type");
    if (type != nullptr && type->text == "text") return text_form(*task, words);
    if (type != nullptr && type->text == "pairs") return pairs_form(*task, words, tensors);
  } catch (const JsonError&) {  // no vocabulary, or a damaged one
  }
  return {};
}

}  // namespace heed
