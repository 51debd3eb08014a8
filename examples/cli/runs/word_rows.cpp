#include "heed/examples/cli/runs/word_rows.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include "heed/framework/base/text.h"

namespace heed {
namespace {

using Words = std::vector<std::string>;

/// What the rows of a table stand for: words, or numbers if a task has none, and behind them what
/// no text can be: the start and the end of an answer.
Words rows_of(const Words& words, int64_t numbers, int64_t rows) {
  Words all = words;
  for (int64_t i = 0; words.empty() && i < numbers; ++i) all.push_back(std::to_string(i));
  while (std::ssize(all) < rows) {
    const auto special = std::ssize(all) - (words.empty() ? numbers : std::ssize(words));
    all.push_back(std::string(1, '\0') + std::to_string(special));
  }
  return all;
}

/// The rows of each table of a task, by the table's name.
std::map<std::string, Words> tables_of(const TaskForm& form) {
  const TaskShape& shape = form.shape;
  const Words& targets = form.tokenizer.targets;
  const Words inputs = rows_of(form.tokenizer.inputs, shape.symbols, shape.symbols);
  const Words classes = rows_of(targets, shape.classes, shape.classes);
  std::map<std::string, Words> tables{
      {"tokens.weight", inputs}, {"output.weight", classes}, {"output.bias", classes}};
  if (shape.attends == Attends::encoder_decoder) {
    tables["writer.tokens.weight"] = rows_of(targets, shape.classes, shape.answer_symbols);
  }
  return tables;
}

/// Where the words of `to` are among those of `from`; -1: nowhere.
std::vector<int64_t> places(const Words& from, const Words& to) {
  std::map<std::string, int64_t> numbers;
  for (const std::string& word : from) numbers.emplace(word, std::ssize(numbers));
  std::vector<int64_t> all;
  for (const std::string& word : to) {
    const auto found = numbers.find(word);
    all.push_back(found == numbers.end() ? -1 : found->second);
  }
  return all;
}

/// `fresh` with those rows that `table` has.
Tensor with_rows(const Tensor& table, const Tensor& fresh, const std::vector<int64_t>& from) {
  Tensor result = fresh.detach().clone();
  const Tensor rows = table.to(result.dtype()).contiguous();
  const int64_t width = result.numel() / std::max<int64_t>(1, result.size(0));
  for (size_t to = 0; to < from.size(); ++to) {
    if (from[to] < 0) continue;
    const float* row = rows.data<float>() + from[to] * width;
    std::copy(row, row + width, result.mutable_data<float>() + static_cast<int64_t>(to) * width);
  }
  return result;
}

const Tensor* find(const NamedTensors& tensors, const std::string& name) {
  for (const auto& [other, tensor] : tensors) {
    if (other == name) return &tensor;
  }
  return nullptr;
}

bool fits(const Tensor& tensor, const Tensor* fresh, const Words& rows) {
  return fresh != nullptr && tensor.dim() == fresh->dim() && tensor.size(0) == std::ssize(rows) &&
         (tensor.dim() == 1 || tensor.size(1) == fresh->size(1));
}

/// "inputs: 40 of 43 words taken over, 3 new (the first: "ß")".
std::string report(const char* side, const Words& from, const Words& to) {
  const std::vector<int64_t> at = places(from, to);
  const auto first_new = std::find(at.begin(), at.end(), -1);
  const auto fresh = std::count(at.begin(), at.end(), -1);
  std::string text = text_of(std::string_view(side), ": ", std::ssize(to) - fresh, " of ",
                             to.size(), " words taken over");
  if (fresh == 0) return text;
  const std::string& word = to[static_cast<size_t>(first_new - at.begin())];
  return text + text_of(", ", fresh, " with fresh rows (the first: ", in_quotes(word), ")");
}

}  // namespace

std::string move_rows_by_word(NamedTensors& tensors, const NamedTensors& fresh,
                              const TaskForm& from, const TaskForm& to) {
  const auto theirs = tables_of(from), own = tables_of(to);
  if (theirs == own) return "";
  for (auto& [name, tensor] : tensors) {
    const auto their_rows = theirs.find(name), own_rows = own.find(name);
    if (their_rows == theirs.end() || own_rows == own.end()) continue;
    const Tensor* own_tensor = find(fresh, name);
    if (!fits(tensor, own_tensor, their_rows->second)) continue;
    tensor = with_rows(tensor, *own_tensor, places(their_rows->second, own_rows->second));
  }
  const auto words_of = [](const Words& words, int64_t numbers) {
    return rows_of(words, numbers, 0);
  };
  const std::string inputs = report("inputs", words_of(from.tokenizer.inputs, from.shape.symbols),
                                    words_of(to.tokenizer.inputs, to.shape.symbols));
  if (to.shape.attends == Attends::causal) return inputs;
  return inputs + "; " +
         report("targets", words_of(from.tokenizer.targets, from.shape.classes),
                words_of(to.tokenizer.targets, to.shape.classes));
}

}  // namespace heed
